// SPDX-License-Identifier: BSD-2-Clause
// Whose selector it is: users, states, time.
#include "rows.hpp"

namespace gmguard::test {
namespace {

Row row(std::string description, const SipText& message, std::string outcome,
        const Binding& binding) {
    return {std::move(description), datagram(kPhone, message.text()), std::move(outcome),
            [binding](Guard& guard) { guard.bind(binding); }};
}

// The other user is bound to kPhone's selector.
Binding other(gm_binding_state state = GM_STATE_BOUND, std::uint64_t expires_ns = kNow + kSecond) {
    return {.phone = kOther, .state = state, .expires_ns = expires_ns};
}

} // namespace

TEST(Binding, KeepsOthersOut_WhileItLives) {
    const auto message = kPhone.registers();
    check_both({
        row("bound", message, "drop selector_taken", other()),
        row("its last nanosecond", message, "drop selector_taken", other(GM_STATE_BOUND, kNow + 1)),
        row("ended now", message, "pass", other(GM_STATE_BOUND, kNow)),
        row("ended long ago", message, "pass", other(GM_STATE_BOUND, 1)),
        row("never ends", message, "drop selector_taken", other(GM_STATE_BOUND, 0)),
        row("cooling down", message, "pass", other(GM_STATE_COOLDOWN)),
        row("adopted", message, "pass", other(GM_STATE_ADOPTED)),
    });
}

TEST(Binding, LetsItsOwnUserRegister) {
    const Binding mine{};
    const auto named = [](const std::string& user) {
        return kPhone.registers().set("Authorization",
                                      "Digest username=\"" + user + "\",nonce=\"\"");
    };
    check_both({
        row("by username", kPhone.registers(), "pass", mine),
        row("by To", kPhone.registers().remove("Authorization"), "pass", mine),
        row("by To, no username", kPhone.registers().set("Authorization", "Digest nonce=\"\""),
            "pass", mine),
        row("domain in capitals", named(kPhone.user + "@IMS.TEST"), "pass", mine),
        row("To of another, username its own",
            named(kPhone.impi()).set("To", "<" + kOther.impu() + ">"), "pass", mine),
        row("username of another, To its own", named(kOther.impi()), "drop selector_taken", mine),
        row("username without domain", named(kPhone.user), "drop selector_taken", mine),
        row("no username, To of another",
            kPhone.registers().remove("Authorization").set("To", "<" + kOther.impu() + ">"),
            "drop selector_taken", mine),
    });
}

TEST(Binding, HoldsTheSelectorOnThePairOnly) {
    const auto bind = [](Guard& guard) { guard.bind(other()); };
    Phone port = kPhone, address = kPhone;
    port.port = 5061;
    address.address = "192.0.2.8";
    check_both({
        {"another port", datagram(port, port.registers().text()), "pass", bind},
        {"another address", datagram(address, address.registers().text()), "pass", bind},
    });
}

TEST(Binding, IsNamedInTheReport) {
    auto& guard = Guard::fresh();
    guard.bind({.phone = kOther, .subscriber = 77});
    const auto outcome = guard.run(Program::front, datagram(kPhone, kPhone.registers().text()));
    ASSERT_EQ(outcome.in(Ring::events).size(), 1U);
    const auto& head = outcome.in(Ring::events)[0]->head;
    EXPECT_EQ(head.holder, 77U);
    EXPECT_EQ(head.listener, 1U);
    EXPECT_EQ(head.role, GM_ROLE_UNPROTECTED);
    EXPECT_EQ(head.source_port, 5060);
    EXPECT_EQ(head.destination_port, kClear);
    EXPECT_TRUE(head.source == Address::parse("192.0.2.7")->value());
    EXPECT_TRUE(head.destination == Address::parse("192.0.2.1")->value());
    EXPECT_EQ(outcome.in(Ring::events)[0]->text, kPhone.registers().text());
}

TEST(Binding, IsSeenOnAProtectedPort_AndNotInClear) {
    auto& guard = Guard::fresh();
    const Binding mine{};
    guard.bind(mine);
    const auto seen = [&](Program program, std::uint16_t port, std::uint64_t at) {
        guard.clock(at);
        guard.run(program, datagram(kPhone, kPhone.registers().text(), port));
        const auto entry = value_of(guard.maps().bindings.lookup(guard.selector(mine)));
        EXPECT_TRUE(entry);
        EXPECT_EQ(entry->expires_ns, mine.expires_ns) << "a REGISTER extends nothing";
        EXPECT_EQ(entry->state, GM_STATE_BOUND);
        return entry->last_seen_ns;
    };
    EXPECT_EQ(seen(Program::front, kClear, kNow + kSecond), 0U);
    EXPECT_EQ(seen(Program::inside, kClear, kNow + 2 * kSecond), 0U);
    EXPECT_EQ(seen(Program::inside, kProtected, kNow + 3 * kSecond), kNow + 3 * kSecond);
}

// H16, R5: both checks say it, each for itself.
TEST(Binding, IsGuardedByEitherCheck) {
    const auto message = datagram(kPhone, kPhone.registers().text());
    const auto run = [&](gm_mode unique, gm_mode same) {
        auto& guard = Guard::fresh();
        guard.bind(other());
        guard.mode(GM_CHECK_selector_unique, unique);
        guard.mode(GM_CHECK_same_user, same);
        return guard.run(Program::front, message).text();
    };
    EXPECT_EQ(run(GM_MODE_ENFORCE, GM_MODE_OFF), "drop selector_taken");
    EXPECT_EQ(run(GM_MODE_OFF, GM_MODE_ENFORCE), "drop user_mismatch");
    EXPECT_EQ(run(GM_MODE_MONITOR, GM_MODE_ENFORCE), "drop user_mismatch");
    EXPECT_EQ(run(GM_MODE_MONITOR, GM_MODE_MONITOR), "pass (would_drop selector_taken)");
    EXPECT_EQ(run(GM_MODE_OFF, GM_MODE_OFF), "pass");
}

} // namespace gmguard::test
