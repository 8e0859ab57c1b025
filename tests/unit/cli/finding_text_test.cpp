// SPDX-License-Identifier: BSD-2-Clause
#include "finding_text.hpp"

#include <gtest/gtest.h>

#include <sstream>

using namespace gmguard::cli;
namespace json = boost::json;

namespace {

const json::value kDrop = json::parse(R"({"frame":7,"time":"2026-01-02T03:04:05.678901Z",
    "hook":"front","src":"192.0.2.7","sport":5060,"dst":"2001:db8::1","dport":5060,"proto":"udp",
    "verdict":"drop","reason":"contact_mismatch","sip":{"kind":"request","method":"REGISTER",
    "status":null,"class":"initial","impi":"a\u001b@ims.test","impu":"sip:a@ims.test",
    "from":"sip:a@ims.test","contact":{"host":"192.0.2.9","port":5060},"call_id":"c@x"},
    "checks":[{"check":"contact_source","mode":"enforce","outcome":"fails",
               "reason":"contact_mismatch","detail":"Contact 192.0.2.9"},
              {"check":"limits","mode":"off","outcome":"off","reason":null,"detail":null}]})");
const json::value kPass = json::parse(R"({"frame":8,"time":"2026-01-02T03:04:06Z",
    "hook":"answers","src":"192.0.2.1","sport":null,"dst":"192.0.2.7","dport":null,"proto":"udp",
    "verdict":"pass","reason":null,"sip":{"kind":"response","method":null,"status":401,
    "class":null,"impi":null,"from":"sip:a@ims.test"}})");

} // namespace

TEST(FindingRow, TellsAPacketInALine) {
    auto table = finding_table(false);
    EXPECT_EQ(table.titles(), "FRAME  TIME (UTC)       HOOK     SOURCE          DESTINATION     "
                              "VERDICT  REASON            MESSAGE");
    EXPECT_EQ(table.row(finding_row(kDrop, nullptr), false),
              "    7  03:04:05.678901  front    192.0.2.7:5060  [2001:db8::1]:5060  drop     "
              "contact_mismatch  REGISTER initial a\\x1b@ims.test");
    EXPECT_EQ(table.row(finding_row(kPass, nullptr), false),
              "    8  03:04:06         answers  192.0.2.1       192.0.2.7           pass     "
              "-                 401 sip:a@ims.test");
}

TEST(FindingRow, SaysWhatIsEncrypted_AndInWhichEsp) {
    const auto last_cell = [](const char* members) {
        auto finding = kPass;
        const auto more = json::parse(members);
        for (const auto& [key, value] : more.as_object())
            finding.as_object()[key] = value;
        return finding_row(finding, nullptr).back().text;
    };
    EXPECT_EQ(last_cell(R"({"proto":"esp","spi":4097,"encrypted":true,"sip":null})"),
              "encrypted, in ESP with SPI 4097");
    EXPECT_EQ(last_cell(R"({"spi":4097,"encrypted":false})"),
              "401 sip:a@ims.test, in ESP with SPI 4097");
    EXPECT_EQ(last_cell(R"({"proto":"esp","spi":null,"encrypted":null,"sip":null})"),
              "a part, in ESP");
}

TEST(FindingRow, NamesTheFile_WhereThereAreSeveral) {
    const std::string file = "a.pcap";
    auto table = finding_table(true);
    EXPECT_EQ(table.titles().find("FILE"), 0U);
    EXPECT_EQ(table.row(finding_row(kPass, &file), false).find("a.pcap        8  "), 0U);
}

TEST(MessageText, SaysWhatThereIs) {
    EXPECT_EQ(message_text(json::value()), "no SIP");
    EXPECT_EQ(message_text(json::parse(R"({"method":"INVITE","from":"sip:a@b","impi":null})")),
              "INVITE sip:a@b");
}

TEST(ShowExplanation, TellsTheVerdictAndEveryCheck) {
    std::ostringstream out, err;
    Output output(out, err, {});
    show_explanation(output, kDrop);
    EXPECT_EQ(out.str(), "verdict     drop\n"
                         "reason      contact_mismatch\n"
                         "meaning     Contact is not where the packet comes from\n"
                         "decided at  front\n"
                         "from        192.0.2.7:5060\n"
                         "to          [2001:db8::1]:5060\n"
                         "message     REGISTER initial a\\x1b@ims.test\n"
                         "impu        sip:a@ims.test\n"
                         "contact     192.0.2.9:5060\n"
                         "call-id     c@x\n"
                         "\n"
                         "CHECK           MODE     RESULT  REASON            DETAIL\n"
                         "contact_source  enforce  fails   contact_mismatch  Contact 192.0.2.9\n"
                         "limits          off      off     -                 -\n");
}
