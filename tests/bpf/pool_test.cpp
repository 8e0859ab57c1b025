// SPDX-License-Identifier: BSD-2-Clause
// What the key of a binding is made of, by the pool of its source (seed 1, 2.3, 3).
#include "rows.hpp"

namespace gmguard::test {
namespace {

struct Pool {
    const char* prefix;
    gm_key_form form;
};

void add_pools(Guard& guard, const std::vector<Pool>& pools) {
    guard.configure([&pools](config::Config& c) {
        for (const auto& pool : pools)
            c.pools.push_back({"p" + std::to_string(c.pools.size()), *Prefix::parse(pool.prefix),
                               pool.form.bits, pool.form.with_port != 0});
    });
}

struct Case {
    const char* description;
    std::vector<Pool> pools;
    Phone bound; // by the form that its pool gives
    gm_key_form form;
    Phone newcomer;
    bool taken;
};

Phone at(const char* address, std::uint16_t port = 5060, const char* user = "001010000000001") {
    return {.address = address, .port = port, .user = user};
}

std::vector<Case> cases() {
    const gm_key_form pair{128, 1}, address{128, 0}, p64{64, 0}, p64port{64, 1}, p56{56, 0},
        p48{48, 0};
    const auto v4 = "192.0.2.0/24", v6 = "2001:db8::/32";
    return {
        {"pair, same", {}, at("192.0.2.7"), pair, at("192.0.2.7"), true},
        {"pair, port", {}, at("192.0.2.7"), pair, at("192.0.2.7", 5061), false},
        {"address, port", {{v4, address}}, at("192.0.2.7"), address, at("192.0.2.7", 5061), true},
        {"address, other", {{v4, address}}, at("192.0.2.7"), address, at("192.0.2.8"), false},
        {"address v6, port",
         {{v6, address}},
         at("2001:db8::7"),
         address,
         at("2001:db8::7", 9),
         true},
        {"address v6, other",
         {{v6, address}},
         at("2001:db8::7"),
         address,
         at("2001:db8::8"),
         false},
        {"/64, same prefix",
         {{v6, p64}},
         at("2001:db8:0:1::7"),
         p64,
         at("2001:db8:0:1:ffff:ffff:ffff:ffff", 9),
         true},
        {"/64, neighbour", {{v6, p64}}, at("2001:db8:0:1::7"), p64, at("2001:db8:0:2::7"), false},
        {"/64 with port, same port",
         {{v6, p64port}},
         at("2001:db8:0:1::7"),
         p64port,
         at("2001:db8:0:1::8"),
         true},
        {"/64 with port, other port",
         {{v6, p64port}},
         at("2001:db8:0:1::7"),
         p64port,
         at("2001:db8:0:1::8", 9),
         false},
        {"/56, other /64",
         {{v6, p56}},
         at("2001:db8:0:100::7"),
         p56,
         at("2001:db8:0:1ff::7"),
         true},
        {"/56, neighbour",
         {{v6, p56}},
         at("2001:db8:0:100::7"),
         p56,
         at("2001:db8:0:200::7"),
         false},
        {"/48, other /64", {{v6, p48}}, at("2001:db8:1::7"), p48, at("2001:db8:1:ffff::7"), true},
        {"/48, neighbour", {{v6, p48}}, at("2001:db8:1::7"), p48, at("2001:db8:2::7"), false},
        {"longest prefix has the address",
         {{v6, p64}, {"2001:db8:0:1::/64", address}},
         at("2001:db8:0:1::7"),
         address,
         at("2001:db8:0:1::8"),
         false},
        {"longest prefix has the pair",
         {{v6, p64}, {"2001:db8:0:1::/64", pair}},
         at("2001:db8:0:1::7"),
         pair,
         at("2001:db8:0:1::7", 9),
         false},
        {"longest prefix has /64",
         {{v6, pair}, {"2001:db8:0:1::/64", p64}},
         at("2001:db8:0:1::7"),
         p64,
         at("2001:db8:0:1::8", 9),
         true},
        {"longest prefix, its neighbour",
         {{v6, pair}, {"2001:db8:0:1::/64", p64}},
         at("2001:db8:0:2::7"),
         pair,
         at("2001:db8:0:2::8"),
         false},
        {"one host of a pool",
         {{v4, pair}, {"192.0.2.7/32", address}},
         at("192.0.2.7"),
         address,
         at("192.0.2.7", 9),
         true},
        {"outside the pool",
         {{"198.51.100.0/25", address}},
         at("192.0.2.7"),
         pair,
         at("192.0.2.7", 9),
         false},
        {"a pool of IPv6 is not of IPv4",
         {{"::/0", p64}},
         at("192.0.2.7"),
         pair,
         at("192.0.2.8"),
         false},
    };
}

} // namespace

TEST(Pool, SaysWhatIsTaken) {
    for (const auto& c : cases())
        for (const auto program : {Program::front, Program::inside}) {
            SCOPED_TRACE(std::string(c.description) + " (" + std::string(kernel::name(program)) +
                         ")");
            auto& guard = Guard::fresh();
            add_pools(guard, c.pools);
            guard.bind({.phone = c.bound, .form = c.form});
            auto other = c.newcomer;
            other.user = "001010000000002";
            EXPECT_EQ(guard.run(program, datagram(other, other.registers().text())).text(),
                      c.taken ? "drop selector_taken" : "pass");
            EXPECT_EQ(
                guard.run(program, datagram(c.newcomer, c.newcomer.registers().text())).text(),
                "pass")
                << "the bound user";
        }
}

// A privacy address of the same /64 speaks for its subscriber, another /64 does not.
TEST(Pool, SaysWhoseMessageItIs) {
    for (const auto& c : cases()) {
        SCOPED_TRACE(c.description);
        auto& guard = Guard::fresh();
        add_pools(guard, c.pools);
        guard.bind({.phone = c.bound, .form = c.form});
        EXPECT_EQ(
            guard.run(Program::inside, datagram(c.newcomer, c.newcomer.asks().text(), kProtected))
                .text(),
            c.taken ? "pass" : "drop unregistered");
    }
}

TEST(Pool, SaysToWhomANonceWasSent) {
    auto& guard = Guard::fresh();
    add_pools(guard, {{"2001:db8::/32", {64, 0}}});
    const auto phone = at("2001:db8:0:1::7"), same = at("2001:db8:0:1::8"),
               other = at("2001:db8:0:2::7");
    guard.challenge(phone, "bm9uY2U=", kNow + kSecond, 64);
    for (const auto& [from, outcome] :
         {std::pair{phone, "pass"}, {same, "pass"}, {other, "drop unmatched_failure"}})
        EXPECT_EQ(
            guard.run(Program::front, datagram(from, from.registers({.nonce = "bm9uY2U="}).text()))
                .text(),
            outcome)
            << from.address;
}

} // namespace gmguard::test
