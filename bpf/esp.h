/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Which source may use an SPI, before anything is decrypted (2.2, 3; H3).
 */
#ifndef GMGUARD_BPF_ESP_H
#define GMGUARD_BPF_ESP_H

#include "binding.h"
#include "packet.h"

/* UDP-encapsulated ESP (RFC 3948). */
#define GM_ESP_PORT 4500

static __always_inline const struct gm_spi *gm_find_spi(gm_u128 pcscf, __u32 number)
{
    struct gm_spi_key key = {.address = pcscf, .spi = number};

    return bpf_map_lookup_elem(&gm_spis, &key);
}

/* Whether the source was challenged a moment ago: the P-CSCF has then made associations that the
 * controller may not know of yet. */
static __always_inline int gm_in_grace(const struct gm_settings *settings, gm_u128 source)
{
    gm_u128 unit;
    __u64 *until;

    if (!settings->grace_s)
        return 0;
    unit = gm_masked(source, gm_form_of(settings, source).bits);
    until = bpf_map_lookup_elem(&gm_graces, &unit);
    return until && *until > gm_now(settings);
}

static __always_inline void gm_give_grace(const struct gm_settings *settings, gm_u128 source)
{
    gm_u128 unit;
    __u64 until;

    if (!settings->grace_s)
        return;
    unit = gm_masked(source, gm_form_of(settings, source).bits);
    until = gm_now(settings) + settings->grace_s * 1000000000ULL;
    bpf_map_update_elem(&gm_graces, &unit, &until, BPF_ANY);
}

/* The reason against ESP with this SPI from that source. */
static __always_inline int gm_check_spi(const struct gm_settings *settings,
                                        const struct gm_packet *p)
{
    const struct gm_spi *spi = gm_find_spi(p->destination, p->spi);

    if (!spi || (spi->expires_ns && spi->expires_ns <= gm_now(settings)))
        return gm_in_grace(settings, p->source) ? GM_REASON_none : GM_REASON_esp_unknown_spi;
    if (spi->state == GM_SPI_REFUSED || gm_masked(p->source, spi->bits) != spi->address)
        return GM_REASON_esp_wrong_source;
    return GM_REASON_none;
}

#endif
