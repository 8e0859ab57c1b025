/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Who a source is: its key, what is bound to it, which identities are its own.
 */
#ifndef GMGUARD_BPF_BINDING_H
#define GMGUARD_BPF_BINDING_H

#include <bpf/bpf_endian.h>

#include "gmguard/proto/identity.h"
#include "settings.h"

static __always_inline struct gm_prefix_key gm_whole_address(gm_u128 address)
{
    struct gm_prefix_key key = {.prefixlen = 128};
    __be64 high = bpf_cpu_to_be64((__u64)(address >> 64)), low = bpf_cpu_to_be64((__u64)address);

    __builtin_memcpy(key.address, &high, 8);
    __builtin_memcpy(key.address + 8, &low, 8);
    return key;
}

/* The pool that the source lies in, or NULL. */
static __always_inline const struct gm_pool *gm_pool_of(const struct gm_settings *settings,
                                                        gm_u128 source)
{
    struct gm_prefix_key key;

    if (!settings->pools)
        return NULL;
    key = gm_whole_address(source);
    return bpf_map_lookup_elem(&gm_pools, &key);
}

/* What a source's key is made of, by its pool or the default of its family. */
static __always_inline struct gm_key_form gm_form_of(const struct gm_settings *settings,
                                                     gm_u128 source)
{
    const struct gm_pool *pool = gm_pool_of(settings, source);

    if (pool)
        return pool->form;
    return (source >> 32) == 0xffff ? settings->key_v4 : settings->key_v6;
}

/* Whether the source's port is part of its key. A call of its own for the stack of its caller. */
static __attribute__((noinline, unused)) int gm_counts_ports(const struct gm_settings *settings,
                                                             gm_u128 source)
{
    return gm_form_of(settings, source).with_port != 0;
}

/* Whether a selector of this source that is another user's may be contested; else the newcomer is
 * refused. A call of its own for the stack of those that judge. */
static __attribute__((noinline, unused)) int gm_may_contest(const struct gm_settings *settings,
                                                            gm_u128 source)
{
    const struct gm_pool *pool = gm_pool_of(settings, source);

    return (pool ? pool->conflict : settings->conflict) == GM_CONFLICT_CONTEST;
}

/* The first `bits` of an address. (BPF shifts 128-bit numbers by constants only.) */
static __always_inline gm_u128 gm_masked(gm_u128 address, __u32 bits)
{
    __u64 high = (__u64)(address >> 64), low = (__u64)address;

    if (bits >= 128)
        return address;
    if (bits > 64) {
        low &= ~0ULL << (128 - bits);
    } else {
        high &= bits ? ~0ULL << (64 - bits) : 0;
        low = 0;
    }
    return (gm_u128)high << 64 | low;
}

static __always_inline struct gm_selector gm_selector_of(struct gm_key_form form, gm_u128 source,
                                                         __u16 port)
{
    struct gm_selector selector = {
        .address = gm_masked(source, form.bits),
        .port = form.with_port ? port : 0,
        .bits = form.bits,
    };

    return selector;
}

/* The live binding of the source, or NULL. An entry past its time is ended, whether the controller
 * is there to remove it or not. A call of its own for the stack of those that judge: with it
 * inlined gm_stream has 528 bytes (6.18, clang 19). */
static __attribute__((noinline, unused)) struct gm_binding *
gm_binding_of(const struct gm_settings *settings, gm_u128 source, __u16 port)
{
    struct gm_selector selector = gm_selector_of(gm_form_of(settings, source), source, port);
    struct gm_binding *binding = bpf_map_lookup_elem(&gm_bindings, &selector);
    __u64 now;

    if (!binding)
        return NULL;
    now = gm_now(settings);
    if (binding->expires_ns && binding->expires_ns <= now)
        return NULL;
    return binding;
}

/* Whether the binding keeps others from its selector: not while it cools down, and not where nobody
 * authenticated for it (H14). */
static __always_inline int gm_is_exclusive(const struct gm_binding *binding)
{
    return binding->state == GM_STATE_BOUND;
}

/* Whose the identity is in the first place, or NULL. */
static __always_inline const struct gm_owner *gm_owner_of(gm_u128 identity)
{
    return bpf_map_lookup_elem(&gm_owners, &identity);
}

/* Whether the subscriber has the identity too that is `owner`'s. */
static __always_inline int gm_has_identity(const struct gm_owner *owner, __u64 subscriber,
                                           gm_u128 identity)
{
    const struct gm_owner *beside;

    if (owner && owner->subscriber == subscriber)
        return 1;
    beside = gm_owner_of(gm_beside_owner(identity, subscriber));
    if (beside && beside->expires_ns == GM_OWNER_BESIDE)
        return 1;
    /* Who becomes the owner is that before his other entry goes: perhaps between the two. */
    owner = gm_owner_of(identity);
    return owner && owner->subscriber == subscriber;
}

/* Whether the owner is another subscriber, who holds the identity live (H13). */
static __always_inline int gm_is_live_other(const struct gm_settings *settings,
                                            const struct gm_owner *owner, __u64 subscriber)
{
    return owner && owner->subscriber != subscriber &&
           (!owner->expires_ns || owner->expires_ns > gm_now(settings));
}

/* Whether the address is the core's or this host's; 0: neither. */
static __always_inline enum gm_peer gm_peer_of(const struct gm_settings *settings, gm_u128 address)
{
    struct gm_prefix_key key;
    enum gm_peer *peer;

    if (!settings->peers)
        return (enum gm_peer)0;
    key = gm_whole_address(address);
    peer = bpf_map_lookup_elem(&gm_peers, &key);
    return peer ? *peer : (enum gm_peer)0;
}

/* The hash of what `in` names; 0 where it cannot be one. */
static __always_inline int gm_hash_of(struct gm_work *w, const struct gm_settings *settings,
                                      struct gm_hash_input in, gm_u128 *hash)
{
    struct gm_hash out = {.key = {settings->hash_key[0], settings->hash_key[1]}};
    int reason = gm_hash_identity(w, &in, &out);

    *hash = out.value;
    return reason;
}

#endif
