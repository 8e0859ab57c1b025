// SPDX-License-Identifier: BSD-2-Clause
// Which side a packet is from, and what is guarded at all (H8, H15).
#include "rows.hpp"

namespace gmguard::test {
namespace {

const Phone kHost{.address = "192.0.2.1", .port = 5070}, kLoop{.address = "127.0.0.1"};

Packet to(const char* address, std::uint16_t port, const std::string& text = kPhone.asks().text()) {
    return datagram(kPhone, text, port, address);
}

void shared(Guard& guard) {
    guard.configure([](config::Config& c) {
        for (auto& listener : c.listeners)
            listener.shared_interface = true;
    });
}

} // namespace

TEST(Side, LeavesAloneWhatIsNotGuarded) {
    const std::string text = kPhone.asks().text();
    for (const auto program : {Program::front, Program::inside})
        check({
            {"media", to("192.0.2.1", 5061, std::string(172, '/')), "pass", {}, program},
            {"media, another address", to("192.0.2.3", 9, "SIP/2,0"), "pass", {}, program},
            {"an empty datagram", to("192.0.2.1", 5061, ""), "pass", {}, program},
            {"TCP", Ethernet{} / Ipv4{} / Tcp{} / text, "pass", {}, program},
            {"ICMP",
             Ethernet{} / Ipv4{.protocol = std::uint8_t{1}} / Raw{Bytes(64), 1},
             "pass",
             {},
             program},
            {"ESP that ends before this host",
             Ethernet{} / Ipv4{.destination = "192.0.2.1"} / Raw{Bytes(64), kProtocolEsp},
             "pass",
             {},
             program},
            {"ESP to another address",
             Ethernet{} / Ipv6{.destination = "2001:db8::3"} / Raw{Bytes(64), kProtocolEsp},
             "pass",
             {},
             program},
            {"neighbour discovery",
             Ethernet{} / Ipv6{.next_header = std::uint8_t{58}} / Raw{Bytes(64), 58},
             "pass",
             {},
             program},
        });
    check({{"ARP", Ethernet{.type = std::uint16_t{0x0806}} / Raw{Bytes(46), 0}, "pass"},
           {"another Ethernet type", Ethernet{} / Raw{Bytes(100), 0}, "pass"},
           {"another port: judged inside", to("192.0.2.1", 5061), "pass"},
           {"port 0: judged inside", to("192.0.2.1", 0), "pass"},
           {"protected, terminated: judged inside", to("192.0.2.1", kProtected), "pass"}});
}

// gm_front leaves to gm_inside what another interface's owner may want.
TEST(Side, LetsNothingElseReachAGuardedPort) {
    check({{"another address, front", to("192.0.2.3", kClear), "pass"},
           {"another address, inside",
            to("192.0.2.3", kClear),
            "drop not_listener",
            {},
            Program::inside},
           {"the protected port of another address",
            to("192.0.2.3", kProtected),
            "drop not_listener",
            {},
            Program::inside},
           {"towards the core's socket",
            to("203.0.113.1", kClear),
            "drop not_listener",
            {},
            Program::inside},
           {"broadcast", to("255.255.255.255", kClear), "drop not_listener", {}, Program::inside}});
}

// A socket of the P-CSCF that the configuration forgot is no way around.
TEST(Side, LetsNoSipReachASocketThatNoListenerNames) {
    const auto row = [](const std::string& text, const char* address = "192.0.2.3") {
        return Row{
            text.substr(0, 20), to(address, 5062, text), "drop not_listener", {}, Program::inside};
    };
    const std::string request = kPhone.asks("INVITE").text();
    Packet deep = Ethernet{} / Ipv6{.destination = "2001:db8::99"};
    for (int i = 0; i <= GM_IPV6_HEADERS; ++i)
        deep.push_back(Extension{});
    check({row(request),
           row(request, "192.0.2.1"),
           row(kPhone.registers().text()),
           row(kPhone.answered("200 OK", "REGISTER").text()),
           row("\r\n\r\n" + request),
           row("invite sip:a sip/2.0\n\n"),
           row(std::string(3000, ' ') + "x SIP/2.0\n\n"),
           {"IPv6",
            datagram(kPhone6, request, 5062, "2001:db8::99"),
            "drop not_listener",
            {},
            Program::inside},
           {"too deep to see",
            deep / Udp{.destination = 5062} / "x",
            "drop too_deep",
            {},
            Program::inside}});
    for (unsigned at = 0; at < 24; ++at)
        check({row(std::string(at, 'x') + "SIP/2.0"), row(std::string(at, '/') + "sIp/2.0/UDP")});
}

TEST(Side, LeavesTheCoreItsSockets) {
    const auto request = kPhone.asks("INVITE").text();
    check({{"shared", datagram(kCore, request, 5062), "pass", shared, Program::inside},
           {"from the other side", datagram(kCore, request, 5062), "pass",
            [](Guard& guard) { guard.side(GM_SIDE_CORE); }, Program::inside},
           {"in the core's name",
            datagram(kCore, request, 5062),
            "drop not_listener",
            {},
            Program::inside}});
}

TEST(Side, GuardsEveryAddress_WhenTheListenerIsAny) {
    const auto any = [](Guard& guard) {
        guard.configure([](config::Config& c) {
            c.listeners.resize(1);
            c.listeners[0].address = {};
            c.core.listeners.clear();
        });
    };
    for (const auto* address : {"192.0.2.1", "192.0.2.200", "203.0.113.9"})
        check_both({{address, to(address, kClear), "drop not_register", any},
                    {address, to(address, kClear, kPhone.registers().text()), "pass", any}});
    check(
        {{"IPv6", datagram(kPhone6, kPhone6.asks().text(), kClear, "2001:db8::99"),
          "drop not_register", any},
         {"VLAN tags beyond count",
          Ethernet{} / Vlan{} / Vlan{} / Vlan{} / Ipv4{.destination = "192.0.2.200"} / Udp{} / "x",
          "drop too_deep", any}});
}

TEST(Side, RefusesSourcesOfTheCoreAndTheHost) {
    for (const auto& phone : {kCore, kHost, kLoop, Phone{.address = "2001:db8:c::2"},
                              Phone{.address = "2001:db8::1"}}) {
        const auto text = phone.registers().text();
        check_both({{phone.address, datagram(phone, text), "drop spoofed_source"}});
        check({{phone.address + ", protected",
                datagram(phone, text, kProtected),
                "drop spoofed_source",
                {},
                Program::inside}});
        check({{phone.address + ", protected request",
                datagram(phone, phone.asks().text(), kProtected), "drop spoofed_source",
                [phone](Guard& guard) { guard.bind({.phone = phone}); }, Program::inside}});
    }
}

TEST(Side, ExemptsTheCore_WhereItSharesTheInterface) {
    const auto answer = kPhone.answered("200 OK", "REGISTER").text(),
               request = kPhone.asks("INVITE").text();
    check({{"REGISTER", datagram(kCore, kCore.registers().text()), "pass", shared},
           {"REGISTER, inside", datagram(kCore, kCore.registers().text()), "pass", shared,
            Program::inside},
           {"answer, inside", datagram(kCore, answer), "pass", shared, Program::inside},
           {"request, inside", datagram(kCore, request), "pass", shared, Program::inside},
           {"request to the protected port, inside", datagram(kCore, request, kProtected), "pass",
            shared, Program::inside},
           {"the host is not the core", datagram(kHost, kHost.registers().text()),
            "drop spoofed_source", shared},
           {"a phone is not the core", datagram(kPhone, request), "drop not_register", shared,
            Program::inside},
           {"answer, front", datagram(kCore, answer), "pass", shared},
           {"request, front", datagram(kCore, request), "pass", shared}});
}

TEST(Side, IsOfAnInterfaceInItsNamespace) {
    auto& guard = Guard::fresh();
    auto elsewhere = value_of(kernel::own_device(kLoopback));
    elsewhere.netns ^= 1;
    gm_iface gm{};
    gm.side = GM_SIDE_GM;
    guard.forget_side();
    value_of(guard.maps().ifaces.put(elsewhere, gm));
    const auto request = datagram(kPhone, kPhone.asks().text(), kProtected);
    EXPECT_EQ(guard.run(Program::inside, request).text(), "pass")
        << "the other one's number is nothing here";
    guard.side(GM_SIDE_GM);
    EXPECT_EQ(guard.run(Program::inside, request).text(), "drop unregistered");
    value_of(guard.maps().ifaces.erase(elsewhere));
}

TEST(Side, JudgesOnlyWhatComesByGm) {
    const auto core = [](Guard& guard) { guard.side(GM_SIDE_CORE); };
    const auto neither = [](Guard& guard) { guard.forget_side(); };
    for (const auto& before :
         {std::function<void(Guard&)>(core), std::function<void(Guard&)>(neither)})
        check(
            {{"request", to("192.0.2.1", kClear), "pass", before, Program::inside},
             {"from the core", datagram(kCore, kPhone.asks("INVITE").text(), kClear, "203.0.113.1"),
              "pass", before, Program::inside}});
}

} // namespace gmguard::test
