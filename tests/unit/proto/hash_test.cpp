// SPDX-License-Identifier: BSD-2-Clause
// SipHash against its authors' vectors, and what an identity's hash tells apart.
#include "harness/room.hpp"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <map>
#include <optional>

namespace gmguard::test {
namespace {

using Digest128 = std::array<std::uint8_t, 16>;

// SipHash-2-4 of 128 bits, key 00..0f, of the bytes 00, 01, 02, ... (github.com/veorq/SipHash,
// vectors.h): the inputs that are whole words.
struct Vector {
    unsigned words;
    Digest128 hash;
};
constexpr Vector kVectors[] = {
    {0,
     {0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02,
      0x93}},
    {1,
     {0x3b, 0x62, 0xa9, 0xba, 0x62, 0x58, 0xf5, 0x61, 0x0f, 0x83, 0xe2, 0x64, 0xf3, 0x14, 0x97,
      0xb4}},
    {2,
     {0x6e, 0xe2, 0xa4, 0xca, 0x67, 0xb0, 0x54, 0xbb, 0xfd, 0x33, 0x15, 0xbf, 0x85, 0x23, 0x05,
      0x77}},
    {3,
     {0x2d, 0xb4, 0x79, 0xae, 0x78, 0xbd, 0x50, 0xd8, 0x88, 0x2a, 0x8a, 0x17, 0x8a, 0x61, 0x32,
      0xad}},
    {4,
     {0x7c, 0x39, 0x56, 0xca, 0x5e, 0xea, 0xfc, 0x3e, 0x36, 0x3e, 0x9d, 0x55, 0x65, 0x46, 0xeb,
      0x68}},
    {5,
     {0xdf, 0x6a, 0x30, 0x1e, 0x95, 0xc9, 0x5d, 0xad, 0x97, 0xae, 0x0c, 0xc8, 0xc6, 0x91, 0x3b,
      0xd8}},
    {6,
     {0xf7, 0xe5, 0xae, 0xf5, 0x49, 0xf7, 0x82, 0xcf, 0x37, 0x90, 0x55, 0xa6, 0x08, 0x26, 0x9b,
      0x16}},
    {7,
     {0x19, 0x38, 0xf2, 0xcf, 0x72, 0xd5, 0x4e, 0xe9, 0x7e, 0x94, 0x16, 0x6f, 0xa9, 0x1d, 0x2a,
      0x36}},
};

// The reference ends with a word that holds the number of bytes in its highest one.
gm_u128 siphash_of_words(unsigned words) {
    gm_siphash state;
    gm_siphash_start(&state, 0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL);
    for (unsigned i = 0; i < words; ++i)
        gm_siphash_word(&state, 0x0706050403020100ULL + gm_each(static_cast<__u8>(8 * i)));
    gm_siphash_word(&state, static_cast<__u64>(8 * words) << 56);
    return gm_siphash_end(&state);
}

std::optional<gm_u128> identity(std::string_view uri, __u64 key = 1) {
    Room room;
    room.write(uri);
    if (gm_read_uri(room.get(), 0, room->sip.length))
        return std::nullopt;
    const auto input = gm_uri_identity(room.get());
    gm_hash out{{key, 2}, 0};
    if (gm_hash_identity(room.get(), &input, &out))
        return std::nullopt;
    return out.value;
}

gm_u128 impi(std::string_view text) {
    Room room;
    room.write(text);
    const auto input = gm_impi_identity(room.get(), 0, room->sip.length);
    gm_hash out{{1, 2}, 0};
    EXPECT_EQ(gm_hash_identity(room.get(), &input, &out), GM_REASON_none);
    return out.value;
}

} // namespace

TEST(SipHash, EqualsTheReference) {
    for (const auto& vector : kVectors) {
        const auto hash = std::bit_cast<Digest128>(siphash_of_words(vector.words));
        EXPECT_EQ(hash, vector.hash) << vector.words << " words";
    }
}

TEST(Identity, IsOne_HoweverWritten) {
    const std::pair<const char*, const char*> rows[] = {
        {"sip:a@ims.test", "SIP:a@ims.test"},
        {"sip:a@ims.test", "sip:a@IMS.Test"},
        {"sip:a@ims.test", "sip:a@ims.test:5060"},
        {"sip:a@ims.test", "sip:a@ims.test;user=phone"},
        {"sip:a@ims.test", "sip:a@ims.test?Subject=x"},
        {"tel:+15550100", "TEL:+15550100"},
    };
    for (const auto& [one, other] : rows)
        EXPECT_EQ(identity(one), identity(other)) << one << " and " << other;
}

TEST(Identity, DiffersFromEveryOther) {
    const char* rows[] = {
        "sip:a@ims.test",      "sip:A@ims.test",         "sips:a@ims.test",
        "sip:a@ims.test:5061", "sip:a@ims.tes",          "sip:a@ims.test.",
        "sip:aa@ims.test",     "sip:ims.test",           "sip:a:pw@ims.test",
        "tel:+15550100",       "tel:15550100",           "sip:+15550100@ims.test",
        "urn:service:sos",     "sip:a%20@ims.test",      "sip:abcdefgh@i",
        "sip:abcdefg@hi",      "sip:abcdefghijklmnop@x", "sip:abcdefghijklmno@px",
        "sip:a@[2001:db8::1]", "sip:a@192.0.2.1",
    };
    std::map<gm_u128, std::string> seen;
    for (const auto* row : rows) {
        const auto hash = identity(row);
        ASSERT_TRUE(hash) << row;
        const auto [at, fresh] = seen.emplace(*hash, row);
        EXPECT_TRUE(fresh) << row << " and " << at->second;
    }
}

TEST(Identity, DependsOnTheKey) {
    EXPECT_NE(identity("sip:a@ims.test", 1), identity("sip:a@ims.test", 3));
}

TEST(Identity, IsRefused_WhenAPartIsTooLong) {
    EXPECT_TRUE(identity("sip:" + std::string(GM_IDENTITY_MAX, 'a') + "@ims.test"));
    EXPECT_FALSE(identity("sip:" + std::string(GM_IDENTITY_MAX + 1, 'a') + "@ims.test"));
    EXPECT_TRUE(identity("sip:a@" + std::string(GM_IDENTITY_MAX, 'h')));
    EXPECT_FALSE(identity("sip:a@" + std::string(GM_IDENTITY_MAX + 1, 'h')));
}

TEST(Impi, IsOne_WhenOnlyTheDomainsCaseDiffers) {
    EXPECT_EQ(impi("a@ims.test"), impi("a@IMS.TEST"));
    EXPECT_NE(impi("a@ims.test"), impi("A@ims.test"));
    EXPECT_NE(impi("a@ims.test"), impi("a"));
    EXPECT_NE(impi("a@ims.test"), *identity("sip:a@ims.test")) << "an IMPI is no IMPU";
}

TEST(Impi, IsTheUriOfTo_WhenDerived) {
    Room room;
    room.write("sip:a@IMS.test:5070;user=phone");
    ASSERT_EQ(gm_read_uri(room.get(), 0, room->sip.length), GM_REASON_none);
    const auto input = gm_derived_impi(room.get());
    gm_hash out{{1, 2}, 0};
    ASSERT_EQ(gm_hash_identity(room.get(), &input, &out), GM_REASON_none);
    EXPECT_EQ(out.value, impi("a@ims.test"));
}

} // namespace gmguard::test
