// SPDX-License-Identifier: BSD-2-Clause
// The line index: which bytes are a SIP message with one reading, and where its headers are.
#include "harness/room.hpp"

#include <gtest/gtest.h>

namespace gmguard::test {
namespace {

const std::string kStart = "REGISTER sip:ims.test SIP/2.0\r\n";

std::string message(const std::string& headers) {
    return kStart + headers + "\r\n";
}

std::string_view index(const std::string& text) {
    static Room room;
    return reason_name(room.index(text));
}

// The first value of a header, as it stands in the message.
std::string first(const std::string& headers, gm_header header) {
    Room room;
    const int reason = room.index(message(headers));
    if (reason)
        return std::string(reason_name(reason));
    return room->sip.count[header] ? std::string(room.view(room->sip.first[header])) : "absent";
}

} // namespace

TEST(Index, SaysWhatAMessageIs) {
    const std::pair<std::string, const char*> rows[] = {
        {message(""), "none"},
        {message("To: <sip:a@x>\r\n"), "none"},
        {"SIP/2.0 200 OK\r\n\r\n", "none"},
        {"SIP/2.0 100 \r\n\r\n", "none"},
        {"SIP/2.0 699 x\r\n\r\n", "none"},
        {"SIP/2.0 099 x\r\n\r\n", "malformed"},
        {"SIP/2.0 700 x\r\n\r\n", "malformed"},
        {"SIP/2.0 200\r\n\r\n", "not_sip"},
        {"SIP/2.0 2000 OK\r\n\r\n", "not_sip"},
        {"SIP/2.0 2x0 OK\r\n\r\n", "not_sip"},
        {"sip/2.0 200 OK\r\n\r\n", "not_sip"},
        {"INVITE sip:a@x SIP/2.0\r\n\r\n", "none"},
        {"invite sip:a@x SIP/2.0\r\n\r\n", "none"},
        {"REGISTER sip:x SIP/1.0\r\n\r\n", "not_sip"},
        {"REGISTER sip:x sip/2.0\r\n\r\n", "not_sip"},
        {"REGISTER sip:x SIP/2.0 \r\n\r\n", "not_sip"},
        {"REGISTER SIP/2.0\r\n\r\n", "not_sip"},
        {"REGISTER  SIP/2.0\r\n\r\n", "malformed"},
        {"REGISTER  sip:x SIP/2.0\r\n\r\n", "ambiguous"},
        {"REGISTER sip:x  SIP/2.0\r\n\r\n", "ambiguous"},
        {"REGISTER\tsip:x SIP/2.0\r\n\r\n", "ambiguous"},
        {"REGISTER sip:x\ty SIP/2.0\r\n\r\n", "ambiguous"},
        {" REGISTER sip:x SIP/2.0\r\n\r\n", "not_sip"},
        {"\r\nREGISTER sip:x SIP/2.0\r\n\r\n", "not_sip"},
        {"GET / HTTP/1.1\r\n\r\n", "not_sip"},
        {"\r\n\r\n", "not_sip"},
        {"x", "not_sip"},
        {std::string(1, '\0'), "not_sip"},
        {std::string(8192, 'x'), "not_sip"},
        {kStart, "malformed"},
        {kStart + "To: <sip:a@x>\r\n", "malformed"},
        {kStart + "To: <sip:a@x>\r\n\r", "ambiguous"},
        {kStart + "To: <sip:a@x>", "malformed"},
    };
    for (const auto& [text, reason] : rows)
        EXPECT_EQ(index(text), reason) << text.substr(0, 80);
}

TEST(Index, TakesTheStartLineApart) {
    Room room;
    ASSERT_EQ(room.index("MESSAGE sip:b@ims.test;x=1 SIP/2.0\r\n\r\nbody"), GM_REASON_none);
    EXPECT_EQ(room->sip.kind, static_cast<__u32>(GM_KIND_REQUEST));
    EXPECT_EQ(room.view(room->sip.method), "MESSAGE");
    EXPECT_EQ(room.view(room->sip.request_uri), "sip:b@ims.test;x=1");
    EXPECT_EQ(room.get()->text + room->sip.body, std::string("body"));
    ASSERT_EQ(room.index("SIP/2.0 401 Unauthorized\r\n\r\n"), GM_REASON_none);
    EXPECT_EQ(room->sip.kind, static_cast<__u32>(GM_KIND_RESPONSE));
    EXPECT_EQ(room->sip.status, 401U);
}

// Every control character, everywhere in a header section.
TEST(Index, IsAmbiguous_WhenAControlCharacterStandsInAHeader) {
    const std::string text = message("To: <sip:a@x>\r\nFrom: <sip:a@x>;tag=1\r\n");
    for (std::size_t at = kStart.size(); at < text.size() - 4; ++at) {
        if (text[at] == '\r' || text[at] == '\n')
            continue;
        for (int byte = 0; byte < 0x20; ++byte) {
            if (byte == '\t')
                continue;
            auto changed = text;
            changed[at] = static_cast<char>(byte);
            ASSERT_EQ(index(changed), "ambiguous") << at << ": " << byte;
        }
    }
}

TEST(Index, ReadsEightBitText) {
    for (const int byte : {0x7f, 0x80, 0xa0, 0xc3, 0xff})
        EXPECT_EQ(
            index(message("To: \"" + std::string(1, static_cast<char>(byte)) + "\" <sip:a@x>\r\n")),
            "none")
            << byte;
}

TEST(Index, LeavesTheBodyAlone) {
    Room room;
    std::string body = "\r\n\n\r";
    body.push_back('\0');
    body += "To: <sip:evil@x>\r\n\r\n";
    ASSERT_EQ(room.index(message("To: <sip:a@x>\r\n") + body), GM_REASON_none);
    EXPECT_EQ(room->sip.count[GM_H_TO], 1);
    EXPECT_EQ(room->sip.length - room->sip.body, body.size());
}

TEST(Index, IsAmbiguous_WhenALineEndIsBare) {
    for (const auto* end : {"\n", "\r", "\n\r", "\r\r\n", "\n\n", "\r\n\n"})
        EXPECT_EQ(index(kStart + "To: <sip:a@x>" + end + "From: <sip:a@x>\r\n\r\n"), "ambiguous")
            << testing::PrintToString(end);
    EXPECT_EQ(index("REGISTER sip:x SIP/2.0\nTo: <sip:a@x>\r\n\r\n"), "not_sip");
}

TEST(Index, UnfoldsHeaders) {
    const std::pair<const char*, const char*> rows[] = {
        {"To: <sip:a@x>\r\n ;tag=1\r\n", " <sip:a@x>\r\n ;tag=1"},
        {"To: <sip:a@x>\r\n\t;tag=1\r\nFrom: x\r\n", " <sip:a@x>\r\n\t;tag=1"},
        {"To:\r\n <sip:a@x>\r\n", "\r\n <sip:a@x>"},
        {"To: <sip:a@x>\r\n \t \r\n", "ambiguous"},
        {"To: <sip:a@x>\r\n \r\n ;tag=1\r\n", "ambiguous"},
        {"To: <sip:a@x>\r\n ;tag=1 \r\n", "ambiguous"},
        {"To: <sip:a@x>\r\n ;a\r\n ;b\r\n", " <sip:a@x>\r\n ;a\r\n ;b"},
        {"X: y\r\n To: <sip:evil@x>\r\n", "absent"},
        {"X: y\r\nTo: <sip:a@x>\r\n", " <sip:a@x>"},
    };
    for (const auto& [headers, value] : rows)
        EXPECT_EQ(first(headers, GM_H_TO), value) << headers;
}

TEST(Index, IsAmbiguous_WhenTheStartLineIsFolded) {
    EXPECT_EQ(index("REGISTER sip:x SIP/2.0\r\n To: <sip:a@x>\r\n\r\n"), "ambiguous");
}

TEST(Index, FindsAName_WithBlanksBeforeItsColon) {
    for (std::size_t count = 0; count <= 40; ++count)
        for (const char blank : {' ', '\t'})
            EXPECT_EQ(first("To" + std::string(count, blank) + ": v\r\n", GM_H_TO),
                      count <= 8 ? " v" : "ambiguous")
                << count;
}

// Whoever unfolds or skips first would find the header that others miss.
TEST(Index, IsAmbiguous_WhenAKnownNameHasNoColonOfItsOwn) {
    for (const auto* name :
         {"Contact", "m", "Authorization", "P-Preferred-Identity", "P-Asserted-Identity"})
        for (const auto* rest : {"\r\n : v", " \r\n : v", "\r\n\t: v", " x: v", "", " ", " v"}) {
            SCOPED_TRACE(testing::PrintToString(std::string(name) + rest));
            EXPECT_EQ(index(message(std::string(name) + rest + "\r\n")), "ambiguous");
        }
}

TEST(Index, FindsHeaders_LongAndCompact) {
    for (const auto* name : {"To", "TO", "tO", "t", "T"})
        EXPECT_EQ(first(std::string(name) + ":v\r\n", GM_H_TO), "v") << name;
    for (const auto* name : {"Contact", "m", "M", "CONTACT"})
        EXPECT_EQ(first(std::string(name) + ": v\r\n", GM_H_CONTACT), " v") << name;
    for (const auto* name : {"To2", "XTo", "Tto", "tt", "Contacts", "T-o"})
        EXPECT_EQ(first(std::string(name) + ": v\r\n", GM_H_TO), "absent") << name;
    EXPECT_EQ(first(": v\r\n", GM_H_TO), "absent");
    EXPECT_EQ(first("To\xe2: v\r\n", GM_H_TO), "absent");
}

TEST(Index, CountsHeadersAndKeepsTheirOrder) {
    Room room;
    ASSERT_EQ(room.index(message("Via: 1\r\nTo: 2\r\nv: 3\r\nX: 4\r\nVIA : 5\r\n")),
              GM_REASON_none);
    EXPECT_EQ(room->sip.count[GM_H_VIA], 3);
    EXPECT_EQ(room->sip.count[GM_H_TO], 1);
    ASSERT_EQ(room->sip.fields, 4U);
    const std::pair<gm_header, const char*> want[] = {
        {GM_H_VIA, " 1"}, {GM_H_TO, " 2"}, {GM_H_VIA, " 3"}, {GM_H_VIA, " 5"}};
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(room->sip.field[i].header, static_cast<__u32>(want[i].first));
        EXPECT_EQ(room.view(room->sip.field[i].value), want[i].second);
    }
    EXPECT_EQ(room.view(room->sip.first[GM_H_VIA]), " 1");
}

TEST(Index, ForgetsTheMessageBefore) {
    Room room;
    ASSERT_EQ(room.index(message("Via: 1\r\nTo: 2\r\n")), GM_REASON_none);
    ASSERT_EQ(room.index(message("X: 1\r\n")), GM_REASON_none);
    EXPECT_EQ(room->sip.count[GM_H_VIA], 0);
    EXPECT_EQ(room->sip.fields, 0U);
}

// Lines of every length around the words and runs of the scanner, and far beyond.
TEST(Index, FindsTheHeaderBehindALongLine) {
    for (std::size_t size = 1; size < 1200; ++size)
        ASSERT_EQ(first("X: " + std::string(size, 'x') + "\r\nTo: v\r\n", GM_H_TO), " v") << size;
    for (const std::size_t size : {2047, 2048, 4096, 8000})
        EXPECT_EQ(first("X: " + std::string(size, 'x') + "\r\nTo: v\r\n", GM_H_TO), " v") << size;
}

TEST(Index, ReadsLinesWithTabs) {
    for (const std::size_t tabs : {1, 2, 20})
        EXPECT_EQ(first("X: " + std::string(tabs, '\t') + "x\r\nTo: v\r\n", GM_H_TO), " v") << tabs;
    EXPECT_EQ(index(message("X: " + std::string(GM_LINE_STEPS, '\t') + "x\r\nTo: v\r\n")),
              "oversize");
}

TEST(Index, IsOversize_WhenItHasTooManyLines) {
    for (const int lines : {1, 100, 126, 127, 128, 200}) {
        std::string headers;
        for (int i = 0; i < lines; ++i)
            headers += "X: y\r\n";
        // The start line and the empty one count too.
        EXPECT_EQ(index(message(headers)), lines + 2 <= GM_SIP_LINES ? "none" : "oversize")
            << lines;
        std::string folds = "X: y";
        for (int i = 1; i < lines; ++i)
            folds += "\r\n y";
        EXPECT_EQ(index(message(folds + "\r\n")), lines + 2 <= GM_SIP_LINES ? "none" : "oversize")
            << lines << " folds";
    }
}

TEST(Index, IsAmbiguous_WhenItHasTooManyKnownHeaders) {
    for (const int count : {63, 64, 65, 100}) {
        std::string headers;
        for (int i = 0; i < count; ++i)
            headers += "v: y\r\n";
        EXPECT_EQ(index(message(headers)), count <= GM_FIELDS ? "none" : "ambiguous") << count;
    }
}

TEST(Index, ReadsTheLongestMessage) {
    for (const std::size_t size : {8190, 8191, 8192}) {
        std::string text = kStart + "X: ";
        text += std::string(size - text.size() - 4, 'x') + "\r\n\r\n";
        ASSERT_EQ(text.size(), size);
        EXPECT_EQ(index(text), "none") << size;
        auto cut = text;
        cut[size - 1] = ' ';
        EXPECT_EQ(index(cut), "ambiguous") << size;
        auto endless = kStart + std::string(size - kStart.size(), 'x');
        EXPECT_EQ(index(endless), "malformed") << size;
    }
}

// A message cut anywhere is never a message, whatever an earlier one left behind it.
TEST(Index, HasAReason_WhenCutAnywhere) {
    const std::string text =
        message("Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK1\r\nTo: <sip:a@x>\r\nContact: "
                "<sip:a@192.0.2.7>\r\n ;x=1\r\nContent-Length: 0\r\n");
    Room room;
    for (std::size_t size = 1; size < text.size(); ++size)
        for (const char stale : {'\n', '\r', '\t', ' ', 'x', '\0', ':'})
            ASSERT_NE(room.index(text.substr(0, size), stale), GM_REASON_none)
                << size << ' ' << static_cast<int>(stale);
    EXPECT_EQ(room.index(text), GM_REASON_none);
}

} // namespace gmguard::test
