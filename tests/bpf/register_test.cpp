// SPDX-License-Identifier: BSD-2-Clause
// The unprotected port: which REGISTERs pass, and the small differences for which others do not.
#include "rows.hpp"

namespace gmguard::test {
namespace {

const std::string kNonce = "UvImZaYMEtKJGF2VDuiBNgkWb2sRPReNbA/TkB/yOaE=";
const std::string kAuts = "oJXyD5OVZQz5OAuO2yI=";

Row row(std::string description, const SipText& message, std::string outcome = "pass",
        std::function<void(Guard&)> before = {}, const Phone& phone = kPhone) {
    return {std::move(description), datagram(phone, message.text()), std::move(outcome),
            std::move(before)};
}

// The phone's initial REGISTER with this header instead of its own.
Row with(const std::string& name, const std::string& value, std::string outcome = "pass",
         const Phone& phone = kPhone) {
    return row(name + ": " + value, phone.registers().set(name, value), std::move(outcome), {},
               phone);
}

std::function<void(Guard&)> challenged(const Phone& phone = kPhone,
                                       std::uint64_t expires_ns = kNow + kSecond) {
    return [=](Guard& guard) { guard.challenge(phone, kNonce, expires_ns); };
}

std::function<void(Guard&)> at_home() {
    return [](Guard& guard) {
        guard.configure([](config::Config& c) { c.home_domains = {"first.test", kHome}; });
    };
}

} // namespace

TEST(Register, Passes_InEachAllowedClass) {
    for (const auto& phone : {kPhone, kPhone6}) {
        const auto failure = phone.registers({.nonce = kNonce});
        const auto resync = phone.registers({.nonce = kNonce, .auts = kAuts});
        const auto answered = phone.registers({.nonce = kNonce, .response = "00", .auts = kAuts});
        check_both({
            row("initial", phone.registers(), "pass", {}, phone),
            row("without Authorization", phone.registers().remove("Authorization"), "pass", {},
                phone),
            row("without nonce and response",
                phone.registers().set("Authorization", "Digest username=\"" + phone.impi() + "\""),
                "pass", {}, phone),
            row("network authentication failure", failure, "pass", challenged(phone), phone),
            row("synchronization failure", resync, "pass", challenged(phone), phone),
            row("the same with a response", answered, "pass", challenged(phone), phone),
        });
    }
}

TEST(Register, Passes_OnlyWithANonceThatItsSourceWasSent) {
    const auto failure = kPhone.registers({.nonce = kNonce});
    Phone other = kPhone, moved = kPhone, elsewhere = kPhone;
    other.user = "001010000000002";
    moved.port = 5080;
    elsewhere.address = "192.0.2.8";
    const auto text = [](const Phone& phone) { return phone.registers({.nonce = kNonce}); };
    check_both({
        row("nobody was sent it", failure, "drop unmatched_failure"),
        row("another user was", text(other), "drop unmatched_failure", challenged(), other),
        row("another address was", text(elsewhere), "drop unmatched_failure", challenged(),
            elsewhere),
        row("another port of the address", text(moved), "pass", challenged(), moved),
        row("too long ago", failure, "drop unmatched_failure", challenged(kPhone, kNow)),
        row("just in time", failure, "pass", challenged(kPhone, kNow + 1)),
        row("another nonce", kPhone.registers({.nonce = kNonce + "="}), "drop unmatched_failure",
            challenged()),
        row("resynchronisation", kPhone.registers({.nonce = kNonce, .auts = kAuts}),
            "drop unmatched_failure"),
    });
}

TEST(Register, IsJudgedByAutsThenResponseThenNonce) {
    const auto digest = [](const std::string& rest) {
        return kPhone.registers().set("Authorization",
                                      "Digest username=\"" + kPhone.impi() + "\"" + rest);
    };
    const std::string nonce = ",nonce=\"" + kNonce + "\"";
    check_both({
        row("response", digest(nonce + ",response=\"00\""), "drop clear_response"),
        row("token response", digest(nonce + ",response=00"), "drop clear_response"),
        row("response without nonce", digest(",response=\"00\""), "drop malformed"),
        row("auts without nonce", digest(",auts=\"" + kAuts + "\""), "drop malformed"),
        row("auts too short", digest(nonce + ",auts=\"x\",response=\"00\""), "drop malformed",
            challenged()),
        row("auts too long", digest(nonce + ",auts=\"" + kAuts + "=\""), "drop malformed",
            challenged()),
        row("auts in realm", digest(",realm=\"auts=x\"" + nonce + ",response=\"00\""),
            "drop clear_response"),
        row("empty auts", digest(nonce + ",auts=\"\",response=\"00\""), "drop clear_response"),
        row("cnonce is no nonce", digest(",cnonce=\"00\",nonce=\"\",response=\"\"")),
        row("response twice", digest(nonce + ",response=\"\",response=\"00\""), "drop ambiguous"),
        row("integrity-protected", digest(",integrity-protected=no"), "drop forged_parameter"),
        row("Basic", kPhone.registers().set("Authorization", "Basic eDp5"), "drop other_scheme"),
        row("two Authorizations", kPhone.registers().add("Authorization", kPhone.digest()),
            "drop ambiguous"),
    });
}

// Where readers differ in what they skip, nothing is hidden from the guard alone.
TEST(Register, HidesNoResponse) {
    std::vector<Row> rows;
    for (const auto* gap :
         {" ", "\t", "\r\n ", "\r\n\t", "                 ", "\r\n                    "}) {
        const std::string blanks = gap;
        const std::string head = "Digest username=\"" + kPhone.impi() + "\",nonce=\"n\"";
        for (const auto& value :
             {head + "," + blanks + "response=\"00\"", head + blanks + ",response=\"00\"",
              head + ",response" + blanks + "=\"00\"", head + ",response=" + blanks + "\"00\""})
            rows.push_back(row(testing::PrintToString(value),
                               kPhone.registers().set("Authorization", value), ""));
        rows.push_back(row("Authorization before the colon",
                           kPhone.registers()
                               .remove("Authorization")
                               .add("Authorization" + blanks, head + ",response=\"00\""),
                           ""));
    }
    for (const auto program : {Program::front, Program::inside})
        for (const auto& r : rows) {
            const auto outcome = Guard::fresh().run(program, r.packet);
            EXPECT_TRUE(outcome.reason == GM_REASON_clear_response ||
                        outcome.reason == GM_REASON_ambiguous)
                << r.description << ": " << outcome.text();
        }
}

TEST(Register, Passes_WithAContactThatIsItsSource) {
    const Phone port{.port = 5070}, sips{.port = 5061};
    check_both({
        with("Contact", "sip:192.0.2.7"),
        with("Contact", "sip:192.0.2.7:5060;expires=0"),
        with("Contact", "\"a, <sip:192.0.2.9>\" <sip:x@192.0.2.7>;q=0.5"),
        with("Contact", "Name <SIP:x@192.0.2.7:5060;transport=udp;ob>;reg-id=1"),
        with("Contact", "<sip:192.0.2.7>, <sip:y@192.0.2.7:5060>"),
        with("Contact", "<sip:[::ffff:192.0.2.7]:5060>"),
        with("Contact", "\r\n <sip:192.0.2.7>"),
        with("Contact", "*"),
        with("Contact", "<sip:192.0.2.7:5070>", "pass", port),
        with("Contact", "<sips:192.0.2.7>", "pass", sips),
        with("Contact", "<sip:[2001:db8::7]>", "pass", kPhone6),
        with("Contact", "<sip:[2001:0DB8:0:0::0007]:5060>", "pass", kPhone6),
        with("Contact", "<sip:[2001:db8:0:0:0:0:0.0.0.7]>", "pass", kPhone6),
        row("no Contact", kPhone.registers().remove("Contact")),
        row("compact", kPhone.registers().remove("Contact").add("m", "<sip:192.0.2.7>")),
    });
}

TEST(Register, IsDropped_WhenAContactIsNotItsSource) {
    const Phone port{.port = 5070};
    check_both({
        with("Contact", "<sip:192.0.2.8>", "drop contact_mismatch"),
        with("Contact", "<sip:192.0.2.7:5061>", "drop contact_mismatch"),
        with("Contact", "<sip:192.0.2.7>", "drop contact_mismatch", port),
        with("Contact", "<sips:192.0.2.7>", "drop contact_mismatch"),
        with("Contact", "<sip:phone.ims.test>", "drop contact_mismatch"),
        with("Contact", "<tel:+15550100>", "drop contact_mismatch"),
        with("Contact", "<sip:192.0.2.07>", "drop contact_mismatch"),
        with("Contact", "<sip:3221226023>", "drop contact_mismatch"),
        with("Contact", "<sip:192.0.2.7>,<sip:192.0.2.8>", "drop contact_mismatch"),
        with("Contact", "<sip:192.0.2.7>                    ,<sip:192.0.2.8>",
             "drop contact_mismatch"),
        with("Contact", "<sip:[2001:db8::8]>", "drop contact_mismatch", kPhone6),
        with("Contact", "<sip:192.0.2.7>", "drop contact_mismatch", kPhone6),
        with("Contact", "<sip:[2001:db8::7]:5061>", "drop contact_mismatch", kPhone6),
        with("Contact", "<sip:2001:db8::7>", "drop malformed", kPhone6),
        with("Contact", "<sip:[fe80::7%1]>", "drop malformed", kPhone6),
        with("Contact", "<sip:192.0.2.7:05060>", "drop malformed"),
        with("Contact", "<sip:192.0.2.7:0>", "drop malformed"),
        with("Contact", "<sip:192.0.2.7:65536>", "drop malformed"),
        with("Contact", "", "drop malformed"),
        with("Contact", "<sip:192.0.2.7", "drop ambiguous"),
        with("Contact", "<sip:192.0.2.8@192.0.2.7@192.0.2.9>", "drop ambiguous"),
        with("Contact", "*, <sip:192.0.2.7>", "drop ambiguous"),
        with("Contact", "<sip:192.0.2.7>,*", "drop ambiguous"),
        with("Contact", "<sip:192.0.2.7>,", "drop malformed"),
        with("Contact", "<sip:192.0.2.7;maddr=192.0.2.9>", "drop forged_parameter"),
        with("Contact", "<sip:192.0.2.7;ALIAS=192.0.2.9~1~1>", "drop forged_parameter"),
        with("Contact", "<sip:192.0.2.7;alias=\"192.0.2.9~1~1\">", "drop ambiguous"),
        row("two headers", kPhone.registers().add("m", "<sip:192.0.2.7>"), "drop ambiguous"),
    });
}

TEST(Register, MayHaveEightContacts) {
    std::string contacts = "<sip:192.0.2.7>";
    for (int i = 1; i < 8; ++i)
        contacts += ",<sip:u" + std::to_string(i) + "@192.0.2.7>";
    check_both({with("Contact", contacts),
                with("Contact", contacts + ",<sip:192.0.2.7>", "drop ambiguous")});
}

TEST(Register, HasOneVia_WithoutWhatProxiesAdd) {
    const std::string via = "SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK-1";
    check_both({
        with("Via", via),
        with("Via", via + ";rport;keep"),
        with("Via", via + ";rport=5060", "drop forged_parameter"),
        with("Via", via + ";rport=", "pass"),
        with("Via", via + ";received=192.0.2.7", "drop forged_parameter"),
        with("Via", via + ";received=\"192.0.2.9\"", "drop forged_parameter"),
        with("Via", via + "; Received = 192.0.2.9", "drop forged_parameter"),
        with("Via", via + ";\r\n received=192.0.2.9", "drop forged_parameter"),
        with("Via", via + ";                    received=192.0.2.9", "drop ambiguous"),
        with("Via", via + ";maddr=192.0.2.9", "drop forged_parameter"),
        with("Via", via + ";x=\"received=1\"", "pass"),
        with("Via", via + ", " + via, "drop ambiguous"),
        with("Via", "SIP/2.0/UDP 192.0.2.7," + via, "drop ambiguous"),
        with("Via", via + ";branch=z9hG4bK-2", "drop ambiguous"),
        row("two headers", kPhone.registers().add("v", via), "drop ambiguous"),
    });
}

TEST(Register, IsOneMessageWithOneReading) {
    const auto ok = kPhone.registers();
    std::vector<Row> rows;
    for (const auto* name : {"From", "To", "Call-ID", "CSeq", "Via"})
        rows.push_back(row(std::string("no ") + name, SipText(ok).remove(name), "drop malformed"));
    for (const auto* name :
         {"From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Expires"})
        rows.push_back(row(std::string("two ") + name,
                           SipText(ok).add(name, SipText(ok).value(name)), "drop ambiguous"));
    rows.push_back(row("no Content-Length", SipText(ok).remove("Content-Length")));
    rows.push_back(row("no Max-Forwards", SipText(ok).remove("Max-Forwards")));
    for (const auto* length : {"1", "-1", "x", "", "0 0", "0                    5", "99999999999"})
        rows.push_back(with("Content-Length", length, "drop malformed"));
    rows.push_back(
        row("a body that is as long as said", SipText(ok).set("Content-Length", "3").body("abc")));
    rows.push_back(
        row("one longer", SipText(ok).set("Content-Length", "2").body("abc"), "drop ambiguous"));
    for (const auto* cseq :
         {"1 INVITE", "1", "REGISTER", "x REGISTER", "1 REGISTERS", "1 REGISTER x"})
        rows.push_back(with("CSeq", cseq, "drop malformed"));
    rows.push_back(with("To", "<" + kPhone.impu() + ">,<sip:x@y>", "drop ambiguous"));
    rows.push_back(with("To", "<sip:0010100000%30001@ims.test>", "drop ambiguous"));
    rows.push_back(with("To", "", "drop malformed"));
    rows.push_back(with("Expires", "0"));
    check_both(rows);
}

// Kamailio reads methods in any case; nobody may have two opinions of what is a REGISTER.
TEST(Register, IsWrittenInCapitals) {
    for (const auto* method : {"register", "Register", "REGISTEr"}) {
        const auto text = kPhone.registers().start(std::string(method) + " sip:ims.test SIP/2.0");
        check_both({row(method, text, "drop not_register")});
    }
    check_both(
        {{"lower SIP version",
          datagram(kPhone, kPhone.registers().start("REGISTER sip:ims.test sip/2.0").text()),
          "drop not_sip"},
         {"a tab behind the method",
          datagram(kPhone, kPhone.registers().start("REGISTER\tsip:ims.test SIP/2.0").text()),
          "drop not_register"},
         {"a blank before the method", datagram(kPhone, " " + kPhone.registers().text()),
          "drop not_sip"},
         {"an empty line before the method", datagram(kPhone, "\r\n" + kPhone.registers().text()),
          "drop not_sip"}});
}

TEST(Register, GoesToAHomeDomain) {
    Phone upper = kPhone;
    upper.domain = "IMS.Test";
    const auto to_host = [](const std::string& host) {
        return kPhone.registers()
            .start("REGISTER sip:" + host + " SIP/2.0")
            .set("To", "<sip:u@" + host + ">");
    };
    check_both({
        row("home", kPhone.registers(), "pass", at_home()),
        row("in capitals", upper.registers(), "pass", at_home(), upper),
        row("the other home", to_host("first.test"), "pass", at_home()),
        row("a foreign one", to_host("evil.test"), "drop foreign_domain", at_home()),
        row("part of home", to_host("ims.tes"), "drop foreign_domain", at_home()),
        row("below home", to_host("x.ims.test"), "drop foreign_domain", at_home()),
        row("home behind an escape", to_host("ims.test%2e"), "drop foreign_domain", at_home()),
        row("request line foreign", kPhone.registers().start("REGISTER sip:evil.test SIP/2.0"),
            "drop foreign_domain", at_home()),
        row("To foreign", kPhone.registers().set("To", "<sip:u@evil.test>"), "drop foreign_domain",
            at_home()),
        row("To a number", kPhone.registers().set("To", "<tel:+15550100>"), "drop foreign_domain",
            at_home()),
        row("a route to us", kPhone.registers().add("Route", "<sip:192.0.2.1:5060;lr>"), "pass",
            at_home()),
        row("a route elsewhere", kPhone.registers().add("Route", "<sip:198.51.100.2;lr>"),
            "drop foreign_domain", at_home()),
        row("a route by name", kPhone.registers().add("Route", "<sip:evil.test;lr>"),
            "drop foreign_domain", at_home()),
        row("two routes", kPhone.registers().add("Route", "<sip:192.0.2.1;lr>, <sip:evil.test;lr>"),
            "drop foreign_domain", at_home()),
        row("two Route headers",
            kPhone.registers()
                .add("Route", "<sip:192.0.2.1;lr>")
                .add("Route", "<sip:192.0.2.1;lr>"),
            "drop foreign_domain", at_home()),
        row("any domain", to_host("evil.test"), "pass"),
    });
}

} // namespace gmguard::test
