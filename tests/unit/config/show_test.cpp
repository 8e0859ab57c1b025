// SPDX-License-Identifier: BSD-2-Clause
#include "config/show.hpp"

#include <gtest/gtest.h>

using namespace gmguard::config;

namespace {

constexpr const char* kShown = R"(mode = "enforce"
[[interface]]
name = "gm0"
netns = "pcscf"
[[listener]]
name = "gm"
profile = "annex-d"
address = "2001:db8::1"
unprotected_ports = [5060]
protected_ports = ["6100-6102", 6200]
mode = "monitor"
[listener.checks]
side = "off"
[[listener]]
name = "b"
profile = "annex-d"
address = "any"
unprotected_ports = [5070]
[core]
peers = ["198.51.100.0/24", "198.51.100.9"]
listeners = ["[2001:db8::2]:5060"]
[[pool]]
name = "p"
prefix = "192.0.2.0/24"
[limits]
per_user = 5
[home]
domains = ["ims.test"]
)";

Config shown_config(const std::string& text) {
    auto config = parse(text, "gm.toml");
    EXPECT_TRUE(config.has_value()) << (config ? "" : config.error().text());
    return config.value_or(Config{});
}

Setting setting(const std::string& path) {
    for (const auto& setting : settings(shown_config(kShown)))
        if (setting.path == path)
            return setting;
    return {};
}

std::vector<std::string> values_of(const Config& config) {
    std::vector<std::string> values;
    for (const auto& setting : settings(config))
        values.push_back(setting.path + " = " + setting.value);
    return values;
}

} // namespace

TEST(ConfigShow, TellsWhereAValueComesFrom) {
    EXPECT_EQ(setting("mode").origin, "gm.toml:1");
    EXPECT_EQ(setting("listener[0].protected_ports").origin, "gm.toml:10");
    EXPECT_EQ(setting("listener[0].protection").origin, "default");
    EXPECT_EQ(setting("limits.per_user").origin, "gm.toml:26");
    EXPECT_EQ(setting("pins.path").origin, "default");
}

TEST(ConfigShow, TellsTheModeInEffect_AndWhereThatWasSaid) {
    EXPECT_EQ(setting("listener[0].checks.side").value, "\"off\"");
    EXPECT_EQ(setting("listener[0].checks.side").origin, "gm.toml:13");
    EXPECT_EQ(setting("listener[0].checks.limits").value, "\"monitor\"");
    EXPECT_EQ(setting("listener[0].checks.limits").origin, "gm.toml:11");
    EXPECT_EQ(setting("listener[1].checks.side").value, "\"enforce\"");
    EXPECT_EQ(setting("listener[1].checks.side").origin, "gm.toml:1");
    EXPECT_EQ(setting("listener[1].checks.esp_source").value, "\"off\"");
    EXPECT_EQ(setting("listener[1].checks.esp_source").origin, "default");
}

TEST(ConfigShow, WritesValuesAsTheyAreRead) {
    EXPECT_EQ(setting("listener[0].protected_ports").value, "[\"6100-6102\", 6200]");
    EXPECT_EQ(setting("listener[1].address").value, "\"any\"");
    EXPECT_EQ(setting("core.peers").value, "[\"198.51.100.0/24\", \"198.51.100.9\"]");
    EXPECT_EQ(setting("core.listeners").value, "[\"[2001:db8::2]:5060\"]");
    EXPECT_EQ(setting("pool[0].unit").value, "32");
    EXPECT_EQ(setting("limits.per_user").value, "{ rate = 5, burst = 5 }");
    EXPECT_EQ(setting("limits.per_user").json, "{\"rate\":5,\"burst\":5}");
    EXPECT_EQ(setting("core.peers").json, setting("core.peers").value);
    EXPECT_EQ(setting("limits.known").value, "\"off\"");
    EXPECT_EQ(setting("cgroup.path").value, "\"auto\"");
    EXPECT_EQ(setting("store.path").value, "\"/var/lib/gmguard/gmguard.db\"");
    EXPECT_EQ(setting("store.event_days").value, "30");
}

TEST(ConfigShow, IsAFileThatMeansTheSame) {
    const auto config = shown_config(kShown);
    EXPECT_EQ(values_of(shown_config(to_toml(config))), values_of(config));
    EXPECT_NE(to_toml(config).find("\n[[listener]]\nname = \"gm\" "), std::string::npos);
}

TEST(ConfigShow, IsAFileThatMeansTheSame_ForTheDefaultGuard) {
    const auto config = default_guard();
    EXPECT_EQ(values_of(shown_config(to_toml(config))), values_of(config));
}
