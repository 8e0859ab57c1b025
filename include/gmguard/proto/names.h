/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Names that are looked for, as perfect hash tables over their first 24 bytes in lower case. A name
 * is three little-endian words; the multiplier was searched so that no two share a slot
 * (tests/unit/proto holds every row against its spelling). To add a name, search a new multiplier.
 */
#ifndef GMGUARD_PROTO_NAMES_H
#define GMGUARD_PROTO_NAMES_H

#include "swar.h"

struct gm_name {
    __u64 word[3];
    __u32 id;   /* 0: a free slot */
    __u32 size; /* bytes of the name */
};

/* Headers; compact forms are the same header. */
enum gm_header {
    GM_H_NONE = 0,
    GM_H_VIA,
    GM_H_FROM,
    GM_H_TO,
    GM_H_CALL_ID,
    GM_H_CSEQ,
    GM_H_CONTACT,
    GM_H_AUTHORIZATION,
    GM_H_CONTENT_LENGTH,
    GM_H_EXPIRES,
    GM_H_MAX_FORWARDS,
    GM_H_ROUTE,
    GM_H_SECURITY_CLIENT,
    GM_H_SECURITY_VERIFY,
    GM_H_SECURITY_SERVER,
    GM_H_P_PREFERRED_IDENTITY,
    GM_H_P_ASSERTED_IDENTITY,
    GM_H_P_ASSOCIATED_URI,
    GM_H_WWW_AUTHENTICATE,
    GM_H_EVENT,
    GM_H_COUNT
};

/* Parameters of Authorization and WWW-Authenticate. */
enum gm_digest_name {
    GM_D_NONE = 0,
    GM_D_USERNAME,
    GM_D_REALM,
    GM_D_NONCE,
    GM_D_URI,
    GM_D_RESPONSE,
    GM_D_AUTS,
    GM_D_ALGORITHM,
    GM_D_INTEGRITY_PROTECTED,
    GM_D_CNONCE,
    GM_D_NC,
    GM_D_QOP,
    GM_D_OPAQUE,
    GM_D_CK,
    GM_D_IK,
    GM_D_COUNT
};

/* Parameters of URIs, Via, name-addr headers and Security-Client. */
enum gm_param {
    GM_P_NONE = 0,
    GM_P_TAG,
    GM_P_ALIAS,
    GM_P_MADDR,
    GM_P_RECEIVED,
    GM_P_RPORT,
    GM_P_BRANCH,
    GM_P_EXPIRES,
    GM_P_SOS,    /* of a Contact: an emergency registration (24.229 5.1.6.2) */
    GM_P_PORT_C, /* of Security-Client (TS 33.203 annex H) */
    GM_P_PORT_S,
    GM_P_COUNT
};

#define GM_HEADER_MULTIPLIER 0x87ee17b880e180bULL
#define GM_HEADER_BITS 6
/* clang-format off */
static const struct gm_name gm_header_names[1 << GM_HEADER_BITS] = {
    {{0, 0, 0}, 0, 0},
    {{0x7265666572702d70ULL, 0x6e6564692d646572ULL, 0x79746974ULL}, GM_H_P_PREFERRED_IDENTITY, 20}, /* p-preferred-identity */
    {{0, 0, 0}, 0, 0},
    {{0x746361746e6f63ULL, 0x0ULL, 0x0ULL}, GM_H_CONTACT, 7}, /* contact */
    {{0, 0, 0}, 0, 0},
    {{0x73657269707865ULL, 0x0ULL, 0x0ULL}, GM_H_EXPIRES, 7}, /* expires */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x7472657373612d70ULL, 0x746e6564692d6465ULL, 0x797469ULL}, GM_H_P_ASSERTED_IDENTITY, 19}, /* p-asserted-identity */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x6d6f7266ULL, 0x0ULL, 0x0ULL}, GM_H_FROM, 4}, /* from */
    {{0, 0, 0}, 0, 0},
    {{0x2d746e65746e6f63ULL, 0x6874676e656cULL, 0x0ULL}, GM_H_CONTENT_LENGTH, 14}, /* content-length */
    {{0, 0, 0}, 0, 0},
    {{0x77726f662d78616dULL, 0x73647261ULL, 0x0ULL}, GM_H_MAX_FORWARDS, 12}, /* max-forwards */
    {{0x7a69726f68747561ULL, 0x6e6f697461ULL, 0x0ULL}, GM_H_AUTHORIZATION, 13}, /* authorization */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x66ULL, 0x0ULL, 0x0ULL}, GM_H_FROM, 1}, /* f */
    {{0x616976ULL, 0x0ULL, 0x0ULL}, GM_H_VIA, 3}, /* via */
    {{0x7974697275636573ULL, 0x746e65696c632dULL, 0x0ULL}, GM_H_SECURITY_CLIENT, 15}, /* security-client */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x69ULL, 0x0ULL, 0x0ULL}, GM_H_CALL_ID, 1}, /* i */
    {{0x6574756f72ULL, 0x0ULL, 0x0ULL}, GM_H_ROUTE, 5}, /* route */
    {{0x746e657665ULL, 0x0ULL, 0x0ULL}, GM_H_EVENT, 5}, /* event */
    {{0x69636f7373612d70ULL, 0x6972752d64657461ULL, 0x0ULL}, GM_H_P_ASSOCIATED_URI, 16}, /* p-associated-uri */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x6cULL, 0x0ULL, 0x0ULL}, GM_H_CONTENT_LENGTH, 1}, /* l */
    {{0, 0, 0}, 0, 0},
    {{0x6dULL, 0x0ULL, 0x0ULL}, GM_H_CONTACT, 1}, /* m */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x6fULL, 0x0ULL, 0x0ULL}, GM_H_EVENT, 1}, /* o */
    {{0x64692d6c6c6163ULL, 0x0ULL, 0x0ULL}, GM_H_CALL_ID, 7}, /* call-id */
    {{0, 0, 0}, 0, 0},
    {{0x7974697275636573ULL, 0x7265767265732dULL, 0x0ULL}, GM_H_SECURITY_SERVER, 15}, /* security-server */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x71657363ULL, 0x0ULL, 0x0ULL}, GM_H_CSEQ, 4}, /* cseq */
    {{0, 0, 0}, 0, 0},
    {{0x687475612d777777ULL, 0x6574616369746e65ULL, 0x0ULL}, GM_H_WWW_AUTHENTICATE, 16}, /* www-authenticate */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x74ULL, 0x0ULL, 0x0ULL}, GM_H_TO, 1}, /* t */
    {{0x6f74ULL, 0x0ULL, 0x0ULL}, GM_H_TO, 2}, /* to */
    {{0, 0, 0}, 0, 0},
    {{0x7974697275636573ULL, 0x7966697265762dULL, 0x0ULL}, GM_H_SECURITY_VERIFY, 15}, /* security-verify */
    {{0x76ULL, 0x0ULL, 0x0ULL}, GM_H_VIA, 1}, /* v */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
};
/* clang-format on */

#define GM_DIGEST_MULTIPLIER 0xcd447e35b8b6d8ffULL
#define GM_DIGEST_BITS 5
/* clang-format off */
static const struct gm_name gm_digest_names[1 << GM_DIGEST_BITS] = {
    {{0x6b63ULL, 0x0ULL, 0x0ULL}, GM_D_CK, 2}, /* ck */
    {{0x65757161706fULL, 0x0ULL, 0x0ULL}, GM_D_OPAQUE, 6}, /* opaque */
    {{0x697275ULL, 0x0ULL, 0x0ULL}, GM_D_URI, 3}, /* uri */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x65636e6f6e63ULL, 0x0ULL, 0x0ULL}, GM_D_CNONCE, 6}, /* cnonce */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x65736e6f70736572ULL, 0x0ULL, 0x0ULL}, GM_D_RESPONSE, 8}, /* response */
    {{0x73747561ULL, 0x0ULL, 0x0ULL}, GM_D_AUTS, 4}, /* auts */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x706f71ULL, 0x0ULL, 0x0ULL}, GM_D_QOP, 3}, /* qop */
    {{0, 0, 0}, 0, 0},
    {{0x6d6c616572ULL, 0x0ULL, 0x0ULL}, GM_D_REALM, 5}, /* realm */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x636eULL, 0x0ULL, 0x0ULL}, GM_D_NC, 2}, /* nc */
    {{0, 0, 0}, 0, 0},
    {{0x65636e6f6eULL, 0x0ULL, 0x0ULL}, GM_D_NONCE, 5}, /* nonce */
    {{0, 0, 0}, 0, 0},
    {{0x6b69ULL, 0x0ULL, 0x0ULL}, GM_D_IK, 2}, /* ik */
    {{0x7469726765746e69ULL, 0x6365746f72702d79ULL, 0x646574ULL}, GM_D_INTEGRITY_PROTECTED, 19}, /* integrity-protected */
    {{0x687469726f676c61ULL, 0x6dULL, 0x0ULL}, GM_D_ALGORITHM, 9}, /* algorithm */
    {{0, 0, 0}, 0, 0},
    {{0x656d616e72657375ULL, 0x0ULL, 0x0ULL}, GM_D_USERNAME, 8}, /* username */
    {{0, 0, 0}, 0, 0},
};
/* clang-format on */

#define GM_PARAM_MULTIPLIER 0x65aa9c8279f248b1ULL
#define GM_PARAM_BITS 4
/* clang-format off */
static const struct gm_name gm_param_names[1 << GM_PARAM_BITS] = {
    {{0, 0, 0}, 0, 0},
    {{0x6465766965636572ULL, 0x0ULL, 0x0ULL}, GM_P_RECEIVED, 8}, /* received */
    {{0x74726f7072ULL, 0x0ULL, 0x0ULL}, GM_P_RPORT, 5}, /* rport */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x726464616dULL, 0x0ULL, 0x0ULL}, GM_P_MADDR, 5}, /* maddr */
    {{0x632d74726f70ULL, 0x0ULL, 0x0ULL}, GM_P_PORT_C, 6}, /* port-c */
    {{0, 0, 0}, 0, 0},
    {{0x732d74726f70ULL, 0x0ULL, 0x0ULL}, GM_P_PORT_S, 6}, /* port-s */
    {{0x73657269707865ULL, 0x0ULL, 0x0ULL}, GM_P_EXPIRES, 7}, /* expires */
    {{0x676174ULL, 0x0ULL, 0x0ULL}, GM_P_TAG, 3}, /* tag */
    {{0, 0, 0}, 0, 0},
    {{0, 0, 0}, 0, 0},
    {{0x68636e617262ULL, 0x0ULL, 0x0ULL}, GM_P_BRANCH, 6}, /* branch */
    {{0x7361696c61ULL, 0x0ULL, 0x0ULL}, GM_P_ALIAS, 5}, /* alias */
    {{0x736f73ULL, 0x0ULL, 0x0ULL}, GM_P_SOS, 3}, /* sos */
};
/* clang-format on */

/* The three words of the name of `size` bytes at `p`, in lower case. More than 24 bytes: the first
 * 24, which then match nothing, because the sizes differ. READS 24 bytes. */
GM_INLINE void gm_name_words(const char* p, __u32 size, __u64 word[3])
{
    word[0] = gm_head(gm_load8(p) | gm_each(0x20), size);
    word[1] = size > 8 ? gm_head(gm_load8(p + 8) | gm_each(0x20), size - 8) : 0;
    word[2] = size > 16 ? gm_head(gm_load8(p + 16) | gm_each(0x20), size - 16) : 0;
}

/* OR 0x20 maps no two characters to one that a name of these tables has, but for the case of
 * letters: control characters never reach this point. */
GM_INLINE __u32 gm_name_slot(const __u64 word[3], __u64 multiplier, int bits)
{
    return (__u32)(((word[0] ^ (word[1] * 3) ^ (word[2] * 5)) * multiplier) >> (64 - bits));
}

GM_INLINE __u32 gm_name_match(const struct gm_name* slot, const __u64 word[3], __u32 size)
{
    return slot->word[0] == word[0] && slot->word[1] == word[1] && slot->word[2] == word[2] &&
                   slot->size == size
               ? slot->id
               : 0;
}

/* The id of the name of `size` bytes at `p`, 0 for any other. READ 24 bytes from `p`. */
GM_INLINE __u32 gm_header_id(const char* p, __u32 size)
{
    __u64 word[3];

    gm_name_words(p, size, word);
    return gm_name_match(&gm_header_names[gm_name_slot(word, GM_HEADER_MULTIPLIER, GM_HEADER_BITS)],
                         word, size);
}

GM_INLINE __u32 gm_digest_id(const char* p, __u32 size)
{
    __u64 word[3];

    gm_name_words(p, size, word);
    return gm_name_match(&gm_digest_names[gm_name_slot(word, GM_DIGEST_MULTIPLIER, GM_DIGEST_BITS)],
                         word, size);
}

GM_INLINE __u32 gm_param_id(const char* p, __u32 size)
{
    __u64 word[3];

    gm_name_words(p, size, word);
    return gm_name_match(&gm_param_names[gm_name_slot(word, GM_PARAM_MULTIPLIER, GM_PARAM_BITS)],
                         word, size);
}

#endif
