/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Everything the scanner can say of a message, folded into one number a step: compiled for the
 * kernel and for the host, which must come to the same numbers. What is folded is the whole of the
 * structs, so that a field nobody looks at yet differs in neither.
 */
#ifndef GMGUARD_TESTS_DIFF_SCAN_H
#define GMGUARD_TESTS_DIFF_SCAN_H

#include "gmguard/proto/digest.h"
#include "gmguard/proto/identity.h"

enum scan_step {
    SCAN_INDEX,
    SCAN_TO,
    SCAN_FROM,
    SCAN_CONTACT,
    SCAN_IDENTITY,
    SCAN_LINE,
    SCAN_DIGEST,
    SCAN_CHALLENGE,
    SCAN_VIA,
    SCAN_NUMBERS,
    SCAN_HASH,
    SCAN_STEPS
};

struct scan_result {
    __u64 fold[SCAN_STEPS];
    __u64 read; /* messages so far */
};

struct scan_room {
    struct gm_work work;
    struct scan_result result;
};

/* Values of one list that are read. */
#define SCAN_VALUES 4

GM_INLINE void scan_add(struct scan_room* r, __u32 step, __u64 word) {
    r->result.fold[step] = (r->result.fold[step] ^ word) * 0x9e3779b97f4a7c15ULL;
}

/* `words` words of the struct at `from`. */
#define SCAN_STRUCT(room, step, object)                                                            \
    do {                                                                                           \
        for (__u32 scan_i = 0; scan_i + 8 <= sizeof(object); scan_i += 8)                          \
            scan_add(room, step, gm_load8((const char*)&(object) + scan_i));                       \
    } while (0)

GM_GLOBAL int scan_index(struct scan_room* r) {
    int reason;

    if (!r)
        return 0;
    reason = gm_sip_index(&r->work);
    scan_add(r, SCAN_INDEX, (__u64)reason);
    SCAN_STRUCT(r, SCAN_INDEX, r->work.sip);
    return reason;
}

/* The values of one header: each one's URI and parameters. */
GM_GLOBAL int scan_list(struct scan_room* r, __u32 header, __u32 step) {
    struct gm_work* w;
    __u32 i;

    if (!r || header >= GM_H_COUNT || step >= SCAN_STEPS)
        return 0;
    w = &r->work;
    if (!w->sip.count[header])
        return 0;
    gm_list_start(w, w->sip.first[header]);
    for (i = 0; i < SCAN_VALUES; ++i) {
        if (!gm_list_next(w))
            break;
        scan_add(r, step, (__u64)gm_read_uri(w, w->value.uri.at, gm_end(w->value.uri)));
        SCAN_STRUCT(r, step, w->uri);
        scan_add(r, step, (__u64)gm_read_params(w, w->value.params.at, gm_end(w->value.params)));
        SCAN_STRUCT(r, step, w->params);
    }
    SCAN_STRUCT(r, step, w->value);
    return 0;
}

GM_GLOBAL int scan_digest(struct scan_room* r, __u32 header, __u32 step) {
    struct gm_work* w;
    struct gm_span value;

    if (!r || header >= GM_H_COUNT || step >= SCAN_STEPS)
        return 0;
    w = &r->work;
    if (!w->sip.count[header])
        return 0;
    value = w->sip.first[header];
    scan_add(r, step, (__u64)gm_read_digest(w, value.at, gm_end(value)));
    SCAN_STRUCT(r, step, w->digest);
    return 0;
}

GM_GLOBAL int scan_via(struct scan_room* r) {
    struct gm_work* w;
    struct gm_span via;
    __u32 semicolon;

    if (!r)
        return 0;
    w = &r->work;
    via = w->sip.first[GM_H_VIA];
    if (!w->sip.count[GM_H_VIA])
        return 0;
    semicolon = gm_find(w, via.at, gm_end(via), GM_SET(';', ',', '"'));
    scan_add(r, SCAN_VIA, semicolon);
    scan_add(r, SCAN_VIA, (__u64)gm_read_params(w, semicolon, gm_end(via)));
    SCAN_STRUCT(r, SCAN_VIA, w->params);
    return 0;
}

GM_GLOBAL int scan_numbers(struct scan_room* r) {
    struct gm_work* w;
    struct gm_span method = {0, 0};
    __u32 end = 0;

    if (!r)
        return 0;
    w = &r->work;
    if (w->sip.count[GM_H_CSEQ]) {
        scan_add(r, SCAN_NUMBERS, (__u64)gm_read_cseq(w, &method));
        scan_add(r, SCAN_NUMBERS, (__u64)method.at << 16 | method.size);
    }
    if (w->sip.count[GM_H_CONTENT_LENGTH])
        scan_add(r, SCAN_NUMBERS,
                 (__u64)gm_read_number(w, w->sip.first[GM_H_CONTENT_LENGTH], 65535, 1, &end));
    scan_add(r, SCAN_NUMBERS, (__u64)gm_same_text(w, w->sip.method.at, method.at, method.size));
    return 0;
}

GM_GLOBAL int scan_hash(struct scan_room* r) {
    struct gm_hash hash = {{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL}, 0};
    struct gm_hash_input in;

    if (!r)
        return 0;
    in = gm_uri_identity(&r->work);
    scan_add(r, SCAN_HASH, (__u64)gm_hash_identity(&r->work, &in, &hash));
    scan_add(r, SCAN_HASH, (__u64)hash.value);
    scan_add(r, SCAN_HASH, (__u64)(hash.value >> 64));
    return 0;
}

/* All of it. A message without a single reading is still read as far as it goes. */
GM_INLINE void scan_message(struct scan_room* r) {
    struct gm_span line;

    scan_index(r);
    scan_list(r, GM_H_TO, SCAN_TO);
    scan_hash(r);
    scan_list(r, GM_H_FROM, SCAN_FROM);
    scan_list(r, GM_H_CONTACT, SCAN_CONTACT);
    scan_list(r, GM_H_P_PREFERRED_IDENTITY, SCAN_IDENTITY);
    line = r->work.sip.request_uri;
    scan_add(r, SCAN_LINE, (__u64)gm_read_uri(&r->work, line.at, gm_end(line)));
    SCAN_STRUCT(r, SCAN_LINE, r->work.uri);
    scan_digest(r, GM_H_AUTHORIZATION, SCAN_DIGEST);
    scan_digest(r, GM_H_WWW_AUTHENTICATE, SCAN_CHALLENGE);
    scan_via(r);
    scan_numbers(r);
    r->result.read++;
}

#endif
