// SPDX-License-Identifier: BSD-2-Clause
#include "config/change.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <functional>

using namespace gmguard;
using namespace gmguard::config;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

constexpr const char* kText = R"(mode = "monitor"
[[interface]]
name = "gm0"
netns = "pcscf"
[[listener]]
name = "gm"
profile = "annex-d"
address = "192.0.2.1"
unprotected_ports = [5060]
[[listener]]
name = "gm6"
profile = "annex-d"
address = "2001:db8::1"
unprotected_ports = [5060]
[limits]
bindings = 1000
)";

Config config_of(const std::string& text) {
    auto config = parse(text, "gm.toml");
    EXPECT_TRUE(config.has_value()) << (config ? "" : config.error().text());
    return config.value_or(Config{});
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
    const auto at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return text.replace(at, what.size(), by);
}

std::vector<std::string> changed(const std::string& text) {
    std::vector<std::string> out;
    for (const auto& change : changes(config_of(kText), config_of(text)))
        out.push_back(fmt::format("{}: {} -> {}", change.key, change.before, change.after));
    return out;
}

std::vector<std::string> hindered(const Config& wanted) {
    std::vector<std::string> out;
    for (const auto& problem : obstacles(config_of(kText), wanted))
        out.push_back(problem.text());
    return out;
}

} // namespace

TEST(Change, IsNone_WhenTheSameIsSaidElsewhere) {
    const auto text = std::string("# another line\n") + kText;
    EXPECT_THAT(changed(text), IsEmpty());
    EXPECT_TRUE(same(config_of(kText), config_of(text)));
    EXPECT_FALSE(same(config_of(kText), config_of(std::string(kText) + "fragments = 5\n")));
}

TEST(Change, NamesElementsByTheirNames) {
    EXPECT_THAT(changed(replaced(kText, "[5060]\n[[listener]]", "[5070]\n[[listener]]")),
                ElementsAre("listener[gm].unprotected_ports: [5060] -> [5070]"));
    EXPECT_THAT(
        changed(replaced(kText, "netns = \"pcscf\"", "netns = \"pcscf\"\nxdp_mode = \"generic\"")),
        ElementsAre("interface[pcscf:gm0].xdp_mode: \"native\" -> \"generic\""));
}

TEST(Change, IsNone_WhenListenersStandInAnotherOrder) {
    auto config = config_of(kText);
    std::swap(config.listeners[0], config.listeners[1]);
    EXPECT_THAT(changes(config_of(kText), config), IsEmpty());
}

TEST(Change, TellsWhatComesAndWhatGoes) {
    const auto lines = changed(replaced(kText, "\"gm6\"", "\"gm7\""));
    EXPECT_THAT(lines, testing::Contains("listener[gm7].name:  -> \"gm7\""));
    EXPECT_THAT(lines, testing::Contains("listener[gm6].name: \"gm6\" -> "));
}

TEST(Obstacle, IsNothing_WhenItCanChange) {
    const auto wanted = config_of(R"(mode = "enforce"
[[interface]]
name = "gm1"
[[listener]]
name = "other"
profile = "annex-d"
address = "any"
unprotected_ports = [5070]
[core]
peers = ["198.51.100.1"]
[cgroup]
path = "none"
[[pool]]
name = "p"
prefix = "2001:db8::/32"
[home]
domains = ["ims.test"]
[limits]
bindings = 1000
per_user = 5
[log]
level = "debug"
)");
    EXPECT_THAT(hindered(wanted), IsEmpty());
}

TEST(Obstacle, SaysWhereAndWhatToDo) {
    EXPECT_THAT(hindered(config_of(replaced(kText, "= 1000", "= 2000"))),
                ElementsAre("gm.toml:16:12: limits.bindings is 1000 and cannot become 2000 while "
                            "gmguardd runs; end gmguardd, remove what it attached with `gmguard "
                            "detach --all`, and start it anew"));
    EXPECT_THAT(hindered(config_of(std::string(kText) + "[pins]\npath = \"/sys/fs/bpf/other\"\n")),
                ElementsAre(HasSubstr("gm.toml:18:8: pins.path is")));
    EXPECT_THAT(hindered(config_of(std::string(kText) + "[admin]\nlisten = \"unix:/run/x\"\n")),
                ElementsAre(HasSubstr("start gmguardd anew")));
    EXPECT_THAT(
        hindered(config_of(replaced(kText, "\"pcscf\"", "\"pcscf\"\nxdp_mode = \"generic\""))),
        ElementsAre(HasSubstr("gm.toml:5:12: interface[pcscf:gm0].xdp_mode")));
}

TEST(Obstacle, IsWhatADefaultBecomesAgain) {
    EXPECT_THAT(hindered(config_of(replaced(kText, "bindings = 1000\n", ""))),
                ElementsAre(HasSubstr("limits.bindings is 1000 and cannot become 100000")));
}
