// SPDX-License-Identifier: BSD-2-Clause
// The profile ts33203: what phones in the field do and annex-d does not know of.
#include "rows.hpp"

namespace gmguard::test {
namespace {

const std::string kProfileNonce = "UvImZaYMEtKJGF2VDuiBNgkWb2sRPReNbA/TkB/yOaE=";
const Phone kHeld{.address = "192.0.2.8", .user = "001010000000002"};
constexpr std::uint16_t kServer = 55000;

void field(Guard& guard) {
    guard.configure([](config::Config& c) {
        for (auto& listener : c.listeners)
            listener.profile = GM_PROFILE_TS33203;
    });
}

Row in_field(std::string description, Packet packet, std::string outcome = "pass",
             std::function<void(Guard&)> more = {}, Program program = Program::inside) {
    return {std::move(description), std::move(packet), std::move(outcome),
            [more](Guard& guard) {
                field(guard);
                if (more)
                    more(guard);
            },
            program};
}

Packet from_port(std::uint16_t port, const SipText& message, std::uint16_t to = kProtected) {
    Phone there = kPhone;
    there.port = port;
    return datagram(there, message.text(), to);
}

SipText reached_at(std::uint16_t port, const Credentials& credentials = {}) {
    return kPhone.registers(credentials)
        .set("Contact", "<sip:" + kPhone.host() + ":" + std::to_string(port) + ">");
}

// Bound at its client port, 5060, and sent to at its server port.
void bound(Guard& guard) {
    guard.bind({.server_port = kServer});
    guard.bind({.phone = kHeld, .subscriber = 2});
}

std::function<void(Guard&)> sent(std::uint16_t client, std::uint16_t server) {
    return [=](Guard& guard) {
        guard.challenge(kPhone, kProfileNonce, kNow + kSecond, 128, client, server);
    };
}

} // namespace

// SM1 leaves from a port of the moment, and names another one.
TEST(Profile, InClear_OnlyTheAddressOfContactIsLookedAt) {
    std::vector<Row> rows;
    for (const auto program : {Program::front, Program::inside}) {
        const auto row = [&](std::string description, const Packet& packet, std::string outcome) {
            rows.push_back(
                in_field(std::move(description), packet, std::move(outcome), {}, program));
        };
        row("another port", from_port(35933, kPhone.registers(), kClear), "pass");
        row("no port",
            from_port(35933, kPhone.registers().set("Contact", "<sip:192.0.2.7>"), kClear), "pass");
        row("another address",
            datagram(kPhone, kPhone.registers().set("Contact", "<sip:192.0.2.9:5060>").text()),
            "drop contact_mismatch");
        row("a name", datagram(kPhone, kPhone.registers().set("Contact", "<sip:ue.test>").text()),
            "drop contact_mismatch");
    }
    check(rows);
    check_both(
        {{"annex-d", from_port(35933, kPhone.registers(), kClear), "drop contact_mismatch"}});
}

// SM7: from the client port, to be reached at the server port, as they were negotiated with the
// nonce that it answers.
TEST(Profile, OnAProtectedPort_ThePortsAreTheNegotiatedOnes) {
    const Credentials answer{.nonce = kProfileNonce, .response = "00"};
    check({
        in_field("both", from_port(5060, reached_at(kServer, answer)), "pass", sent(5060, kServer)),
        in_field("one port for both", from_port(5060, reached_at(5060, answer)), "pass",
                 sent(5060, 5060)),
        in_field("another client port", from_port(5061, reached_at(kServer, answer)),
                 "drop contact_mismatch", sent(5060, kServer)),
        in_field("from the server port", from_port(kServer, reached_at(kServer, answer)),
                 "drop contact_mismatch", sent(5060, kServer)),
        in_field("reached at another port", from_port(5060, reached_at(5060, answer)),
                 "drop contact_mismatch", sent(5060, kServer)),
        in_field("none negotiated", from_port(5061, reached_at(4711, answer)), "pass", sent(0, 0)),
        in_field("none known", from_port(5061, reached_at(4711, answer))),
        in_field("another address",
                 from_port(5060, reached_at(kServer, answer).set("Contact", "<sip:192.0.2.9>")),
                 "drop contact_mismatch"),
    });
}

TEST(Profile, ARefreshKeepsThePortsOfItsBinding) {
    check({
        in_field("both", from_port(5060, reached_at(kServer)), "pass", bound),
        in_field("reached at another port", from_port(5060, reached_at(5060)),
                 "drop contact_mismatch", bound),
        in_field("from the server port", from_port(kServer, reached_at(kServer)),
                 "drop contact_mismatch", bound),
        in_field("a new set", from_port(5061, reached_at(kServer, {kProfileNonce, "00"})), "pass",
                 [](Guard& guard) {
                     bound(guard);
                     sent(5061, kServer)(guard);
                 }),
    });
}

TEST(Profile, ThePortThatItIsSentTo_SpeaksForTheSameSubscriber) {
    const auto answer = kHeld.answered("200 OK", "MESSAGE");
    check({
        in_field("an answer", from_port(kServer, answer), "pass", bound),
        in_field("a request", from_port(kServer, kPhone.asks()), "pass", bound),
        in_field(
            "another's identity",
            from_port(kServer, kPhone.asks().set("P-Preferred-Identity", "<" + kHeld.impu() + ">")),
            "drop identity_not_bound", bound),
        in_field("another port", from_port(kServer + 1, answer), "drop unregistered", bound),
        in_field("another user's REGISTER",
                 datagram({.port = kServer, .user = kHeld.user},
                          kHeld.registers().set("Contact", "<sip:192.0.2.7:55000>").text(),
                          kProtected),
                 "drop user_mismatch", bound),
    });
}

// H3: the P-CSCF would make associations for another's port.
TEST(Profile, ThePortsOfSecurityClient_AreNotAnothers) {
    Phone other = kPhone;
    other.user = "001010000000003";
    other.port = 7000;
    const auto mechanism = [](unsigned client, unsigned server, const char* more = "") {
        return "ipsec-3gpp;alg=hmac-sha-1-96;spi-c=1;spi-s=2;port-c=" + std::to_string(client) +
               ";port-s=" + std::to_string(server) + more;
    };
    const auto names = [&](const std::string& value) {
        return datagram(other, other.registers().set("Security-Client", value).text());
    };
    for (const auto program : {Program::front, Program::inside}) {
        const auto row = [&](std::string description, const std::string& value,
                             std::string outcome = "drop selector_taken") {
            return in_field(std::move(description), names(value), std::move(outcome), bound,
                            program);
        };
        check({
            row("its own", mechanism(7000, 7001), "pass"),
            row("another's client port", mechanism(5060, 7001)),
            row("another's client port, as server port", mechanism(7000, 5060)),
            row("another's server port", mechanism(7000, kServer)),
            row("in the second mechanism", mechanism(7000, 7001) + ", " + mechanism(5060, 7001)),
            row("in the twelfth",
                [&] {
                    std::string all;
                    for (int i = 0; i < 11; ++i)
                        all += mechanism(7000, 7001) + ",";
                    return all + mechanism(7000, kServer);
                }()),
            row("twice", mechanism(7000, 7001, ";port-c=5060"), "drop ambiguous"),
            row("quoted", "ipsec-3gpp;q=\";port-c=5060\";port-c=7000;port-s=7001", "pass"),
            row("no port of theirs", "ipsec-3gpp;alg=hmac-md5-96", "pass"),
        });
    }
    check(
        {in_field("two headers",
                  datagram(other, other.registers().add("Security-Client", mechanism(1, 2)).text()),
                  "drop ambiguous", {}, Program::front),
         in_field(
             "its own user again",
             datagram({.port = 7000},
                      kPhone.registers().set("Security-Client", mechanism(5060, kServer)).text()),
             "pass", bound, Program::front)});
}

// H12: where the P-CSCF asserts what it knows, From says little; but not another's name.
TEST(Profile, From_IsOnlyNotAnothers) {
    const auto from = [](const std::string& uri) {
        return datagram(kPhone,
                        kPhone.asks("INVITE")
                            .remove("P-Preferred-Identity")
                            .set("From", "<" + uri + ">;tag=1")
                            .text(),
                        kProtected);
    };
    const auto claimed = [](const std::string& uri) {
        return datagram(kPhone, kPhone.asks().set("P-Preferred-Identity", "<" + uri + ">").text(),
                        kProtected);
    };
    check({
        in_field("its own", from(kPhone.impu()), "pass", bound),
        in_field("anonymous", from("sip:anonymous@anonymous.invalid"), "pass", bound),
        in_field("unknown", from("sip:nobody@ims.test"), "pass", bound),
        in_field("foreign", from("sip:carol@elsewhere.test"), "pass", bound),
        in_field("a number", from("tel:+15550123"), "pass", bound),
        in_field("another's", from(kHeld.impu()), "drop identity_not_bound", bound),
        in_field("another's whose time is over", from(kHeld.impu()), "pass",
                 [](Guard& guard) {
                     guard.bind({});
                     guard.bind({.phone = kHeld, .subscriber = 2, .expires_ns = kNow});
                 }),
        in_field("P-Preferred-Identity, unknown", claimed("sip:nobody@ims.test"),
                 "drop identity_not_bound", bound),
        in_field("P-Preferred-Identity, another's", claimed(kHeld.impu()),
                 "drop identity_not_bound", bound),
    });
}

} // namespace gmguard::test
