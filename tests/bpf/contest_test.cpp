// SPDX-License-Identifier: BSD-2-Clause
// Two users of one selector, where the pool lets it be contested: the newcomer may authenticate,
// and speaks for nobody until then; whose answers are told, who was asked whether he is there.
#include "rows.hpp"

namespace gmguard::test {
namespace {

const std::string kNonce = "UvImZaYMEtKJGF2VDuiBNgkWb2sRPReNbA/TkB/yOaE=";
const std::string kPorts = "ipsec-3gpp;alg=hmac-sha-1-96;spi-c=1;spi-s=2;port-c=5060;port-s=5060";

// kPhone holds the selector that kOther speaks from.
void held(Guard& guard, gm_conflict conflict) {
    guard.configure([&](config::Config& c) {
        c.pools.push_back({"field", Prefix::parse("192.0.2.0/24").value(), 128, true, conflict});
    });
    guard.bind({});
}
void contest(Guard& guard) {
    held(guard, GM_CONFLICT_CONTEST);
}
void strict(Guard& guard) {
    held(guard, GM_CONFLICT_STRICT);
}
void challenged(Guard& guard) {
    contest(guard);
    guard.challenge(kOther, kNonce, kNow + kSecond);
}
void challenged_strictly(Guard& guard) {
    strict(guard);
    guard.challenge(kOther, kNonce, kNow + kSecond);
}

void asked(Guard& guard, std::uint64_t until_ns, std::uint32_t left) {
    contest(guard);
    const Binding holder{};
    EXPECT_TRUE(guard.maps().probes.put(holder.subscriber, gm_probe{until_ns, left, 0}));
}

Packet inner(const SipText& message) {
    return datagram(kPhone, message.text(), kProtected);
}

} // namespace

TEST(Contest, InClear_TheNewcomerMayAsk) {
    const auto other = datagram(kOther, kOther.registers().text());
    auto naming = kOther;
    naming.port = 7000;
    const auto ports = datagram(naming, naming.registers().set("Security-Client", kPorts).text());
    check_both({{"the selector", other, "pass", contest},
                {"the selector, strict", other, "drop selector_taken", strict},
                {"a port in Security-Client", ports, "pass", contest},
                {"a port in Security-Client, strict", ports, "drop selector_taken", strict}});
}

TEST(Contest, OnAProtectedPort_HeMayAnswerHisChallenge_AndNoMore) {
    const auto answer = [](const Phone& phone, const std::string& nonce) {
        return inner(phone.registers({.nonce = nonce, .response = "00"}));
    };
    Phone third = kOther;
    third.user = "001010000000009";
    const auto row = [](std::string what, Packet packet, std::string outcome,
                        std::function<void(Guard&)> before = challenged) {
        return Row{std::move(what), std::move(packet), std::move(outcome), std::move(before),
                   Program::inside};
    };
    check({
        row("his answer", answer(kOther, kNonce), "pass"),
        row("his answer, strict", answer(kOther, kNonce), "drop user_mismatch",
            challenged_strictly),
        row("not challenged", answer(kOther, kNonce), "drop user_mismatch", contest),
        row("another nonce", answer(kOther, "bm9uY2U="), "drop user_mismatch"),
        row("another's challenge", answer(third, kNonce), "drop user_mismatch"),
        row("no answer", inner(kOther.registers()), "drop user_mismatch"),
        row("his MESSAGE", inner(kOther.asks()), "drop identity_not_bound"),
        row("the holder's", inner(kPhone.asks()), "pass"),
    });
}

TEST(Contest, AnswersOfAHolderWhoWasAsked_AreTold) {
    struct Told {
        const char* what;
        SipText message;
        std::uint64_t until_ns;
        std::uint32_t left;
        std::size_t times; // of two
    };
    const auto answer = kPhone.answered("200 OK", "OPTIONS");
    for (const auto& [what, message, until_ns, left, times] :
         {Told{"an answer", answer, kNow + kSecond, 64, 2},
          Told{"the last", answer, kNow + kSecond, 1, 1}, Told{"too late", answer, kNow, 64, 0},
          Told{"a request", kPhone.asks(), kNow + kSecond, 64, 0},
          Told{"one that is refused", kPhone.answered("200 OK", "REGISTER"), kNow + kSecond, 64,
               0}}) {
        auto& guard = Guard::fresh();
        asked(guard, until_ns, left);
        std::size_t told = 0;
        for (int i = 0; i < 2; ++i)
            for (const auto& heard : guard.run(Program::inside, inner(message)).messages)
                told += heard.ring == kernel::Ring::inner;
        EXPECT_EQ(told, times) << what;
    }
    auto& guard = Guard::fresh();
    contest(guard);
    EXPECT_TRUE(guard.run(Program::inside, inner(answer)).messages.empty()) << "nobody asked";
}

} // namespace gmguard::test
