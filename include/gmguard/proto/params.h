/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The ";name=value" parameters of URIs, Via, name-addr headers and Security-Client, as far as
 * names.h lists them.
 */
#ifndef GMGUARD_PROTO_PARAMS_H
#define GMGUARD_PROTO_PARAMS_H

#include "sip.h"

/* Steps: one a parameter, one a quote, and more for values longer than 64 bytes. */
#define GM_PARAM_STEPS 128

/* Where the parameter's name ends: at '=' or a blank, within 16 bytes, else `end`; no name of
 * names.h is as long. */
GM_INLINE __u32 gm_param_name_end(const struct gm_work* w, __u32 name, __u32 end)
{
    __u32 k;

    for (k = 0; k < 16; k += 8) {
        __u64 word = gm_load8(gm_at(w, name + k));
        __u64 hit = gm_equal(word, gm_each('=')) | gm_space(word);

        if (hit) {
            __u32 found = name + k + gm_lowest(hit);

            return found < end ? found : end;
        }
    }
    return end;
}

/* The parameter in [at, end): name, or name=value. */
GM_INLINE void gm_take_param(struct gm_work* w, __u32 at, __u32 end)
{
    struct gm_params* p = &w->params;
    __u32 name, name_end, equal, id;

    name = gm_skip_space(w, at, end);
    if (name >= end)
        return;
    if (gm_is_space(*gm_at(w, name)))
        p->reason = GM_REASON_ambiguous;
    name_end = gm_param_name_end(w, name, end);
    id = gm_param_id(gm_at(w, name), name_end - name) & 15;
    if (!id || id >= GM_P_COUNT)
        return;
    if (p->seen & 1u << id)
        p->reason = GM_REASON_ambiguous;
    p->seen |= 1u << id;
    equal = gm_find_one(w, name_end, end, '=');
    p->value[id] = equal < end ? gm_span(equal + 1, end) : gm_span(end, end);
}

/* One run from p->scan: to what ends the parameter that began at p->at, or to a quote. */
static long gm_param_step(__u32 i, struct gm_step* step)
{
    struct gm_work* w = step->w;
    struct gm_params* p = &w->params;
    __u32 pos, stops = p->quoted ? GM_SET('"', '\\', '"') : GM_SET(';', ',', '"');

    (void)i;
    pos = gm_find(w, p->scan, p->end, stops);
    if (pos > p->end || (p->quoted && pos == p->end)) {
        p->reason = GM_REASON_ambiguous;
        return 1;
    }
    p->scan = pos + 1;
    if (p->quoted) {
        if (*gm_at(w, pos) == '"')
            p->quoted = 0;
        else
            p->scan = pos + 2;
        return 0;
    }
    if (pos < p->end && *gm_at(w, pos) == '"') {
        p->quoted = 1;
        return 0;
    }
    gm_take_param(w, p->at, pos);
    p->list = pos < p->end && *gm_at(w, pos) == ',';
    p->at = pos + 1;
    return p->list || p->reason || p->at >= p->end;
}

/* Reads the parameters in [at, end), `at` being a ';', into w->params, up to a comma outside
 * quotes (w->params.list, and w->params.at is behind it). A parameter of names.h that is there
 * twice is ambiguous. */
GM_GLOBAL int gm_read_params(struct gm_work* w, __u32 at, __u32 end)
{
    struct gm_step step = {w};

    if (!w)
        return GM_REASON_malformed;
    w->params.seen = 0;
    w->params.at = at;
    w->params.scan = at;
    w->params.end = end;
    w->params.quoted = 0;
    w->params.list = 0;
    w->params.reason = 0;
    if (at < end)
        gm_loop(GM_PARAM_STEPS, gm_param_step, &step);
    if (!w->params.reason && !w->params.list && w->params.at < end)
        w->params.reason = GM_REASON_ambiguous;
    return (int)w->params.reason;
}

#endif
