// SPDX-License-Identifier: BSD-2-Clause
// What is told of a wrong configuration: one row per mistake, the whole text as people read it.
#include "config/config.hpp"

#include <gtest/gtest.h>

using namespace gmguard;
using namespace gmguard::config;

namespace {

// A listener that is right, on lines 1 to 5; rows add what is wrong from line 6 on.
constexpr const char* kListener = R"([[listener]]
name = "gm"
profile = "annex-d"
address = "192.0.2.1"
unprotected_ports = [5060]
)";

std::string problems_of(const std::string& text) {
    std::string lines;
    for (const auto& problem : read(text, "f").problems)
        lines += (lines.empty() ? "" : "\n") + problem.text();
    return lines;
}

struct Row {
    const char* name;
    std::string text;
    const char* problems;
};

void PrintTo(const Row& row, std::ostream* out) {
    *out << row.text;
}

std::string after_listener(const char* text) {
    return std::string(kListener) + text;
}
std::string listener_with(const char* address, const char* ports) {
    return std::string("[[listener]]\nname = \"gm\"\nprofile = \"annex-d\"\naddress = ") + address +
           "\nunprotected_ports = " + ports + "\n";
}

const Row kRows[] = {
    {"Syntax", "mode = ", "f:1:8: Error while parsing key-value pair: encountered end-of-file"},
    {"NoListener", "mode = \"off\"\n",
     "f: no listener: nothing would be guarded; add a [[listener]]"},

    // Types and words
    {"UnknownKey", "moed = \"off\"\n" + std::string(kListener),
     "f:1:1: unknown key \"moed\"; did you mean \"mode\"?"},
    {"UnknownKeyFarFromAll", after_listener("[log]\ncolour = true\n"),
     "f:7:1: unknown key \"colour\" in log; known here: level"},
    {"UnknownKeyInListener", after_listener("protected_port = [6100]\n"),
     "f:6:1: unknown key \"protected_port\" in listener; did you mean \"protected_ports\"?"},
    {"UnknownCheck", after_listener("[listener.checks]\ncontact_sourc = \"off\"\n"),
     "f:7:1: unknown key \"contact_sourc\" in listener.checks; did you mean \"contact_source\"?"},
    {"CheckOfEspWhereNoneEnds", after_listener("[listener.checks]\nesp_source = \"enforce\"\n"),
     "f:7:14: esp_source looks at ESP, and none ends at this listener; leave it out, or give the "
     "listener protected_ports and protection = \"esp\""},
    {"UnknownMode", "mode = \"enforced\"\n" + std::string(kListener),
     "f:1:8: mode is \"enforced\", not one of off, monitor, enforce; did you mean \"enforce\"?"},
    {"ModeIsABoolean", "mode = false\n" + std::string(kListener),
     "f:1:8: mode must be one of off, monitor, enforce, not true or false; write the word in "
     "quotes"},
    {"SingleBrackets", "[listener]\nname = \"gm\"\n",
     "f: no listener: nothing would be guarded; add a [[listener]]\n"
     "f:1:1: listener must be a list of tables, not a table; write [[listener]], with double "
     "brackets"},
    {"DoubleBrackets", after_listener("[[core]]\npeers = []\n"),
     "f:6:1: core must be a table, not a list; write [core], with single brackets"},
    {"NumberAsString", after_listener("[limits]\nbindings = \"5000\"\n"),
     "f:7:12: bindings must be a number, not a string; write 5000 without quotes"},
    {"StringAsNumber", after_listener("[[pool]]\nname = 12\nprefix = \"192.0.2.0/24\"\n"),
     "f:7:8: name must be a string, not a number; write \"12\", with quotes"},
    {"FlagAsString", after_listener("shared_interface = \"false\"\n"),
     "f:6:20: shared_interface must be true or false, not a string; write false without quotes"},
    {"FractionOfNumber", after_listener("[limits]\nbindings = 1e6\n"),
     "f:7:12: bindings must be a number, not a number with a fraction"},
    {"OutOfRange", after_listener("[limits]\nbindings = 1\n"),
     "f:7:12: bindings is 1, not 16 to 16000000"},

    // Listeners
    {"ProfileMissing", "[[listener]]\nname=\"gm\"\naddress=\"any\"\nunprotected_ports=[5060]\n",
     "f:1:1: a listener needs a profile, there is no default; write profile = \"ts33203\" for "
     "phones "
     "in the field, \"annex-d\" for the contribution to the letter"},
    {"ProfileUnknown",
     "[[listener]]\nname=\"gm\"\nprofile=\"ts33.203\"\naddress=\"any\"\nunprotected_ports=[5060]\n",
     "f:3:9: profile is \"ts33.203\", not one of annex-d, ts33203; did you mean \"ts33203\"?"},
    {"ProfilesDiffer",
     after_listener("[[listener]]\nname=\"b\"\nprofile=\"ts33203\"\naddress=\"192.0.2.9\"\n"
                    "unprotected_ports=[5070]\n"),
     "f:8:9: two listeners have different profiles; what is bound counts at all of them: give them "
     "one"},
    {"AddressMissing", "[[listener]]\nname=\"gm\"\nprofile=\"annex-d\"\nunprotected_ports=[5060]\n",
     "f:1:1: a listener needs an address; write address = \"any\" for all of them"},
    {"AddressWithPort", listener_with("\"192.0.2.1:5060\"", "[5060]"),
     "f:4:11: \"192.0.2.1:5060\" is no IPv4 or IPv6 address; write it without port and brackets"},
    {"AddressOfNone", listener_with("\"0.0.0.0\"", "[5060]"),
     "f:4:11: 0.0.0.0 is no address to listen on; write \"any\", which means all addresses of both "
     "families"},
    {"NameMissing",
     "[[listener]]\nprofile=\"annex-d\"\naddress=\"any\"\nunprotected_ports=[5060]\n",
     "f:1:1: a name is missing; it stands in counters, events and map dumps"},
    {"NameTooLong",
     after_listener("[[pool]]\nname = \"abcdefghijklmnopqrstuvwxyz012345\"\n"
                    "prefix = \"192.0.2.0/24\"\n"),
     "f:7:8: the name is longer than 31"},
    {"NameNotPrintable", after_listener("[[pool]]\nname = \"a b\"\nprefix = \"192.0.2.0/24\"\n"),
     "f:7:8: the name has characters other than printable ASCII"},
    {"PortsMissing", "[[listener]]\nname=\"gm\"\nprofile=\"annex-d\"\naddress=\"any\"\n",
     "f:1:1: a listener needs ports; write unprotected_ports = [5060]"},
    {"PortsEmpty", listener_with("\"any\"", "[]"),
     "f:1:1: a listener needs ports; write unprotected_ports = [5060]"},
    {"PortsAreNoList", listener_with("\"any\"", "5060"),
     "f:5:21: unprotected_ports must be a list, not a number; write [5060]"},
    {"PortZero", listener_with("\"any\"", "[5060, 0]"), "f:5:28: port 0 is not 1 to 65535"},
    {"PortTooLarge", listener_with("\"any\"", "[5060, 65536]"),
     "f:5:28: port 65536 is not 1 to 65535"},
    {"PortIsAString", listener_with("\"any\"", "[5061, \"5060\"]"),
     "f:5:28: port \"5060\" is a string; write 5060 without quotes"},
    {"RangeBackwards", listener_with("\"any\"", "[5060, \"6101-6100\"]"),
     "f:5:28: the range 6101-6100 runs backwards; write \"6100-6101\""},
    {"RangeWithComma", listener_with("\"any\"", "[5060, \"6100-6101,6200\"]"),
     "f:5:28: \"6100-6101,6200\" is no range of ports; write a range as \"6100-6101\", several as "
     "a "
     "list"},
    {"RangeBeyondPorts", listener_with("\"any\"", "[5060, \"6100-70000\"]"),
     "f:5:28: \"6100-70000\" is no range of ports; write a range as \"6100-6101\", several as a "
     "list"},
    {"PortTwice", listener_with("\"any\"", "[\"5060-5062\", 5061]"),
     "f:5:35: port 5061 is given twice"},
    {"TooManyPorts", listener_with("\"any\"", "[\"1-4097\"]"),
     "f:1:1: the ports to guard need 4097 entries, more than 4096; narrow the ranges to the ports "
     "that the P-CSCF has open"},
    {"TooManyPortsWithTheirMarks", listener_with("\"192.0.2.1\"", "[\"1-2048\"]"),
     "f:1:1: the ports to guard need 4097 entries, more than 4096; narrow the ranges to the ports "
     "that the P-CSCF has open"},
    {"PoolOfBothFamilies", after_listener("[[pool]]\nname=\"p\"\nprefix=\"::/0\"\n"),
     "f:8:8: ::/0 covers IPv4, too; write one for each family, as \"2000::/3\" and \"0.0.0.0/0\""},
    {"ProtectedOverlaps", after_listener("protected_ports = [\"5050-5070\"]\n"),
     "f:6:19: port 5060 is unprotected and protected; protected messages need a port of their own "
     "(D.1)"},
    {"PortOfEspInUdp", after_listener("protected_ports = [\"4400-4500\"]\n"),
     "f:6:19: port 4500 is that of ESP in UDP; leave it out: what comes in ESP is judged on the "
     "protected ports"},
    {"ListenerTwice",
     after_listener("[[listener]]\nname = \"b\"\nprofile = \"annex-d\"\n"
                    "address = \"192.0.2.1\"\nprotected_ports = [5059, 5060]\n"),
     "f:10:19: 192.0.2.1:5060 belongs to listener 1 (\"gm\") already; an address and port has one "
     "listener"},
    {"AnyTwice", listener_with("\"any\"", "[5060]") + listener_with("\"any\"", "[5060]"),
     "f:7:8: a second listener named \"gm\"\n"
     "f:10:21: any:5060 belongs to listener 1 (\"gm\") already; an address and port has one "
     "listener"},
    {"CoreListenerIsAListener", after_listener("[core]\nlisteners = [\"192.0.2.1:5060\"]\n"),
     "f:7:14: 192.0.2.1:5060 belongs to listener 1 (\"gm\") already; an address and port has one "
     "listener"},
    {"SharedWithoutPeers", after_listener("shared_interface = true\n"),
     "f:6:20: a shared interface needs the exact addresses of the core; list every core peer in "
     "[core] peers, without prefixes"},
    {"SharedWithPrefix",
     after_listener("shared_interface = true\n[core]\npeers = [\"198.51.100.0/24\"]\n"),
     "f:6:20: a shared interface needs the exact addresses of the core; list every core peer in "
     "[core] peers, without prefixes"},

    // Interfaces
    {"InterfaceWithoutName", after_listener("[[interface]]\nside = \"gm\"\n"),
     "f:6:1: an interface needs a name; for example name = \"eth0\""},
    {"InterfaceName", after_listener("[[interface]]\nname = \"a_name_too_long_\"\n"),
     "f:7:8: \"a_name_too_long_\" is no name of an interface; 1 to 15 characters without blanks, / "
     "and :"},
    {"InterfaceTwice",
     after_listener("[[interface]]\nname = \"gm0\"\n[[interface]]\n"
                    "name = \"gm0\"\nnetns = \"x\"\n[[interface]]\nname = \"gm0\"\n"),
     "f:12:8: interface gm0 is given twice"},
    {"NetnsRelative", after_listener("[[interface]]\nname = \"gm0\"\nnetns = \"run/x\"\n"),
     "f:8:9: netns \"run/x\" is neither a name nor a path; write the name of `ip netns` or an "
     "absolute path"},
    {"CoreInterfaceAttached",
     after_listener("[[interface]]\nname = \"mw0\"\nside = \"core\"\nxdp_mode = \"native\"\n"),
     "f:9:12: an interface of the core is not attached; leave xdp_mode out"},

    // The home network
    {"EntryWithoutPort", after_listener("[home]\nentry = \"sip:198.51.100.2\"\n"),
     "f:7:9: \"sip:198.51.100.2\" is no address with port; for example \"sip:198.51.100.10:5060\"; "
     "a REGISTER goes there over UDP"},
    {"EntryIsAName", after_listener("[home]\nentry = \"sip:icscf.ims.test:5060\"\n"),
     "f:7:9: \"sip:icscf.ims.test:5060\" is no address with port; for example "
     "\"sip:198.51.100.10:5060\"; a REGISTER goes there over UDP"},
    {"EntryIsNoPeer",
     after_listener("[core]\npeers = [\"198.51.100.0/28\"]\n[home]\n"
                    "entry = \"198.51.100.16:5060\"\n"),
     "f:9:9: 198.51.100.16 is no core peer; add it to [core] peers, or its answers are taken for a "
     "phone's"},
    {"WebhookOfAnotherScheme", after_listener("[home]\nwebhook = \"ftp://127.0.0.1/x\"\n"),
     "f:7:11: \"ftp://127.0.0.1/x\" is no http(s) URL; for example "
     "\"https://alarms.example:8443/gmguard\""},
    {"WebhookWithPassword", after_listener("[home]\nwebhook = \"https://a:b@alarms.test/\"\n"),
     "f:7:11: \"https://a:b@alarms.test/\" is no http(s) URL; for example "
     "\"https://alarms.example:8443/gmguard\""},
    {"WebhookInClear", after_listener("[home]\nwebhook = \"http://192.0.2.9:80/x\"\n"),
     "f:7:11: http://192.0.2.9:80/x would send identities in clear; write https://; http is for a "
     "loopback address"},
    {"WebhookFileOfNoUse", after_listener("[home]\nwebhook_token_file = \"/t\"\n"),
     "f:7:22: webhook_token_file is of no use without webhook; for example "
     "\"https://alarms.example:8443/gmguard\""},
    {"RegistrationTimer", after_listener("[limits]\nregistration_timer_s = 0\n"),
     "f:7:24: registration_timer_s is 0, not 1 to 3600"},

    // Core and pools
    {"PeerIsNoAddress", after_listener("[core]\npeers = [\"198.51.100.2\", \"hss\"]\n"),
     "f:7:26: \"hss\" is no address or prefix; for example \"192.0.2.0/24\" or \"2001:db8::/32\""},
    {"CoreListenerWithoutPort", after_listener("[core]\nlisteners = [\"198.51.100.1\"]\n"),
     "f:7:14: \"198.51.100.1\" is no address with port; for example \"10.50.0.1:5060\" or "
     "\"[2001:db8::1]:5060\""},
    {"PoolWithoutPrefix", after_listener("[[pool]]\nname = \"p\"\n"),
     "f:6:1: a pool needs a prefix; for example prefix = \"2001:db8::/32\""},
    {"PoolPrefixHasMoreBits",
     after_listener("[[pool]]\nname = \"p\"\nprefix = \"2001:db8::1/32\"\n"),
     "f:8:10: 2001:db8::1/32 has bits beyond its length; write \"2001:db8::/32\""},
    {"UnitOfIPv4", after_listener("[[pool]]\nname=\"p\"\nprefix=\"192.0.2.0/24\"\nunit = 28\n"),
     "f:9:8: unit of an IPv4 pool is 28, not 32; IPv4 addresses count as a whole; use port = true "
     "to "
     "tell ports apart"},
    {"UnitTooShort", after_listener("[[pool]]\nname=\"p\"\nprefix=\"2001:db8::/32\"\nunit = 47\n"),
     "f:9:8: unit of an IPv6 pool is 47, not 48 to 128"},
    {"UnitWiderThanPool",
     after_listener("[[pool]]\nname=\"p\"\nprefix=\"2001:db8::/56\"\nunit = 48\n"),
     "f:9:8: unit is 48, wider than the pool 2001:db8::/56; the unit is a part of the pool that "
     "belongs to one subscriber"},
    {"ConflictOfLater",
     after_listener("[[pool]]\nname=\"p\"\nprefix=\"2001:db8::/32\"\nconflict = \"contest\"\n"),
     "f:9:12: the rule contest comes with a later version; strict, which refuses the newcomer, is "
     "the one that is built"},
    {"ConflictUnknown",
     after_listener("[[pool]]\nname=\"p\"\nprefix=\"2001:db8::/32\"\nconflict = \"contested\"\n"),
     "f:9:12: conflict is \"contested\", not one of strict, contest; did you mean \"contest\"?"},
    {"PoolTwice",
     after_listener("[[pool]]\nname=\"p\"\nprefix=\"192.0.2.0/24\"\n[[pool]]\n"
                    "name=\"q\"\nprefix=\"192.0.2.0/24\"\n"),
     "f:11:8: a second pool for 192.0.2.0/24"},
    {"PoolInCore",
     after_listener("[core]\npeers=[\"192.0.0.0/16\"]\n[[pool]]\nname=\"p\"\n"
                    "prefix=\"192.0.2.0/24\"\n"),
     "f:10:8: pool 192.0.2.0/24 lies within the core peer 192.0.0.0/16; its phones would be taken "
     "for the core"},

    // Home, limits, host
    {"DomainIsAUri", after_listener("[home]\ndomains = [\"sip:ims.test\"]\n"),
     "f:7:12: \"sip:ims.test\" is no domain; for example \"ims.mnc001.mcc001.3gppnetwork.org\""},
    {"DomainTwice", after_listener("[home]\ndomains = [\"ims.test\", \"IMS.test\"]\n"),
     "f:7:24: ims.test is given twice"},
    {"RateZero", after_listener("[limits]\nper_user = 0\n"),
     "f:7:12: per_user is 0, not 1 to 10000000; write \"off\" for no limit"},
    {"RateIsAWord", after_listener("[limits]\nper_user = \"none\"\n"),
     "f:7:12: per_user must be \"off\", a number or { rate, burst }; for example { rate = 5, burst "
     "= "
     "10 }, in messages a second"},
    {"RateWithoutRate", after_listener("[limits]\nper_user = { burst = 5 }\n"),
     "f:7:12: a limit needs a rate; write { rate = 5, burst = 10 } or \"off\""},
    {"RateUnknownKey", after_listener("[limits]\nper_user = { rate = 5, brust = 5 }\n"),
     "f:7:24: unknown key \"brust\" in limits.per_user; did you mean \"burst\"?"},
    {"CgroupRelative", after_listener("[cgroup]\npath = \"pcscf\"\n"),
     "f:7:8: \"pcscf\" is no absolute path; \"auto\" finds cgroup2, \"none\" does without it"},
    {"PinsRelative", after_listener("[pins]\npath = \"gmguard\"\n"),
     "f:7:8: \"gmguard\" is no absolute path; pins live below a bpffs, by default in "
     "/sys/fs/bpf/gmguard"},
    {"PathOfTwoLines", after_listener("[cgroup]\npath = \"/a\\nb\"\n"),
     "f:7:8: \"/a\\x0ab\" is no absolute path; \"auto\" finds cgroup2, \"none\" does without it"},
    {"UnknownKeyOfTwoLines", "\"a\\nb\" = 1\n" + std::string(kListener),
     "f:1:1: unknown key \"a\\x0ab\"; known here: mode, interface, listener, core, cgroup, pool, "
     "home, "
     "limits, pins, store, admin, log"},
    {"PinsWithDot", after_listener("[pins]\npath = \"/sys/fs/bpf/gm.guard\"\n"),
     "f:7:8: /sys/fs/bpf/gm.guard has a dot, which a bpffs refuses"},
    {"PinsAreTheBpffs", after_listener("[pins]\npath = \"/sys/fs/bpf\"\n"),
     "f:7:8: /sys/fs/bpf is no folder of gmguard's own; for example /sys/fs/bpf/gmguard"},
    {"PinsElsewhereInSys", after_listener("[pins]\npath = \"/sys/fs/cgroup/x\"\n"),
     "f:7:8: /sys/fs/cgroup/x is on no bpffs; for example /sys/fs/bpf/gmguard"},
    {"StoreRelative", after_listener("[store]\npath = \"gmguard.db\"\n"),
     "f:7:8: \"gmguard.db\" is no absolute path; for example /var/lib/gmguard/gmguard.db; \"none\" "
     "keeps it in memory"},
    {"StoreOfNothing", after_listener("[store]\nevents = 0\n"),
     "f:7:10: events is 0, not 100 to 1000000"},
    {"AdminWithoutScheme", after_listener("[admin]\nlisten = \"127.0.0.1:8480\"\n"),
     "f:7:10: \"127.0.0.1:8480\" is neither a unix socket nor an address; write "
     "\"unix:/run/gmguard/admin.sock\" or \"https://192.0.2.1:8480\""},
    {"AdminWithoutPort", after_listener("[admin]\nlisten = [\"https://192.0.2.1\"]\n"),
     "f:7:11: \"https://192.0.2.1\" is neither a unix socket nor an address; write "
     "\"unix:/run/gmguard/admin.sock\" or \"https://192.0.2.1:8480\""},
    {"AdminForAnybody", after_listener("[admin]\nlisten = \"http://127.0.0.1:8480\"\n"),
     "f:7:10: anybody could use http://127.0.0.1:8480; give a token_file; `gmguard token new NAME` "
     "makes a token"},
    {"AdminForAnybodyWithTls",
     after_listener("[admin]\nlisten = [\"unix:/a\", \"https://192.0.2.1:8480\"]\n"
                    "certificate_file = \"/c\"\nkey_file = \"/k\"\n"),
     "f:7:22: anybody could use https://192.0.2.1:8480; give a token_file, or a client_ca_file "
     "whose certificates clients show"},
    {"AdminInClear",
     after_listener("[admin]\nlisten = \"http://192.0.2.1:8480\"\n"
                    "token_file = \"/t\"\n"),
     "f:7:10: http://192.0.2.1:8480 would send tokens in clear; write https://, with "
     "certificate_file and key_file"},
    {"AdminInClearEverywhere",
     after_listener("[admin]\nlisten = \"http://0.0.0.0:8480\"\n"
                    "token_file = \"/t\"\n"),
     "f:7:10: http://0.0.0.0:8480 would send tokens in clear; write https://, with "
     "certificate_file and key_file"},
    {"AdminWithoutCertificate",
     after_listener("[admin]\nlisten = \"https://[2001:db8::1]:8480\"\n"
                    "token_file = \"/t\"\n"),
     "f:7:10: https://[2001:db8::1]:8480 has no certificate; give certificate_file and key_file"},
    {"AdminTwice", after_listener("[admin]\nlisten = [\"unix:/a\", \"unix:/a\"]\n"),
     "f:7:22: unix:/a is given twice"},
    {"AdminNowhere", after_listener("[admin]\nlisten = []\n"),
     "f:7:10: it listens nowhere; write \"unix:/run/gmguard/admin.sock\" or "
     "\"https://192.0.2.1:8480\""},
    {"AdminTokensRelative", after_listener("[admin]\ntoken_file = \"tokens\"\n"),
     "f:7:14: \"tokens\" is no absolute path"},
    {"AdminCertificateOfNoUse", after_listener("[admin]\ncertificate_file = \"/c\"\n"),
     "f:7:20: certificate_file is of no use without an https listener; write "
     "\"unix:/run/gmguard/admin.sock\" or \"https://192.0.2.1:8480\""},
    {"AdminClientsOfNoCa", after_listener("[admin]\nclient_admins = [\"ops\"]\n"),
     "f:7:17: client_admins is of no use without client_ca_file"},
    {"AdminRelative", after_listener("[admin]\nlisten = \"unix:admin.sock\"\n"),
     "f:7:10: \"admin.sock\" is no absolute path"},
    {"LogLevel", after_listener("[log]\nlevel = \"warning\"\n"),
     "f:7:9: level is \"warning\", not one of debug, info, warn, error"},
};

class ConfigProblems : public testing::TestWithParam<Row> {};

} // namespace

TEST_P(ConfigProblems, AreTold) {
    EXPECT_EQ(problems_of(GetParam().text), GetParam().problems);
}

INSTANTIATE_TEST_SUITE_P(Row, ConfigProblems, testing::ValuesIn(kRows),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(ConfigProblemsTogether, AreAllTold_InTheOrderOfTheFile) {
    const auto text = "[limits]\nbindings = 1\nper_users = 5\n" + listener_with("\"any\"", "[0]");
    EXPECT_EQ(problems_of(text), "f:2:12: bindings is 1, not 16 to 16000000\n"
                                 "f:3:1: unknown key \"per_users\" in limits; did you mean "
                                 "\"per_user\"?\n"
                                 "f:8:22: port 0 is not 1 to 65535");
}

TEST(ConfigProblemsTogether, AreOneError_WhenParsed) {
    const auto config = parse("mode = 1\nmoed = 2\n", "f");
    ASSERT_FALSE(config.has_value());
    EXPECT_EQ(config.error().kind, ErrorKind::invalid);
    EXPECT_EQ(config.error().text(),
              "f: no listener: nothing would be guarded; add a [[listener]]\n"
              "f:1:8: mode must be one of off, monitor, enforce, not a number; write the word in "
              "quotes\n"
              "f:2:1: unknown key \"moed\"; did you mean \"mode\"?");
}

TEST(ConfigProblemsTogether, CountListenersAndHomes) {
    std::string text;
    for (int i = 0; i < GM_LISTENERS; ++i)
        text += "[[listener]]\nname = \"l" + std::to_string(i) +
                "\"\nprofile = \"annex-d\"\naddress = \"any\"\nunprotected_ports = [" +
                std::to_string(1000 + i) + "]\n";
    EXPECT_EQ(problems_of(text), "f:316:1: more than 63 listeners");
    std::string peers;
    for (int i = 0; i <= 2048; ++i)
        peers += "\"2001:db8::" + std::to_string(i) + "\",";
    EXPECT_EQ(problems_of(after_listener("[core]\npeers = [\n") + peers + "]\n").substr(0, 4),
              "f:8:");
    std::string homes;
    for (int i = 0; i <= GM_HOMES; ++i)
        homes += "\"d" + std::to_string(i) + ".test\",";
    EXPECT_EQ(problems_of(after_listener("[home]\ndomains = [") + homes + "]\n"),
              "f:7:11: 17 home domains, more than 16");
}
