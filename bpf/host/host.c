// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// The host's side of host.h: gm_inside's own source, and the helpers that the programs call.

#define _GNU_SOURCE

#include "run.h"

#include "../gm_inside.bpf.c"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/* Values that one run may be given, of all maps together. */
#define GM_HOST_GIVEN 32

/* A value given to the program: where it came from, how it was, how it is. */
struct given {
    const struct gm_host_map *map;
    unsigned char key[64];
    void *was;
    void *is;
};

static const struct gm_host_caller *now_host;
static struct given given[GM_HOST_GIVEN];
static unsigned given_count;
static struct gm_work room;
static const struct gm_host_scratch *scratch;

/* clang-format off */
#define TABLE(map) {&map, {#map, sizeof(*map.key), sizeof(*map.value)}}
#define RING(map) {&map, {#map, 0, 0}}
/* clang-format on */
static const struct {
    const void *address;
    struct gm_host_map map;
} maps[] = {
    TABLE(gm_listeners), TABLE(gm_pools),    TABLE(gm_peers),      TABLE(gm_ifaces),
    TABLE(gm_bindings),  TABLE(gm_owners),   TABLE(gm_challenges), TABLE(gm_buckets),
    TABLE(gm_pinholes),  TABLE(gm_probes),   TABLE(gm_caps),       TABLE(gm_counters),
    TABLE(gm_losses),    TABLE(gm_settings), TABLE(gm_spis),       TABLE(gm_graces),
    RING(gm_sip_clear),  RING(gm_sip_inner), RING(gm_sip_core),    RING(gm_events),
};

static const struct gm_host_map *map_at(const void *address)
{
    for (size_t i = 0; i < sizeof(maps) / sizeof(*maps); ++i)
        if (maps[i].address == address)
            return &maps[i].map;
    return NULL;
}

/* The programs' scratch is nobody else's, so it stays here. */
static void *own(const void *address)
{
    if (address == (const void *)&gm_work)
        return &room;
    return scratch && address == scratch->map ? scratch->room : NULL;
}

void *bpf_map_lookup_elem(void *address, const void *key)
{
    const struct gm_host_map *map = map_at(address);
    struct given *entry;

    if (own(address))
        return own(address);
    if (!map || given_count == GM_HOST_GIVEN || map->key_size > sizeof(entry->key))
        return NULL;
    for (unsigned i = 0; i < given_count; ++i)
        if (given[i].map == map && !memcmp(given[i].key, key, map->key_size))
            return given[i].is;
    entry = &given[given_count];
    entry->was = aligned_alloc(16, (map->value_size + 15) / 16 * 16);
    entry->is = aligned_alloc(16, (map->value_size + 15) / 16 * 16);
    if (!entry->was || !entry->is || !now_host->lookup(now_host->caller, map, key, entry->is)) {
        free(entry->was);
        free(entry->is);
        return NULL;
    }
    memcpy(entry->was, entry->is, map->value_size);
    memcpy(entry->key, key, map->key_size);
    entry->map = map;
    given_count++;
    return entry->is;
}

long bpf_map_update_elem(void *address, const void *key, const void *value, __u64 flags)
{
    const struct gm_host_map *map = map_at(address);

    (void)flags;
    if (!map)
        return -1;
    now_host->store(now_host->caller, map, key, value);
    return 0;
}

long bpf_skb_load_bytes(const void *context, __u32 offset, void *to, __u32 length)
{
    const struct __sk_buff *skb = context;

    if ((__u64)offset + length > skb->data_end - skb->data)
        return -1;
    memcpy(to, (const char *)(unsigned long)skb->data + offset, length);
    return 0;
}

long bpf_ringbuf_output(void *ring, void *data, __u64 size, __u64 flags)
{
    const struct gm_host_map *map = map_at(ring);

    (void)flags;
    if (map)
        now_host->output(now_host->caller, map, data, size);
    return 0;
}

static __u64 nanoseconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (__u64)t.tv_sec * 1000000000ULL + (__u64)t.tv_nsec;
}

__u64 bpf_ktime_get_ns(void) { return nanoseconds(CLOCK_MONOTONIC); }
__u64 bpf_ktime_get_coarse_ns(void) { return nanoseconds(CLOCK_MONOTONIC_COARSE); }
/* Ticks of a kernel with 250 of them a second. */
__u64 bpf_jiffies64(void) { return nanoseconds(CLOCK_MONOTONIC_COARSE) / 4000000; }

/* Gives changed values back, and forgets them all. */
static void settle(void)
{
    for (unsigned i = 0; i < given_count; ++i) {
        if (memcmp(given[i].was, given[i].is, given[i].map->value_size))
            now_host->store(now_host->caller, given[i].map, given[i].key, given[i].is);
        free(given[i].was);
        free(given[i].is);
    }
    given_count = 0;
}

int gm_host_run(const struct gm_host_caller *host, const struct gm_host_packet *packet,
                const struct gm_host_program *program)
{
    struct __sk_buff skb = {};
    char *low;
    int verdict;

    if (!packet->size || packet->size > GM_HOST_PACKET)
        return -1;
    /* The context holds addresses in 32 bits. */
    low = mmap(NULL, GM_HOST_PACKET, PROT_READ | PROT_WRITE,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED)
        return -1;
    memcpy(low, packet->data, packet->size);
    skb.data = (__u32)(unsigned long)low;
    skb.data_end = skb.data + (__u32)packet->size;
    skb.len = (__u32)packet->size;
    skb.ifindex = packet->device.ifindex;
    skb.protocol = bpf_htons((*low & 0xf0) == 0x40 ? ETH_P_IP : ETH_P_IPV6);
    skb.sk = program->socket;
    now_host = host;
    scratch = &program->scratch;
    verdict = program->run(&skb);
    settle();
    munmap(low, GM_HOST_PACKET);
    return verdict;
}

int gm_host_inside(const struct gm_host_caller *host, const struct gm_host_packet *packet)
{
    const struct gm_host_program program = {.run = gm_inside};

    gm_host_netns = packet->device.netns;
    gm_host_opened = packet->opened;
    gm_host_tunnel = packet->tunnel;
    return gm_host_run(host, packet, &program);
}
