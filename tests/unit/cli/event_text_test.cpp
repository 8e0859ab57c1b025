// SPDX-License-Identifier: BSD-2-Clause
#include "event_text.hpp"

#include <gtest/gtest.h>

using namespace gmguard::cli;
namespace json = boost::json;

namespace {

std::string line_of(const json::value& event) {
    return event_table().row(event_row(event), false);
}

} // namespace

TEST(EventLine, TellsADrop) {
    const auto event =
        json::parse(R"({"id":18231,"time":"2026-11-23T17:22:38.905123Z","type":"drop",
        "mode":"enforce","check":"selector_unique","reason":"selector_taken","listener":"gm",
        "hook":"front","interface":"ens3","src":"2001:db8:1:1::66","sport":5061,"dst":"2001:db8::5",
        "dport":5060,"proto":"udp","sip":{"method":"REGISTER","status":null,"class":"initial",
        "impi":"mallory@ims.test","impu":"sip:mallory@ims.test","call_id":"abc"},
        "bound_to":{"impi":"alice@ims.test","since":null,"binding":"b_91c"},"count":1,
        "suppressed":0,"detail":null})");
    EXPECT_EQ(line_of(event),
              "11-23 17:22:38.905  DROP          selector_taken    ens3 REGISTER "
              "[2001:db8:1:1::66]:5061 -> [2001:db8::5]:5060 mallory@ims.test (held by "
              "alice@ims.test)");
}

TEST(EventLine, TellsWhatIsNoPacket) {
    const auto event = json::parse(R"({"time":"2026-11-23T17:22:38Z","type":"lost","reason":null,
        "sip":null,"bound_to":null,"count":12,"detail":"ring gm_events was full"})");
    EXPECT_EQ(line_of(event),
              "11-23 17:22:38Z     LOST          -                 ring gm_events was full x12");
}

TEST(EventLine, NamesTheHolderOnce) {
    const auto event =
        json::parse(R"({"time":"2026-11-23T17:22:38Z","type":"bound","src":"192.0.2.7",
        "sport":5060,"sip":{"impi":"a@ims.test"},"bound_to":{"impi":"a@ims.test"}})");
    EXPECT_EQ(line_of(event),
              "11-23 17:22:38Z     BOUND         -                 192.0.2.7:5060 a@ims.test");
}

TEST(EventLine, EscapesWhatTheWireBrought) {
    const auto event = json::parse(R"({"time":"x","type":"drop","reason":"malformed",
        "sip":{"method":"\u001b[2J","status":null,"impi":"a\nb"}})");
    EXPECT_EQ(line_of(event).find('\x1b'), std::string::npos);
    EXPECT_NE(line_of(event).find("\\x1b[2J a\\x0ab"), std::string::npos);
}
