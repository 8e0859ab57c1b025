// SPDX-License-Identifier: BSD-2-Clause
#include "harness/room.hpp"

#include <gtest/gtest.h>

#include <map>

namespace gmguard::test {
namespace {

using Values = std::map<enum gm_digest_name, std::string>;

struct Digest {
    int reason = GM_REASON_none;
    bool is_digest = false;
    Values values; // those that are there
};

// A parameter behind the end would be read, if the end were not seen.
Digest read(std::string_view text) {
    Room room;
    room.write(" " + std::string(text) + ",ck=\"leaked\"\r\n");
    Digest out;
    out.reason = gm_read_digest(room.get(), 1, 1 + static_cast<__u32>(text.size()));
    out.is_digest = room->digest.is_digest != 0;
    for (unsigned id = 1; id < GM_D_COUNT; ++id)
        if (room->digest.seen & 1u << id)
            out.values[static_cast<enum gm_digest_name>(id)] = room.view(room->digest.value[id]);
    return out;
}

void expect(const std::string& text, const Values& values) {
    const auto digest = read(text);
    EXPECT_EQ(reason_name(digest.reason), "none") << text;
    EXPECT_TRUE(digest.is_digest) << text;
    EXPECT_EQ(digest.values, values) << text;
}

} // namespace

TEST(Digest, IsReadParameterByParameter) {
    const std::pair<std::string, Values> rows[] = {
        {"Digest username=\"a@x\"", {{GM_D_USERNAME, "a@x"}}},
        {"digest USERNAME=\"a\"", {{GM_D_USERNAME, "a"}}},
        {"DIGEST\tusername=a", {{GM_D_USERNAME, "a"}}},
        {"Digest\r\n username=\"a\"", {{GM_D_USERNAME, "a"}}},
        {"  Digest  nonce=\"\"", {{GM_D_NONCE, ""}}},
        {"Digest nonce=", {{GM_D_NONCE, ""}}},
        {"Digest nonce=,response=", {{GM_D_NONCE, ""}, {GM_D_RESPONSE, ""}}},
        {"Digest nonce=\"a\",response=\"b\"", {{GM_D_NONCE, "a"}, {GM_D_RESPONSE, "b"}}},
        {"Digest nonce = \"a\" , response\t=\t\"b\" ", {{GM_D_NONCE, "a"}, {GM_D_RESPONSE, "b"}}},
        {"Digest nonce=\"a\"\r\n ,\r\n\tresponse=\r\n \"b\"",
         {{GM_D_NONCE, "a"}, {GM_D_RESPONSE, "b"}}},
        {"Digest qop=auth,nc=00000001,algorithm=AKAv1-MD5",
         {{GM_D_QOP, "auth"}, {GM_D_NC, "00000001"}, {GM_D_ALGORITHM, "AKAv1-MD5"}}},
        {"Digest qop=\"auth\",algorithm=\"MD5\"", {{GM_D_QOP, "auth"}, {GM_D_ALGORITHM, "MD5"}}},
        {"Digest nonce=dG9rZW4=", {{GM_D_NONCE, "dG9rZW4="}}},
        {"Digest x-new=\"1\",nonce=\"a\"", {{GM_D_NONCE, "a"}}},
        {"Digest integrity-protected=\"yes\"", {{GM_D_INTEGRITY_PROTECTED, "yes"}}},
        {"Digest ck=\"00\",ik=\"11\"", {{GM_D_CK, "00"}, {GM_D_IK, "11"}}},
    };
    for (const auto& [text, values] : rows)
        expect(text, values);
}

// A name inside a value, or inside another name, is not that name.
TEST(Digest, IsNotMisled_ByNamesInsideOthers) {
    const std::pair<std::string, Values> rows[] = {
        {"Digest cnonce=\"c\"", {{GM_D_CNONCE, "c"}}},
        {"Digest xnonce=\"c\"", {}},
        {"Digest nonces=\"c\"", {}},
        {"Digest realm=\"x,auts=y,response=z\"", {{GM_D_REALM, "x,auts=y,response=z"}}},
        {"Digest realm=\"auts=\",nonce=\"n\"", {{GM_D_REALM, "auts="}, {GM_D_NONCE, "n"}}},
        {"Digest opaque=auts,nonce=\"n\"", {{GM_D_OPAQUE, "auts"}, {GM_D_NONCE, "n"}}},
    };
    for (const auto& [text, values] : rows)
        expect(text, values);
}

TEST(Digest, IsAmbiguous) {
    const std::string rows[] = {
        "Digest",
        "Digest ",
        "Digest nonce",
        "Digest =\"a\"",
        "Digest ,nonce=\"a\"",
        "Digest nonce=\"a\",",
        "Digest nonce=\"a\",,response=\"b\"",
        "Digest nonce=\"a\" response=\"b\"",
        "Digest nonce=\"a\"response=\"b\"",
        "Digest nonce=\"a\"x",
        "Digest nonce=\"a\";response=\"b\"",
        "Digest nonce=\"a\",nonce=\"b\"",
        "Digest nonce=\"a\",Nonce=\"a\"",
        "Digest auts=\"\",nonce=\"a\",auts=\"b\"",
        "Digest nonce=\"open",
        "Digest nonce=\"",
        "Digest nonce=\"a\\\"b\"",
        "Digest realm=\"a\\\",response=\"b\"",
        "Digest nonce=a\"b\"",
        "Digest non ce=\"a\"",
        "Digest \"nonce\"=\"a\"",
        "Digest nonce\"=\"a\"",
        "Digest nonce=\"a\",Digest response=\"b\"",
    };
    for (const auto& text : rows)
        EXPECT_EQ(reason_name(read(text).reason), "ambiguous") << text;
}

TEST(Digest, IsMalformed_WhenThereIsNothing) {
    EXPECT_EQ(reason_name(read("").reason), "malformed");
    EXPECT_EQ(reason_name(read("   ").reason), "malformed");
}

TEST(Digest, IsAnotherScheme) {
    for (const auto* text : {"Basic YTpi", "Digest2 nonce=\"a\"", "Digestnonce=\"a\"",
                             "Diges nonce=\"a\"", "NTLM", "Digest,nonce=\"a\""}) {
        const auto digest = read(text);
        EXPECT_EQ(reason_name(digest.reason), "none") << text;
        EXPECT_FALSE(digest.is_digest) << text;
        EXPECT_TRUE(digest.values.empty()) << text;
    }
}

TEST(Digest, FindsTheEndOfAValue_AtEverySize) {
    for (std::size_t size = 0; size < 700; ++size) {
        const std::string value(size, 'v');
        expect("Digest nonce=\"" + value + "\",response=\"r\"",
               {{GM_D_NONCE, value}, {GM_D_RESPONSE, "r"}});
        expect("Digest nonce=" + value + ",response=r",
               {{GM_D_NONCE, value}, {GM_D_RESPONSE, "r"}});
        expect("Digest response=\"r\",nonce=\"" + value + "\"",
               {{GM_D_NONCE, value}, {GM_D_RESPONSE, "r"}});
    }
}

// However many blanks stand somewhere: a parameter behind them is read, or there is a reason.
TEST(Digest, LeavesNothingOut_WhenBlanksAreMany) {
    for (std::size_t count = 0; count <= 40; ++count) {
        const std::string blanks(count, ' ');
        for (const auto& text :
             {"Digest" + blanks + " response=\"r\"",
              "Digest nonce=\"\"," + blanks + "response=\"r\"",
              "Digest nonce=\"\"" + blanks + ",response=\"r\"",
              "Digest response=" + blanks + "\"r\"", "Digest response" + blanks + "=\"r\"",
              "Digest nonce=n" + blanks + ",response=r", blanks + "Digest response=\"r\""}) {
            const auto digest = read(text);
            const auto response = digest.values.find(GM_D_RESPONSE);
            const bool seen = response != digest.values.end() && response->second == "r";
            ASSERT_TRUE(seen || digest.reason != GM_REASON_none) << count << " blanks: " << text;
        }
    }
}

TEST(Digest, HasAReason_WhenItHasMoreParametersThanSteps) {
    std::string text = "Digest x0=0";
    for (int i = 1; i < GM_DIGEST_STEPS + 1; ++i)
        text += ",x" + std::to_string(i) + "=0";
    EXPECT_EQ(reason_name(read(text + ",response=r").reason), "ambiguous");
}

} // namespace gmguard::test
