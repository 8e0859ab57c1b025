// SPDX-License-Identifier: BSD-2-Clause
// The tables of names against their spellings: every row of both.
#include "gmguard/proto/names.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <map>
#include <span>
#include <string>

namespace {

using Names = std::map<std::string, __u32>;

// RFC 3261 7.3.1 and 20, 3323, 3325, 3329, 7315, 6665; compact forms beside the long ones.
const Names kHeaders = {
    {"via", GM_H_VIA},
    {"v", GM_H_VIA},
    {"from", GM_H_FROM},
    {"f", GM_H_FROM},
    {"to", GM_H_TO},
    {"t", GM_H_TO},
    {"call-id", GM_H_CALL_ID},
    {"i", GM_H_CALL_ID},
    {"cseq", GM_H_CSEQ},
    {"contact", GM_H_CONTACT},
    {"m", GM_H_CONTACT},
    {"authorization", GM_H_AUTHORIZATION},
    {"content-length", GM_H_CONTENT_LENGTH},
    {"l", GM_H_CONTENT_LENGTH},
    {"expires", GM_H_EXPIRES},
    {"max-forwards", GM_H_MAX_FORWARDS},
    {"route", GM_H_ROUTE},
    {"security-client", GM_H_SECURITY_CLIENT},
    {"security-verify", GM_H_SECURITY_VERIFY},
    {"security-server", GM_H_SECURITY_SERVER},
    {"p-preferred-identity", GM_H_P_PREFERRED_IDENTITY},
    {"p-asserted-identity", GM_H_P_ASSERTED_IDENTITY},
    {"p-associated-uri", GM_H_P_ASSOCIATED_URI},
    {"www-authenticate", GM_H_WWW_AUTHENTICATE},
    {"event", GM_H_EVENT},
    {"o", GM_H_EVENT},
};

// RFC 2617 3.2, 3310 3; TS 33.203 and 24.229 for the last three.
const Names kDigest = {
    {"username", GM_D_USERNAME},
    {"realm", GM_D_REALM},
    {"nonce", GM_D_NONCE},
    {"uri", GM_D_URI},
    {"response", GM_D_RESPONSE},
    {"auts", GM_D_AUTS},
    {"algorithm", GM_D_ALGORITHM},
    {"cnonce", GM_D_CNONCE},
    {"nc", GM_D_NC},
    {"qop", GM_D_QOP},
    {"opaque", GM_D_OPAQUE},
    {"ck", GM_D_CK},
    {"ik", GM_D_IK},
    {"integrity-protected", GM_D_INTEGRITY_PROTECTED},
};

const Names kParams = {
    {"tag", GM_P_TAG},           {"alias", GM_P_ALIAS}, {"maddr", GM_P_MADDR},
    {"received", GM_P_RECEIVED}, {"rport", GM_P_RPORT}, {"branch", GM_P_BRANCH},
    {"expires", GM_P_EXPIRES},   {"sos", GM_P_SOS},     {"port-c", GM_P_PORT_C},
    {"port-s", GM_P_PORT_S},
};

struct Table {
    const char* name;
    const Names& names;
    std::span<const gm_name> rows;
    __u32 ids; // one more than the last
    __u32 (*find)(const char*, __u32);
};
const Table kTables[] = {
    {"headers", kHeaders, gm_header_names, GM_H_COUNT, gm_header_id},
    {"digest parameters", kDigest, gm_digest_names, GM_D_COUNT, gm_digest_id},
    {"parameters", kParams, gm_param_names, GM_P_COUNT, gm_param_id},
};

// As the scanner meets it: other text follows.
__u32 find(const Table& table, const std::string& name) {
    std::string text = name + ": sip:somebody@ims.test";
    text.resize(std::max<std::size_t>(text.size(), 32));
    return table.find(text.data(), static_cast<__u32>(name.size()));
}

std::string spelling(const gm_name& row) {
    char bytes[24];
    std::memcpy(bytes, row.word, sizeof bytes);
    return {bytes, row.size};
}

std::string upper(std::string text) {
    for (auto& c : text)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return text;
}

} // namespace

TEST(Names, AreTheRowsOfTheirTable) {
    for (const auto& table : kTables) {
        std::size_t rows = 0;
        for (const auto& row : table.rows) {
            if (!row.id)
                continue;
            ++rows;
            const auto named = table.names.find(spelling(row));
            ASSERT_NE(named, table.names.end()) << table.name << ": " << spelling(row);
            EXPECT_EQ(named->second, row.id) << table.name << ": " << spelling(row);
        }
        EXPECT_EQ(rows, table.names.size()) << table.name;
    }
}

TEST(Names, AreFound_InAnyCase) {
    for (const auto& table : kTables)
        for (const auto& [name, id] : table.names) {
            auto mixed = name;
            mixed[0] = upper(mixed)[0];
            EXPECT_EQ(find(table, name), id) << table.name << ": " << name;
            EXPECT_EQ(find(table, upper(name)), id) << table.name << ": " << upper(name);
            EXPECT_EQ(find(table, mixed), id) << table.name << ": " << mixed;
        }
}

TEST(Names, CoverEveryId) {
    for (const auto& table : kTables)
        for (__u32 id = 1; id < table.ids; ++id)
            EXPECT_TRUE(std::ranges::any_of(table.names,
                                            [id](const auto& row) { return row.second == id; }))
                << table.name << ": " << id;
}

// Any one byte changed, one more, one less: another name, or none.
TEST(Names, AreNotFound_WhenOneByteDiffers) {
    for (const auto& table : kTables)
        for (const auto& [name, id] : table.names)
            for (std::size_t at = 0; at < name.size(); ++at)
                for (unsigned byte = 0x21; byte < 256; ++byte) {
                    auto other = name;
                    other[at] = static_cast<char>(byte);
                    auto lowered = other;
                    lowered[at] = static_cast<char>(
                        byte < 128 ? std::tolower(static_cast<int>(byte)) : static_cast<int>(byte));
                    const auto known = table.names.find(lowered);
                    ASSERT_EQ(find(table, other), known == table.names.end() ? 0U : known->second)
                        << table.name << ": " << other;
                }
}

TEST(Names, AreNotFound_WhenLongerOrShorter) {
    for (const auto& table : kTables)
        for (const auto& [name, id] : table.names) {
            const auto known = [&](const std::string& other) {
                const auto at = table.names.find(other);
                return at == table.names.end() ? 0U : at->second;
            };
            for (std::size_t size = 0; size < name.size(); ++size)
                EXPECT_EQ(find(table, name.substr(0, size)), known(name.substr(0, size)))
                    << table.name << ": " << name.substr(0, size);
            for (const auto* more : {"s", "-", "x-very-long-name-of-more-than-24-bytes"})
                EXPECT_EQ(find(table, name + more), known(name + more))
                    << table.name << ": " << name << more;
        }
}
