/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The taps: messages that the controller learns from go up whole, each kind by its own ring, so
 * that none can crowd out another (H4). A full ring costs the record and is counted; never the
 * verdict.
 */
#ifndef GMGUARD_BPF_TAP_H
#define GMGUARD_BPF_TAP_H

#include "verdict.h"

enum gm_tap { GM_TAP_CLEAR, GM_TAP_INNER, GM_TAP_CORE };

static __always_inline void gm_tap(struct gm_case *c, struct gm_work *w, enum gm_tap tap)
{
    void *ring = tap == GM_TAP_CLEAR   ? (void *)&gm_sip_clear
                 : tap == GM_TAP_INNER ? (void *)&gm_sip_inner
                                       : (void *)&gm_sip_core;
    struct gm_losses *losses;

    gm_fill_verdict(w, c);
    w->record.full_length = w->sip.length;
    if (gm_send(ring, w, w->sip.length))
        return;
    losses = gm_losses_here();
    if (!losses)
        return;
    if (tap == GM_TAP_CLEAR)
        losses->sip_clear++;
    else if (tap == GM_TAP_INNER)
        losses->sip_inner++;
    else
        losses->sip_core++;
}

#endif
