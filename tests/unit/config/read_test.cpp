// SPDX-License-Identifier: BSD-2-Clause
// What a right configuration becomes.
#include "config/config.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

using namespace gmguard;
using namespace gmguard::config;

namespace {

constexpr const char* kWhole = R"(mode = "enforce"
[[interface]]
name = "gm0"
netns = "pcscf"
xdp_mode = "generic"
[[interface]]
name = "mw0"
side = "core"
[[listener]]
name = "gm"
profile = "annex-d"
address = "192.0.2.1"
unprotected_ports = [5060]
protected_ports = [6200, "6100-6102"]
protection = "terminated"
mode = "monitor"
shared_interface = true
[listener.checks]
contact_source = "off"
[[listener]]
name = "gm6"
profile = "annex-d"
address = "any"
unprotected_ports = ["5062-5063"]
[core]
peers = ["198.51.100.2", "2001:db8:f::1"]
listeners = ["198.51.100.1:5060", "[2001:db8:f::2]:5060"]
[cgroup]
path = "/sys/fs/cgroup/unified"
[[pool]]
name = "ims-v6"
prefix = "2001:db8::/32"
unit = 64
port = false
conflict = "strict"
[[pool]]
name = "nat"
prefix = "192.0.2.128/25"
port = true
[home]
domains = ["IMS.test", "ims.example"]
[limits]
bindings = 5000
per_user = { rate = 5, burst = 10 }
per_source = 50
known = "off"
fragments = { rate = 7 }
[pins]
path = "/sys/fs/bpf/lab"
[store]
path = "/var/tmp/lab.db"
events = 5000
event_days = 7
changes = 400
change_days = 8
[admin]
listen = "unix:/run/lab.sock"
[log]
level = "debug"
)";

Config read_right(std::string_view text) {
    const auto config = parse(text, "test.toml");
    EXPECT_TRUE(config.has_value()) << (config ? "" : config.error().text());
    return config.value_or(Config{});
}

Address address(std::string_view text) {
    return *Address::parse(text);
}

} // namespace

TEST(ConfigRead, FillsInterfaces) {
    const auto config = read_right(kWhole);
    const std::vector<Interface> expected{{"gm0", "pcscf", GM_SIDE_GM, XdpMode::generic},
                                          {"mw0", "", GM_SIDE_CORE, XdpMode::native}};
    EXPECT_EQ(config.interfaces, expected);
}

TEST(ConfigRead, FillsListeners) {
    const auto config = read_right(kWhole);
    ASSERT_EQ(config.listeners.size(), 2U);
    Listener gm;
    gm.name = "gm";
    gm.address = address("192.0.2.1");
    gm.unprotected_ports = {5060};
    gm.protected_ports = {6100, 6101, 6102, 6200};
    gm.protection = GM_PROTECTION_TERMINATED;
    gm.mode = GM_MODE_MONITOR;
    gm.shared_interface = true;
    gm.checks[GM_CHECK_contact_source] = GM_MODE_OFF;
    EXPECT_EQ(config.listeners[0], gm);
    Listener gm6;
    gm6.name = "gm6";
    gm6.unprotected_ports = {5062, 5063};
    EXPECT_EQ(config.listeners[1], gm6);
    EXPECT_TRUE(config.listeners[1].address.is_any());
}

TEST(ConfigRead, FillsCoreAndCgroup) {
    const auto config = read_right(kWhole);
    const Core core{{{address("198.51.100.2"), 128}, {address("2001:db8:f::1"), 128}},
                    {{address("198.51.100.1"), 5060}, {address("2001:db8:f::2"), 5060}}};
    EXPECT_EQ(config.core, core);
    EXPECT_EQ(config.cgroup, (Cgroup{true, "/sys/fs/cgroup/unified"}));
}

TEST(ConfigRead, FillsPools) {
    const auto config = read_right(kWhole);
    const std::vector<Pool> expected{
        {"ims-v6", {address("2001:db8::"), 32}, 64, false, GM_CONFLICT_STRICT},
        {"nat", {address("192.0.2.128"), 121}, 128, true},
    };
    EXPECT_EQ(config.pools, expected);
}

TEST(ConfigRead, GivesAPoolTheUnitOfAPhone_WhereItDoesNotSay) {
    const auto unit_of = [](const std::string& prefix) {
        return read_right("[[listener]]\nname = \"gm\"\nprofile = \"annex-d\"\naddress = \"any\"\n"
                          "unprotected_ports = [5060]\n[[pool]]\nname = \"p\"\nprefix = \"" +
                          prefix + "\"\n")
            .pools.at(0)
            .bits;
    };
    EXPECT_EQ(unit_of("2001:db8::/32"), 64U);
    EXPECT_EQ(unit_of("2001:db8::/64"), 64U);
    EXPECT_EQ(unit_of("2001:db8::/80"), 128U) << "a unit is no wider than its pool";
    EXPECT_EQ(unit_of("192.0.2.0/24"), 128U);
    EXPECT_EQ(unit_of("0.0.0.0/0"), 128U);
}

TEST(ConfigRead, FillsLimits) {
    const auto limits = read_right(kWhole).limits;
    EXPECT_EQ(limits.bindings, 5000U);
    const auto is = [](gm_rate rate, unsigned per_second, unsigned burst) {
        return rate.rate == per_second && rate.burst == burst;
    };
    EXPECT_TRUE(is(limits.per_user, 5, 10));
    EXPECT_TRUE(is(limits.per_source, 50, 50)) << "a bare number is its own burst";
    EXPECT_TRUE(is(limits.known, 0, 0));
    EXPECT_TRUE(is(limits.unknown, 0, 0)) << "off where nothing is said";
    EXPECT_TRUE(is(limits.fragments, 7, 7));
    EXPECT_TRUE(is(limits.events, 1000, 1000)) << "drop reports are limited unless told otherwise";
}

TEST(ConfigRead, FillsTheHost) {
    const auto config = read_right(kWhole);
    EXPECT_EQ(config.mode, GM_MODE_ENFORCE);
    EXPECT_EQ(config.home_domains, (std::vector<std::string>{"ims.test", "ims.example"}));
    EXPECT_EQ(config.pins, "/sys/fs/bpf/lab");
    EXPECT_EQ(config.store, (Store{"/var/tmp/lab.db", 5000, 7, 400, 8}));
    ASSERT_EQ(config.admin.listeners.size(), 1u);
    EXPECT_EQ(config.admin.listeners[0].text(), "unix:/run/lab.sock");
    EXPECT_EQ(config.log_level, "debug");
}

TEST(ConfigRead, FillsReports) {
    const std::string listener = "[[listener]]\nname = \"gm\"\nprofile = \"annex-d\"\n"
                                 "address = \"any\"\nunprotected_ports = [5060]\n"
                                 "[core]\npeers = [\"198.51.100.2\", \"2001:db8:c::/64\"]\n";
    const auto reports = [&](const std::string& home) {
        return read_right(listener + "[home]\n" + home).reports;
    };
    EXPECT_EQ(reports("entry = \"sip:198.51.100.2:5060\"").entry,
              Endpoint::parse("198.51.100.2:5060"));
    EXPECT_EQ(reports("entry = \"sip:[2001:db8:c::9]:4060\"").entry,
              Endpoint::parse("[2001:db8:c::9]:4060"));
    EXPECT_EQ(reports("webhook = \"https://alarms.test/gm/x?a=b\"\nwebhook_ca_file = \"/ca\"\n"
                      "webhook_token_file = \"/t\"")
                  .webhook,
              (Webhook{"https://alarms.test:443", "/gm/x?a=b", "/ca", "/t"}));
    EXPECT_EQ(reports("webhook = \"http://[::1]:8080\"").webhook,
              (Webhook{"http://[::1]:8080", "/", "", ""}));
    EXPECT_EQ(read_right(listener).reports, Reports{});
    EXPECT_EQ(read_right(listener).limits.registration_timer_s, 240U);
}

TEST(ConfigRead, HasDefaults_WhereOnlyAListenerIsGiven) {
    const auto config = read_right("[[listener]]\nname = \"gm\"\nprofile = \"annex-d\"\n"
                                   "address = \"any\"\nunprotected_ports = [5060]\n");
    EXPECT_EQ(config.mode, GM_MODE_MONITOR);
    EXPECT_EQ(config.cgroup, (Cgroup{true, ""}));
    EXPECT_EQ(config.pins, "/sys/fs/bpf/gmguard");
    EXPECT_EQ(config.admin, Admin{});
    EXPECT_EQ(config.limits.bindings, 100000U);
    EXPECT_TRUE(config.home_domains.empty());
    EXPECT_EQ(config.listeners.at(0).protection, GM_PROTECTION_ESP);
    EXPECT_FALSE(config.listeners.at(0).mode.has_value());
}

TEST(ConfigRead, KnowsStoreNone) {
    const auto config = read_right("store = { path = \"none\" }\n[[listener]]\nname = \"gm\"\n"
                                   "profile = \"annex-d\"\naddress = \"any\"\n"
                                   "unprotected_ports = [5060]\n");
    EXPECT_EQ(config.store.path, "");
}

TEST(ConfigRead, KnowsCgroupNone) {
    const auto config = read_right("cgroup = { path = \"none\" }\n[[listener]]\nname = \"gm\"\n"
                                   "profile = \"annex-d\"\naddress = \"any\"\n"
                                   "unprotected_ports = [5060]\n");
    EXPECT_FALSE(config.cgroup.wanted);
}

TEST(ConfigAdmin, ListensAtSeveralPlaces) {
    const auto config = parse(R"([[listener]]
name = "gm"
profile = "annex-d"
address = "any"
unprotected_ports = [5060]
[admin]
listen = ["unix:/run/a.sock", "https://[2001:db8::1]:8480/", "http://127.0.0.1:8481"]
token_file = "/t"
certificate_file = "/c"
key_file = "/k"
client_ca_file = "/ca"
client_viewers = ["prometheus"]
lease_feed = true
names = ["guard.example"]
)",
                              "f");
    ASSERT_TRUE(config) << config.error().text();
    const Admin& admin = config->admin;
    ASSERT_EQ(admin.listeners.size(), 3u);
    EXPECT_EQ(admin.listeners[0].text(), "unix:/run/a.sock");
    EXPECT_EQ(admin.listeners[1].text(), "https://[2001:db8::1]:8480");
    EXPECT_EQ(admin.listeners[2].text(), "http://127.0.0.1:8481");
    EXPECT_EQ(admin.client_ca_file, "/ca");
    EXPECT_EQ(admin.client_viewers, std::vector<std::string>{"prometheus"});
    EXPECT_TRUE(admin.lease_feed);
    EXPECT_EQ(admin.names, std::vector<std::string>{"guard.example"});
}

TEST(ConfigLoad, ReadsTheFile) {
    const auto path = testing::TempDir() + "gmguard-config-test.toml";
    std::ofstream(path) << kWhole;
    const auto config = load(path);
    std::remove(path.c_str());
    ASSERT_TRUE(config.has_value()) << config.error().text();
    EXPECT_EQ(config->file, path);
    EXPECT_EQ(config->listeners.size(), 2U);
}

TEST(ConfigLoad, ReadsTheExampleThatPeopleStartFrom) {
    const auto config = load(GMGUARD_EXAMPLE_CONFIG);
    ASSERT_TRUE(config.has_value()) << config.error().text();
    EXPECT_EQ(config->mode, GM_MODE_MONITOR) << "nobody's first start drops anything";
}

TEST(ConfigLoad, SaysNotFound_WhenThereIsNoFile) {
    const auto config = load("/nowhere/gmguard.toml");
    ASSERT_FALSE(config.has_value());
    EXPECT_EQ(config.error().kind, ErrorKind::not_found);
    EXPECT_EQ(config.error().text(), "/nowhere/gmguard.toml: no such file");
}

TEST(ConfigLoad, SaysSystem_WhenTheFileIsAFolder) {
    const auto config = load(testing::TempDir());
    ASSERT_FALSE(config.has_value());
    EXPECT_EQ(config.error().kind, ErrorKind::system);
}
