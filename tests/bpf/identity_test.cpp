// SPDX-License-Identifier: BSD-2-Clause
// The protected port: a message may only claim identities that are bound to its selector (D.1,
// H13).
#include "rows.hpp"

namespace gmguard::test {
namespace {

const Phone kVictim{.address = "192.0.2.8", .user = "001010000000002"};
const std::string kNumber = "tel:+15550101", kAlias = "sip:+15550101@ims.test";
const std::string kAnonymous = "\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag=1";

// The phone and the victim are bound, each where it is.
void bind_both(Guard& guard) {
    guard.bind({.impus = {kAlias, kNumber}});
    guard.bind({.phone = kVictim, .subscriber = 2});
}

Row row(std::string description, const SipText& message, std::string outcome = "pass") {
    return {std::move(description), datagram(kPhone, message.text(), kProtected),
            std::move(outcome), bind_both, Program::inside};
}

SipText ppi(const std::string& value) {
    return kPhone.asks().set("P-Preferred-Identity", value);
}
SipText pai(const std::string& value) {
    return kPhone.asks().remove("P-Preferred-Identity").add("P-Asserted-Identity", value);
}
// Without identity but From.
SipText from(const std::string& value, const std::string& method = "MESSAGE") {
    return kPhone.asks(method).remove("P-Preferred-Identity").set("From", value);
}
SipText in_dialog(SipText message) {
    return message.set("To", "<sip:somebody@ims.test>;tag=to-1");
}
std::string tagged(const std::string& uri) {
    return "<" + uri + ">;tag=1";
}

} // namespace

TEST(Identity, Passes_WhenItIsItsOwn) {
    check({
        row("default", kPhone.asks()),
        row("P-Preferred-Identity, alias", ppi("<" + kAlias + ">")),
        row("P-Preferred-Identity, number", ppi("<" + kNumber + ">")),
        row("without brackets", ppi(kAlias)),
        row("with a name", ppi("\"Bob, <sip:001010000000002@ims.test>\" <" + kAlias + ">")),
        row("domain in capitals", ppi("<sip:+15550101@IMS.TEST>")),
        row("default port and parameters", ppi("<sip:+15550101@ims.test:5060;user=phone>")),
        row("SIP and tel", ppi("<" + kAlias + ">, <" + kNumber + ">")),
        row("P-Asserted-Identity", pai("<" + kAlias + ">, <" + kNumber + ">")),
        row("both headers", kPhone.asks().add("P-Asserted-Identity", "<" + kNumber + ">")),
        row("four values",
            ppi("<" + kAlias + ">,<" + kAlias + ">,<" + kAlias + ">,<" + kAlias + ">")),
        row("From only", from(tagged(kPhone.impu()))),
        row("From only, number", from(tagged(kNumber))),
    });
}

TEST(Identity, IsDropped_WhenItIsNot) {
    const auto victim = "<" + kVictim.impu() + ">";
    check({
        row("victim's P-Preferred-Identity", ppi(victim), "drop identity_not_bound"),
        row("victim's P-Asserted-Identity", pai(victim), "drop identity_not_bound"),
        row("nobody's", ppi("<sip:nobody@ims.test>"), "drop identity_not_bound"),
        row("second value", ppi("<" + kAlias + ">," + victim), "drop identity_not_bound"),
        row("fourth value", ppi("<" + kAlias + ">,<" + kAlias + ">,<" + kAlias + ">," + victim),
            "drop identity_not_bound"),
        row("fifth value",
            ppi("<" + kAlias + ">,<" + kAlias + ">,<" + kAlias + ">,<" + kAlias + ">," + victim),
            "drop ambiguous"),
        row("behind many blanks", ppi("<" + kAlias + ">                    ," + victim),
            "drop identity_not_bound"),
        row("second header", kPhone.asks().add("P-Asserted-Identity", victim),
            "drop identity_not_bound"),
        row("the same header twice", kPhone.asks().add("P-Preferred-Identity", victim),
            "drop ambiguous"),
        row("own identity, From of the victim", kPhone.asks().set("From", tagged(kVictim.impu())),
            "drop identity_not_bound"),
        row("From only", from(tagged(kVictim.impu())), "drop identity_not_bound"),
        row("From only, INVITE", from(tagged(kVictim.impu()), "INVITE"), "drop identity_not_bound"),
        row("From only, unknown", from(tagged("sip:nobody@ims.test")), "drop identity_not_bound"),
        row("sips for sip", ppi("<sips:+15550101@ims.test>"), "drop identity_not_bound"),
        row("another port", ppi("<sip:+15550101@ims.test:5070>"), "drop identity_not_bound"),
        row("escaped", ppi("<sip:%2B15550101@ims.test>"), "drop ambiguous"),
        row("empty header", ppi(""), "drop malformed"),
        row("folded name of the header",
            kPhone.asks().remove("P-Preferred-Identity").add("P-Preferred-Identity\r\n ", victim),
            "drop ambiguous"),
    });
}

TEST(Identity, MayBeAnonymous_InFrom) {
    check({
        row("with its own identity", kPhone.asks().set("From", kAnonymous)),
        row("left to the P-CSCF", from(kAnonymous)),
        row("in capitals", from("<sip:ANONYMOUS@Anonymous.INVALID>;tag=1")),
        row("with the victim's identity",
            kPhone.asks()
                .set("From", kAnonymous)
                .set("P-Preferred-Identity", "<" + kVictim.impu() + ">"),
            "drop identity_not_bound"),
        row("nearly", from("<sip:anonymous@anonymous.invalie>;tag=1"), "drop identity_not_bound"),
        row("below it", from("<sip:anonymous@x.anonymous.invalid>;tag=1"),
            "drop identity_not_bound"),
        row("not in P-Preferred-Identity", ppi("<sip:anonymous@anonymous.invalid>"),
            "drop identity_not_bound"),
    });
}

// H14: it was there before the guard, and whose it is nobody knows.
TEST(Identity, OfAnAdoptedSelector_IsOnlyNotAnothersLiveOne) {
    std::vector<Row> rows;
    const auto adopted = [&rows](std::string description, const SipText& message,
                                 std::string outcome = "pass") {
        rows.push_back(row(std::move(description), message, std::move(outcome)));
        rows.back().before = [](Guard& guard) {
            guard.bind({.phone = kVictim, .subscriber = 2});
            guard.adopt(kPhone);
        };
    };
    const auto victim = "<" + kVictim.impu() + ">";
    adopted("anything", kPhone.asks());
    adopted("somebody's", ppi("<sip:nobody@ims.test>"));
    adopted("From", from(tagged("sip:nobody@ims.test"), "INVITE"));
    adopted("in a dialog", in_dialog(from(tagged("sip:whatever@else.test"), "BYE")));
    adopted("the victim's P-Preferred-Identity", ppi(victim), "drop identity_not_bound");
    adopted("the victim's P-Asserted-Identity", pai(victim), "drop identity_not_bound");
    adopted("second value", ppi("<" + kAlias + ">," + victim), "drop identity_not_bound");
    adopted("the victim's From", from(tagged(kVictim.impu())), "drop identity_not_bound");
    adopted("in a dialog, the victim's", in_dialog(from(tagged(kVictim.impu()), "BYE")),
            "drop identity_not_bound");
    adopted("escaped", ppi("<sip:%2B15550101@ims.test>"), "drop ambiguous");
    check(rows);
}

// H13: a called phone's From is what was dialled.
TEST(Identity, OfADialog_IsOnlyNotAnothersLiveOne) {
    std::vector<Row> rows;
    for (const auto* method : {"BYE", "PRACK", "UPDATE", "ACK", "INVITE", "INFO"}) {
        rows.push_back(row(method, in_dialog(from(tagged("sip:whatever@else.test"), method))));
        rows.push_back(
            row(std::string(method) + ", own", in_dialog(from(tagged(kPhone.impu()), method))));
        rows.push_back(row(std::string(method) + ", victim's",
                           in_dialog(from(tagged(kVictim.impu()), method)),
                           "drop identity_not_bound"));
    }
    rows.push_back(row("victim's P-Preferred-Identity", in_dialog(ppi("<" + kVictim.impu() + ">")),
                       "drop identity_not_bound"));
    rows.push_back(row("a tag of the URI is none",
                       from(tagged("sip:whatever@else.test")).set("To", "<sip:x@ims.test;tag=1>"),
                       "drop identity_not_bound"));
    rows.push_back(
        row("a tag in a name is none",
            from(tagged("sip:whatever@else.test")).set("To", "\";tag=1\" <sip:x@ims.test>"),
            "drop identity_not_bound"));
    check(rows);
}

// An IMPU may be several users', or one's at two selectors while he renews (D.2.3): gm_owners names
// the one who had it first.
TEST(Identity, OfADialog_IsItsOwn_AlsoWhereAnotherHasItToo) {
    auto& guard = Guard::fresh();
    bind_both(guard);
    guard.bind({.phone = kVictim, .impus = {kAlias}, .subscriber = 2});
    const auto outcome = [&guard](const std::string& uri) {
        const auto message = in_dialog(from(tagged(uri), "BYE"));
        return guard.run(Program::inside, datagram(kPhone, message.text(), kProtected)).text();
    };
    EXPECT_EQ(outcome(kAlias), "pass");
    EXPECT_EQ(outcome(kVictim.impu()), "drop identity_not_bound");
}

TEST(Identity, OfADialog_IsFree_WhenItsOwnerHasEnded) {
    auto& guard = Guard::fresh();
    bind_both(guard);
    guard.bind({.phone = kVictim, .subscriber = 2, .expires_ns = kNow});
    const auto message = in_dialog(from(tagged(kVictim.impu()), "BYE"));
    EXPECT_EQ(guard.run(Program::inside, datagram(kPhone, message.text(), kProtected)).text(),
              "pass");
}

TEST(Identity, OfAnAnswer_IsJudgedByItsPHeaders) {
    auto answer = kVictim.answered("200 OK", "INVITE");
    check({
        row("From is the caller's", answer),
        row("own identity", SipText(answer).add("P-Preferred-Identity", "<" + kAlias + ">")),
        row("victim's", SipText(answer).add("P-Preferred-Identity", "<" + kVictim.impu() + ">"),
            "drop identity_not_bound"),
        row("victim's, asserted",
            SipText(answer).add("P-Asserted-Identity", "<" + kVictim.impu() + ">"),
            "drop identity_not_bound"),
        row("no CSeq", SipText(answer).remove("CSeq"), "drop malformed"),
        row("two CSeqs", SipText(answer).add("CSeq", "1 INVITE"), "drop malformed"),
    });
}

TEST(Identity, NeedsALiveBindingOfItsPair) {
    Phone port = kPhone, address = kPhone;
    port.port = 5061;
    address.address = "192.0.2.9";
    const auto state = [](gm_binding_state s, std::uint64_t expires) {
        return [=](Guard& guard) { guard.bind({.state = s, .expires_ns = expires}); };
    };
    const auto mine = datagram(kPhone, kPhone.asks().text(), kProtected);
    check({
        {"no binding", mine, "drop unregistered", {}, Program::inside},
        {"another port", datagram(port, port.asks().text(), kProtected), "drop unregistered",
         bind_both, Program::inside},
        {"another address", datagram(address, address.asks().text(), kProtected),
         "drop unregistered", bind_both, Program::inside},
        {"ended", mine, "drop unregistered", state(GM_STATE_BOUND, kNow), Program::inside},
        {"its last nanosecond", mine, "pass", state(GM_STATE_BOUND, kNow + 1), Program::inside},
        {"cooling down", mine, "pass", state(GM_STATE_COOLDOWN, kNow + 1), Program::inside},
        {"an answer",
         datagram(kPhone, kPhone.answered("200 OK", "INVITE").text(), kProtected),
         "drop unregistered",
         {},
         Program::inside},
    });
}

TEST(Identity, IsNotAskedOfKeepAlives) {
    for (const std::string& text : {std::string{}, std::string("\r\n"), std::string("\r\n\r\n"),
                                    std::string("\0\1\0\0\x21\x12\xa4\x42", 8) + "transaction1"})
        check({{"keep-alive", datagram(kPhone, text, kProtected), "pass", {}, Program::inside}});
}

// H1, H2: what is registered is the core's to say.
TEST(Identity, NeverSpeaksForTheCore) {
    auto event = [](const std::string& value) { return kPhone.asks("NOTIFY").add("Event", value); };
    check({
        row("200 to a REGISTER", kPhone.answered("200 OK", "REGISTER"), "drop forged_answer"),
        row("401 to a REGISTER", kPhone.answered("401 Unauthorized", "REGISTER"),
            "drop forged_answer"),
        row("CSeq in lower case", kPhone.answered("200 OK", "REGISTER").set("CSeq", "1 register"),
            "drop forged_answer"),
        row("reg", event("reg"), "drop forged_answer"),
        row("reg with an id", event("reg;id=1"), "drop forged_answer"),
        row("Reg", event("REG"), "drop forged_answer"),
        row("reg.winfo", event("reg.winfo"), "drop forged_answer"),
        row("compact", kPhone.asks("NOTIFY").add("o", "reg"), "drop forged_answer"),
        row("behind many blanks", event("                    reg"), "drop forged_answer"),
        row("folded", event("\r\n reg"), "drop forged_answer"),
        row("presence", event("presence")),
        row("regular", event("regular")),
        row("re", event("re")),
        row("SUBSCRIBE to reg", kPhone.asks("SUBSCRIBE").add("Event", "reg")),
    });
}

TEST(Identity, HasNoMethodInDisguise) {
    check({
        row("register",
            kPhone.registers().start("register sip:ims.test SIP/2.0").set("CSeq", "1 register"),
            "drop ambiguous"),
        row("Register", kPhone.registers().start("Register sip:ims.test SIP/2.0"),
            "drop ambiguous"),
        row("notify",
            kPhone.asks("NOTIFY")
                .start("notify sip:x@ims.test SIP/2.0")
                .set("CSeq", "1 notify")
                .add("Event", "reg"),
            "drop ambiguous"),
        row("another method", kPhone.asks("Foo")),
    });
}

TEST(Identity, OfAProtectedRegister_IsTheBoundUser) {
    const auto register_ = [](std::string description, const SipText& message, std::string outcome,
                              std::function<void(Guard&)> before = {}) {
        return Row{std::move(description), datagram(kPhone, message.text(), kProtected),
                   std::move(outcome), std::move(before), Program::inside};
    };
    const auto answer = kPhone.registers({.nonce = "bm9uY2U=", .response = "0123"});
    const auto taken = [](Guard& guard) { guard.bind({.phone = {.user = "001010000000002"}}); };
    check({
        register_("nobody bound", answer, "pass"),
        register_("the bound user", answer, "pass", bind_both),
        register_("another user", answer, "drop user_mismatch", taken),
        register_("initial", kPhone.registers(), "pass", bind_both),
        register_("failure, any nonce", kPhone.registers({.nonce = "bm9uY2U="}), "pass", bind_both),
        register_("another Contact", SipText(answer).set("Contact", "<sip:192.0.2.9>"),
                  "drop contact_mismatch"),
        register_("maddr", SipText(answer).set("Via", "SIP/2.0/UDP 192.0.2.7;maddr=192.0.2.9"),
                  "drop forged_parameter"),
        register_(
            "integrity-protected",
            SipText(answer).set("Authorization", kPhone.digest() + ",integrity-protected=yes"),
            "drop forged_parameter"),
    });
}

} // namespace gmguard::test
