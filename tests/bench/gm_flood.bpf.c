// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
//
// The flood: run by BPF_PROG_RUN with live frames, which stay as they were left, so that a program
// that rewrites the source of the one packet it is given, and redirects it, sends millions of them
// a second from one CPU. Beside it the least that a guard can be.

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "gm_flood.h"

struct gm_flood_job gm_flood_job;
struct gm_flood_tally gm_flood_tally;

struct gm_flood_frame {
    struct ethhdr ethernet;
    struct iphdr ip;
    struct udphdr udp;
    __u64 payload[2];
} __attribute__((packed));

/* xorshift64 */
static __always_inline __u64 gm_flood_random(void) {
    __u64 x = gm_flood_tally.random;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    gm_flood_tally.random = x;
    return x;
}

/* Whether a packet is due. What could not be sent in time is let go after 10 ms. */
static __always_inline int gm_flood_is_due(void) {
    __u64 now = bpf_ktime_get_ns();

    if (now < gm_flood_tally.due_ns)
        return 0;
    if (now - gm_flood_tally.due_ns > 10 * 1000 * 1000)
        gm_flood_tally.due_ns = now;
    gm_flood_tally.due_ns += gm_flood_job.interval_ns;
    return 1;
}

static __always_inline __u16 gm_flood_fold(__u32 sum) {
    sum = (sum & 0xffff) + (sum >> 16);
    return (__u16) ~((sum & 0xffff) + (sum >> 16));
}

/* Writes `number` in two digits. */
static __always_inline void gm_flood_digits(char* at, __u32 number) {
    at[0] = (char)('0' + number / 10);
    at[1] = (char)('0' + number % 10);
}

/* "100.1aa.1bb.1cc:ppppp" where the payload has it. */
static __always_inline void gm_flood_write(char* at, __u32 n, __u32 port) {
    gm_flood_digits(at + 5, n / 10000);
    gm_flood_digits(at + 9, n / 100 % 100);
    gm_flood_digits(at + 13, n % 100);
    at[16] = (char)('0' + port / 10000);
    gm_flood_digits(at + 17, port / 100 % 100);
    gm_flood_digits(at + 19, port % 100);
}

/* Counts a packet, and looks at the clock now and then. */
static __always_inline void gm_flood_mark(void) {
    if (gm_flood_tally.sent % GM_FLOOD_MARK == 0) {
        gm_flood_tally.last_ns = bpf_ktime_get_ns();
        if (gm_flood_tally.sent == 0)
            gm_flood_tally.begun_ns = gm_flood_tally.last_ns;
    }
    gm_flood_tally.sent++;
}

SEC("xdp")
int gm_flood(struct xdp_md* ctx) {
    struct gm_flood_frame* f = (void*)(long)ctx->data;
    void* end = (void*)(long)ctx->data_end;
    __u64 dice;
    __u32 n, port, i;

    if ((void*)(f + 1) > end)
        return XDP_ABORTED;
    if (gm_flood_job.interval_ns && !gm_flood_is_due())
        return XDP_DROP;
    dice = gm_flood_random();
    n = (dice >> 32) * GM_FLOOD_SOURCES >> 32;
    port = GM_FLOOD_PORT + n % GM_FLOOD_PORTS;
    f->ip.saddr = bpf_htonl(100u << 24 | (100 + n / 10000) << 16 | (100 + n / 100 % 100) << 8 |
                            (100 + n % 100));
    f->ip.check =
        gm_flood_fold(gm_flood_job.header_sum + (f->ip.saddr & 0xffff) + (f->ip.saddr >> 16));
    f->udp.source = bpf_htons(port);
    if (gm_flood_job.is_junk) {
        f->payload[0] = gm_flood_random();
        f->payload[1] = dice;
    }
    for (i = 0; i < GM_FLOOD_TEXTS; i++) {
        __u32 offset = gm_flood_job.text_at[i] & 0x7ff;
        char* at = (char*)f + offset;

        if (!offset)
            break;
        if ((void*)(at + GM_FLOOD_TEXT_SIZE) > end)
            return XDP_ABORTED;
        gm_flood_write(at, n, port);
    }
    gm_flood_mark();
    return (int)bpf_redirect(gm_flood_job.device, 0);
}

SEC("xdp")
int gm_drop_all(struct xdp_md* ctx) {
    return XDP_DROP;
}

char gm_flood_license[] SEC("license") = "Dual BSD/GPL";
