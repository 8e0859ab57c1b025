// SPDX-License-Identifier: BSD-2-Clause
#include "harness/room.hpp"

#include <gtest/gtest.h>

namespace gmguard::test {
namespace {

struct Row {
    std::string uri;
    int reason = GM_REASON_none;
    enum gm_scheme scheme = GM_SCHEME_SIP;
    std::string user = {}, host = {};
    __u32 port = 0;
    std::string params = {};
    gm_host kind = GM_HOST_NAME;
    std::string whole = {}; // empty: the URI
};

void read(Room& room, const Row& row, std::string_view before, std::string_view after) {
    room.write(std::string(before) + row.uri + std::string(after));
    const auto at = static_cast<__u32>(before.size());
    EXPECT_EQ(reason_name(gm_read_uri(room.get(), at, at + static_cast<__u32>(row.uri.size()))),
              reason_name(row.reason));
}

void expect(const Room& view, Room& room, const Row& row) {
    const gm_uri& uri = room->uri;
    EXPECT_EQ(uri.scheme, static_cast<__u32>(row.scheme));
    EXPECT_EQ(view.view(uri.user), row.user);
    EXPECT_EQ(view.view(uri.host), row.host);
    EXPECT_EQ(uri.port, row.port);
    EXPECT_EQ(view.view(uri.params), row.params);
    EXPECT_EQ(uri.host_kind, static_cast<__u32>(row.kind));
    EXPECT_EQ(view.view(uri.whole), row.whole.empty() ? row.uri : row.whole);
}

// What stands around the URI must not matter.
void check(const Row& row) {
    for (const auto& [before, after] :
         {std::pair{"", ""}, {"<", ">;tag=1@x:1"}, {"m:", "@5060:;?%"}}) {
        SCOPED_TRACE(row.uri + " between '" + before + "' and '" + after + "'");
        Room room;
        read(room, row, before, after);
        if (row.reason == GM_REASON_none)
            expect(room, room, row);
    }
}

constexpr auto kSip = GM_SCHEME_SIP, kSips = GM_SCHEME_SIPS;
constexpr auto kNone = GM_REASON_none, kMalformed = GM_REASON_malformed,
               kAmbiguous = GM_REASON_ambiguous;

} // namespace

TEST(Uri, IsRead) {
    const Row rows[] = {
        {"sip:a@ims.test", kNone, kSip, "a", "ims.test"},
        {"SIP:a@IMS.test", kNone, kSip, "a", "IMS.test"},
        {"sips:a@ims.test", kNone, kSips, "a", "ims.test"},
        {"sip:ims.test", kNone, kSip, "", "ims.test"},
        {"sip:ims.test:5070", kNone, kSip, "", "ims.test", 5070},
        {"sip:a:secret@ims.test", kNone, kSip, "a:secret", "ims.test"},
        {"sip:a;x=1@ims.test", kNone, kSip, "a;x=1", "ims.test"},
        {"sip:a?b@ims.test", kNone, kSip, "a?b", "ims.test"},
        {"sip:a@ims.test;user=phone", kNone, kSip, "a", "ims.test", 0, ";user=phone", GM_HOST_NAME,
         "sip:a@ims.test"},
        {"sip:a@ims.test:1?X=y", kNone, kSip, "a", "ims.test", 1, "?X=y", GM_HOST_NAME,
         "sip:a@ims.test:1"},
        {"sip:a@192.0.2.7:65535", kNone, kSip, "a", "192.0.2.7", 65535, "", GM_HOST_V4},
        {"sip:a@[2001:db8::7]", kNone, kSip, "a", "2001:db8::7", 0, "", GM_HOST_V6},
        {"sip:a@[2001:DB8::7]:5061;lr", kNone, kSip, "a", "2001:DB8::7", 5061, ";lr", GM_HOST_V6,
         "sip:a@[2001:DB8::7]:5061"},
        {"sip:[::ffff:192.0.2.7]", kNone, kSip, "", "::ffff:192.0.2.7", 0, "", GM_HOST_V6},
        {"sip:a@192.0.2.256", kNone, kSip, "a", "192.0.2.256"},
        {"sip:a@192.0.2.07", kNone, kSip, "a", "192.0.2.07"},
        {"tel:+15550100", kNone, GM_SCHEME_TEL, "+15550100", "", 0, "", GM_HOST_NONE},
        {"TEL:100", kNone, GM_SCHEME_TEL, "100", "", 0, "", GM_HOST_NONE},
        {"urn:service:sos", kNone, GM_SCHEME_OTHER, "urn:service:sos", "", 0, "", GM_HOST_NONE},
        {"*", kNone, GM_SCHEME_OTHER, "*", "", 0, "", GM_HOST_NONE},
        {"a@ims.test", kNone, GM_SCHEME_OTHER, "a@ims.test", "", 0, "", GM_HOST_NONE},
    };
    for (const auto& row : rows)
        check(row);
}

TEST(Uri, IsRefused_WhenItBreaksItsGrammar) {
    const Row rows[] = {
        {"", kMalformed},
        {"sip:", kMalformed},
        {"sip:a@", kMalformed},
        {"sip:a@;lr", kMalformed},
        {"sip:a@:5060", kMalformed},
        {"sip:a@ims.test:", kMalformed},
        {"sip:a@ims.test:0", kMalformed},
        {"sip:a@ims.test:05060", kMalformed},
        {"sip:a@ims.test:65536", kMalformed},
        {"sip:a@ims.test:99999999999", kMalformed},
        {"sip:a@ims.test:5060x", kMalformed},
        {"sip:a@ims.test:5060:1", kMalformed},
        {"sip:a@ims.test:+1", kMalformed},
        {"sip:a@[2001:db8::7", kMalformed},
        {"sip:a@[2001:db8::7]x", kMalformed},
        {"sip:a@[2001:db8::7]x:5060", kMalformed},
        {"sip:a@[fe80::1%1]", kMalformed},
        {"sip:a@[192.0.2.7]", kMalformed},
        {"sip:a@[]", kMalformed},
        {"sip:a@2001:db8::7", kMalformed},
        {"sip:a@b@ims.test", kAmbiguous},
        {"sip:a@ims.test;x=@", kAmbiguous},
        {"sip:a b@ims.test", kAmbiguous},
        {" sip:a@ims.test x", kAmbiguous},
        {"sip:a@ims.test x", kAmbiguous},
        {"sip:a@ims.test\tx", kAmbiguous},
        {"sip:a@ims.test\r\n x", kAmbiguous},
    };
    for (const auto& row : rows)
        check(row);
}

TEST(Uri, MayHaveBlanksBehindIt) {
    Room room;
    for (const std::string blanks :
         {" ", "\t", "\r\n ", "       ", "        ", "               "}) {
        const std::string uri = "sip:a@ims.test" + blanks;
        room.write(uri + ">");
        EXPECT_EQ(gm_read_uri(room.get(), 0, static_cast<__u32>(uri.size())), kNone)
            << blanks.size();
        EXPECT_EQ(room.view(room->uri.host), "ims.test");
    }
}

// However many blanks: what stands behind them is never left out.
TEST(Uri, IsRefused_WhenTextFollowsBlanks) {
    Room room;
    for (std::size_t count = 1; count <= 40; ++count) {
        const std::string uri = "sip:a@ims.test" + std::string(count, ' ') + "x";
        room.write(uri);
        ASSERT_EQ(gm_read_uri(room.get(), 0, static_cast<__u32>(uri.size())), kAmbiguous)
            << count << " blanks";
    }
}

TEST(Uri, IsRefused_WhenAPartIsTooLong) {
    Room room;
    for (const std::size_t size : {8, 64, 500, 505, 511, 512, 513, 600, 2000}) {
        const auto read = [&room](const std::string& uri) {
            room.write(uri);
            return gm_read_uri(room.get(), 0, static_cast<__u32>(uri.size()));
        };
        const std::string part(size, 'a');
        const bool fits = size < 480;
        for (const auto& uri :
             {"sip:" + part + "@ims.test", "sip:a@" + part, "sip:a@ims.test;" + part}) {
            const int reason = read(uri);
            EXPECT_TRUE(reason == kNone || (!fits && reason == kAmbiguous))
                << size << ' ' << reason_name(reason);
            if (size >= GM_FIND_MAX) {
                EXPECT_EQ(reason, kAmbiguous) << size;
            }
        }
    }
}

TEST(Uri, IsEscaped_OnlyInItsUserPart) {
    const std::pair<const char*, bool> rows[] = {
        {"sip:a%41@ims.test", true},   {"sip:%41@ims.test", true},
        {"sip:a%@ims.test", true},     {"sip:aaaaaaaa%41@ims.test", true},
        {"sip:a@ims.test", false},     {"sip:a@ims.test;x=%41", false},
        {"sip:ims.test;x=%41", false}, {"sip:ims.test?x=%41", false},
    };
    for (const auto& [uri, escaped] : rows) {
        Room room;
        room.write(uri);
        ASSERT_EQ(gm_read_uri(room.get(), 0, room->sip.length), kNone) << uri;
        EXPECT_EQ(room->uri.escaped != 0, escaped) << uri;
    }
}

TEST(Uri, HasTheNumberOfItsLiteral) {
    const std::pair<const char*, gm_u128> rows[] = {
        {"sip:a@192.0.2.7", GM_V4_MAPPED | 0xc0000207},
        {"sip:a@[::ffff:192.0.2.7]", GM_V4_MAPPED | 0xc0000207},
        {"sip:a@[2001:db8::7]:5060", static_cast<gm_u128>(0x20010db800000000ULL) << 64 | 7},
        {"sip:a@[2001:0db8:0:0::0007]", static_cast<gm_u128>(0x20010db800000000ULL) << 64 | 7},
        {"sip:a@ims.test", 0},
    };
    for (const auto& [uri, address] : rows) {
        Room room;
        room.write(uri);
        ASSERT_EQ(gm_read_uri(room.get(), 0, room->sip.length), kNone) << uri;
        EXPECT_TRUE(room->uri.address == address) << uri;
    }
}

} // namespace gmguard::test
