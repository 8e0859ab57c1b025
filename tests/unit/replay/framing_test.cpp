// SPDX-License-Identifier: BSD-2-Clause
#include "replay/framing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gmguard::replay {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string header(const std::string& method, const std::string& length) {
    return method + " sip:a@b SIP/2.0\r\nCall-ID: 1\r\n" + length + "\r\n";
}
const std::string kFirst = header("INVITE", "Content-Length: 4\r\n");
const std::string kSecond = header("BYE", "l: 0\r\n");

TEST(Framing, CutsByContentLength) {
    Framing until_header(Framing::Until::header), until_body(Framing::Until::body);
    const std::string stream = "\r\n\r\n" + kFirst + "BYE " + kSecond;
    EXPECT_THAT(until_header.add(stream), ElementsAre(kFirst, kSecond));
    EXPECT_THAT(until_body.add(stream), ElementsAre(kFirst + "BYE ", kSecond));
}

TEST(Framing, TellsAMessage_OnceItIsThere) {
    const std::string stream = kFirst + "body" + kSecond;
    for (const auto until : {Framing::Until::header, Framing::Until::body}) {
        Framing framing(until);
        std::vector<std::size_t> at;
        for (std::size_t k = 0; k < stream.size(); ++k)
            if (!framing.add(stream.substr(k, 1)).empty())
                at.push_back(k + 1);
        const std::size_t body = until == Framing::Until::body ? 4 : 0;
        EXPECT_THAT(at, ElementsAre(kFirst.size() + body, stream.size()));
    }
}

TEST(Framing, LooksForTheNextMessageInTheNextBytes_WhereALengthIsMissing) {
    for (const std::string length :
         {"", "Content-Length: x\r\n", "Content-Length: 65536\r\n", "l: 0\r\nl: 0\r\n"}) {
        Framing framing(Framing::Until::header);
        EXPECT_THAT(framing.add(header("INVITE", length) + kSecond),
                    ElementsAre(header("INVITE", length)));
        EXPECT_THAT(framing.add(kSecond), ElementsAre(kSecond));
    }
}

TEST(Framing, KeepsNoMoreThanAMessage) {
    Framing framing(Framing::Until::header);
    EXPECT_THAT(framing.add(std::string(20000, 'x')), IsEmpty());
    EXPECT_THAT(framing.add(kSecond), ElementsAre(kSecond));
    Framing whole(Framing::Until::body);
    const auto messages =
        whole.add(header("INVITE", "Content-Length: 60000\r\n") + std::string(60000, 'x'));
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0].size(), 8192u);
}

TEST(Framing, BeginsAnew) {
    Framing framing(Framing::Until::header);
    EXPECT_THAT(framing.add(kFirst.substr(0, 20)), IsEmpty());
    framing.begin_anew();
    EXPECT_THAT(framing.add(kSecond), ElementsAre(kSecond));
}

TEST(Framing, KnowsWhereAMessageMayBegin) {
    EXPECT_TRUE(begins_message(kFirst));
    EXPECT_TRUE(begins_message("SIP/2.0 200 OK\r\nVia: "));
    for (const char* other : {"", "\r\n\r\n", "Via: SIP/2.0/TCP a\r\n", "\x16\x03\x01"})
        EXPECT_FALSE(begins_message(other)) << other;
}

} // namespace
} // namespace gmguard::replay
