// SPDX-License-Identifier: BSD-2-Clause
// gm_front remembers what it found in gm_listeners: no longer than it is there.
#include "rows.hpp"

namespace gmguard::test {
namespace {

std::string judged(Guard& guard, const char* address) {
    const auto message = kPhone.asks("INVITE");
    return guard.run(Program::front, datagram(kPhone, message.text(), kClear, address)).text();
}

TEST(Listener, IsForgotten_WhenItIsGone) {
    auto& guard = Guard::fresh();
    EXPECT_EQ(judged(guard, "192.0.2.1"), "drop not_register");
    guard.configure([](config::Config& c) { c.listeners.erase(c.listeners.begin()); });
    EXPECT_EQ(judged(guard, "192.0.2.1"), "pass");
}

TEST(Listener, IsKnown_WhereThereWasNone) {
    auto& guard = Guard::fresh();
    EXPECT_EQ(judged(guard, "192.0.2.9"), "pass");
    guard.configure(
        [](config::Config& c) { c.listeners[0].address = *Address::parse("192.0.2.9"); });
    EXPECT_EQ(judged(guard, "192.0.2.9"), "drop not_register");
}

TEST(Listener, HasItsPresentModes) {
    auto& guard = Guard::fresh();
    EXPECT_EQ(judged(guard, "192.0.2.1"), "drop not_register");
    guard.configure([](config::Config& c) { c.mode = GM_MODE_MONITOR; });
    EXPECT_EQ(judged(guard, "192.0.2.1"), "pass (would_drop not_register)");
}

// More places than are remembered, which take each other's room.
TEST(Listener, IsItsOwn_AmongMany) {
    auto& guard = Guard::fresh();
    for (int round = 0; round < 2; ++round)
        for (int host = 1; host < 255; ++host) {
            const auto address = "192.0.2." + std::to_string(host);
            const bool guarded = host <= 2;
            EXPECT_EQ(judged(guard, address.c_str()), guarded ? "drop not_register" : "pass")
                << address;
        }
}

// The mark of an address is no listener of a port.
TEST(Listener, IsAPortsOwn) {
    auto& guard = Guard::fresh();
    for (int port = 0; port < 64; ++port) {
        const Bytes esp = bytes(Ethernet{} / Ipv4{.destination = "192.0.2.1"} / Raw{Bytes(64), 50});
        (void)guard.run(Program::front, esp);
        const auto packet = datagram(kPhone, "x", static_cast<std::uint16_t>(port), "192.0.2.1");
        EXPECT_EQ(guard.run(Program::front, packet).text(), "pass") << port;
    }
}

} // namespace
} // namespace gmguard::test
