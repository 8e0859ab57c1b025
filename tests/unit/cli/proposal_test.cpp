// SPDX-License-Identifier: BSD-2-Clause
#include "proposal.hpp"

#include <gmock/gmock.h>

using namespace gmguard;
using namespace gmguard::cli;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

Address address(const char* text) {
    return *Address::parse(text);
}

Host a_host() {
    return {{{"gm0", {address("192.0.2.1"), address("192.0.2.3")}},
             {"mw0", {address("198.51.100.1")}},
             {"oam", {address("10.0.0.1")}}},
            {}};
}

kamailio::Socket socket(const char* host, std::uint16_t first, std::uint16_t last = 0,
                        bool is_protected = false) {
    return {kamailio::Transport::udp, host,         first,
            last == 0 ? first : last, is_protected, {"a.cfg", 7}};
}

kamailio::Pcscf pcscf(std::vector<kamailio::Socket> sockets) {
    return {"a.cfg", std::move(sockets), {}, kamailio::Place{"a.cfg", 1}};
}

// As the file that comes of it is read.
config::Config configured(const config::Draft& draft) {
    const auto text = config::text_of(draft);
    auto config = config::parse(text, "draft");
    EXPECT_TRUE(config) << (config ? "" : config.error().text()) << text;
    return config.value_or(config::Config{});
}

std::vector<std::string> interfaces_of(const config::Config& config) {
    std::vector<std::string> out;
    for (const auto& each : config.interfaces)
        out.push_back(each.name + (each.side == GM_SIDE_GM ? " gm" : " core"));
    return out;
}

} // namespace

TEST(Proposal, TellsGmFromMw_ByTheProtectedPorts) {
    const auto config = configured(propose(
        pcscf({socket("192.0.2.1", 5060), socket("192.0.2.3", 5070), socket("198.51.100.1", 5060),
               socket("192.0.2.1", 5100, 5109, true), socket("192.0.2.1", 6100, 6109, true)}),
        a_host()));
    ASSERT_EQ(config.listeners.size(), 2U);
    EXPECT_EQ(config.listeners[0].address, address("192.0.2.1"));
    EXPECT_THAT(config.listeners[0].unprotected_ports, ElementsAre(5060));
    EXPECT_EQ(config.listeners[0].protected_ports.size(), 20U);
    EXPECT_EQ(config.listeners[0].protection, GM_PROTECTION_ESP);
    EXPECT_EQ(config.listeners[1].address, address("192.0.2.3")) << "on the same interface";
    EXPECT_THAT(config.core.listeners, ElementsAre(*Endpoint::parse("198.51.100.1:5060")));
    EXPECT_THAT(interfaces_of(config), ElementsAre("gm0 gm", "mw0 core"));
}

TEST(Proposal, SaysWhereEachPartIsFrom) {
    const auto text = config::text_of(propose(
        pcscf({socket("192.0.2.1", 5060), socket("192.0.2.1", 6100, 6101, true)}), a_host()));
    EXPECT_THAT(text, HasSubstr("# unprotected 5060: a.cfg:7"));
    EXPECT_THAT(text, HasSubstr("# protected 6100-6101: a.cfg:7"));
    EXPECT_THAT(text, HasSubstr("#peers = "));
    EXPECT_THAT(text, HasSubstr("#[[interface]]\n#name = \"oam\"")) << "phones might come by it";
}

TEST(Proposal, GuardsEveryAddress_WhereANameIsNone) {
    const auto draft = propose(pcscf({socket("PCSCF_IP", 5060)}), a_host());
    EXPECT_TRUE(configured(draft).listeners[0].address.is_any());
    EXPECT_THAT(config::text_of(draft), HasSubstr("GUESS: PCSCF_IP is no address"));
}

TEST(Proposal, TakesInterfacesAndWildcards) {
    EXPECT_EQ(configured(propose(pcscf({socket("gm0", 5060)}), a_host())).listeners[0].address,
              address("192.0.2.1"));
    for (const auto* host : {"*", "0.0.0.0", "::", "[::]"})
        EXPECT_TRUE(configured(propose(pcscf({socket(host, 5060)}), a_host()))
                        .listeners[0]
                        .address.is_any())
            << host;
}

TEST(Proposal, LeavesOutWhatIsNotGuarded) {
    auto tls = socket("192.0.2.1", 5061);
    tls.transport = kamailio::Transport::stream;
    const auto draft =
        propose(pcscf({tls, socket("127.0.0.1", 5060), socket("192.0.2.1", 5060)}), a_host());
    const auto config = configured(draft);
    ASSERT_EQ(config.listeners.size(), 1U);
    EXPECT_THAT(config.listeners[0].unprotected_ports, ElementsAre(5060));
    EXPECT_EQ(draft.left_out.size(), 2U);
}

TEST(Proposal, TakesAPortThatIsProtectedForNothingElse) {
    const auto config = configured(propose(
        pcscf({socket("192.0.2.1", 5060, 5063), socket("192.0.2.1", 5062, 5064, true)}), a_host()));
    EXPECT_THAT(config.listeners[0].unprotected_ports, ElementsAre(5060, 5061));
    EXPECT_THAT(config.listeners[0].protected_ports, ElementsAre(5062, 5063, 5064));
}

TEST(Proposal, SuggestsTheHomeDomainOfAnAlias) {
    auto aliased = pcscf({socket("192.0.2.1", 5060)});
    aliased.aliases = {{"pcscf.ims.example", {"a.cfg", 9}}, {"192.0.2.1", {"a.cfg", 10}}};
    EXPECT_THAT(propose(aliased, a_host()).homes,
                ElementsAre("[\"ims.example\"]  # GUESS: alias pcscf.ims.example, a.cfg:9"));
}

TEST(Proposal, OfTheMachine_TakesTheSocketsOfSip) {
    auto host = a_host();
    host.sockets = {{*Endpoint::parse("192.0.2.1:5060"), "kamailio"},
                    {*Endpoint::parse("192.0.2.1:6100"), "kamailio"},
                    {*Endpoint::parse("192.0.2.1:53"), "named"},
                    {*Endpoint::parse("127.0.0.1:5060"), "kamailio"}};
    const auto draft = propose(host);
    const auto config = configured(draft);
    ASSERT_EQ(config.listeners.size(), 1U);
    EXPECT_THAT(config.listeners[0].unprotected_ports, ElementsAre(5060));
    EXPECT_THAT(config.listeners[0].protected_ports, ElementsAre(6100));
    EXPECT_THAT(config::text_of(draft), HasSubstr("GUESS: kamailio listens there now"));
    EXPECT_THAT(interfaces_of(config), ElementsAre("gm0 gm"));
}

TEST(Proposal, OfAMachineWithoutSip_IsStillAConfiguration) {
    const auto config = configured(propose(a_host()));
    EXPECT_EQ(config.listeners.size(), 1U);
    EXPECT_THAT(config.interfaces, IsEmpty());
    EXPECT_EQ(configured(propose(Host{})).listeners.size(), 1U);
}
