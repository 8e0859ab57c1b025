/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * What comes from Gm to a socket that no listener names (H8). Media, DNS and what else the host
 * does are not gmguard's to judge; SIP is: a port that the P-CSCF has open and the configuration
 * forgot would be a way around all checks.
 */
#ifndef GMGUARD_BPF_STRAY_H
#define GMGUARD_BPF_STRAY_H

#include "gmguard/proto/work.h"

#define GM_WORD_SIP2_SMALL 0x302e322f706973ULL /* "sip/2.0" */

/* Whether "SIP/2.0", in any case, has its slash in the word at 8 * i. */
static long gm_stray_step(__u32 i, struct gm_step *step)
{
    struct gm_work *w = step->w;
    __u32 at = i * 8, k;

    if (!w || at >= w->sip.length)
        return 1;
    if (!gm_equal(gm_load8(gm_at(w, at)), gm_each('/')))
        return 0;
    for (k = 0; k < 8; ++k) {
        __u64 word = gm_lower(gm_load8(gm_at(w, at + k - 3)));

        if (at + k >= 3 && gm_head(word, 7) == GM_WORD_SIP2_SMALL)
            w->scan.done = 1;
    }
    return w->scan.done != 0;
}

/* Whether anybody could read the bytes in w->text as SIP: the version is in every message, in the
 * start line and in Via, and in nothing else. Wherever it stands: some P-CSCFs skip what is in
 * front of a message. */
GM_GLOBAL int gm_says_sip(struct gm_work *w)
{
    struct gm_step step = {w};

    if (!w)
        return 0;
    w->scan.done = 0;
    gm_loop(GM_SIP_MAX / 8, gm_stray_step, &step);
    return w->scan.done;
}

#endif
