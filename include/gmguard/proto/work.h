/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * The room in which one message is read: its bytes, and what the scanner found. It is one entry of
 * a per-CPU map in the kernel and an object on the host. All state of a scan lives here and not in
 * registers or on the stack: the verifiers of 6.1, 6.12 and 6.18 agree only on loops whose state
 * they reload from memory.
 *
 * Positions are byte offsets in `text`; a span may be empty. Whoever fills `text` sets
 * `sip.length` and eight zero bytes behind it.
 */
#ifndef GMGUARD_PROTO_WORK_H
#define GMGUARD_PROTO_WORK_H

#include "../abi/events.h"
#include "names.h"

#define GM_TEXT_MASK (GM_SIP_MAX - 1)
/* Readable bytes beyond the longest message: one run of the line scanner, and words past it. */
#define GM_TEXT_SLACK 512
/* Headers that are remembered, of those in names.h; more: reason ambiguous. */
#define GM_FIELDS 64
/* Longest start line or URI, or name within one, that is looked at; longer: reason ambiguous. */
#define GM_FIND_MAX 512

struct gm_span {
    __u16 at;
    __u16 size;
};

/* One header: where its value is (folding and blanks around it included). */
struct gm_field {
    struct gm_span value;
    __u32 header; /* enum gm_header */
};

enum gm_kind { GM_KIND_NONE = 0, GM_KIND_REQUEST = 1, GM_KIND_RESPONSE = 2 };

struct gm_sip {
    __u32 length;   /* of the message, 1 .. GM_SIP_MAX */
    __u32 streamed; /* 1: of a TCP stream: its body need not be here */
    __u32 body;     /* where the body begins */
    __u32 kind;     /* enum gm_kind */
    __u32 status;   /* of a response */
    struct gm_span method;
    struct gm_span request_uri;
    struct gm_span first[GM_H_COUNT]; /* first value of each header */
    __u8 count[GM_H_COUNT];           /* how often it is there, up to 255 */
    __u32 fields;
    struct gm_field field[GM_FIELDS]; /* in the order of the message */
};

/* The line scanner's own. */
struct gm_scan {
    __u32 at;       /* where to look on */
    __u32 line;     /* where the logical line began */
    __u32 lines;
    __u32 folded;
    __u32 start_end; /* where the start line ends */
    __u32 reason;    /* enum gm_reason; none while all is well */
    __u32 done;
};

enum gm_scheme { GM_SCHEME_OTHER = 0, GM_SCHEME_SIP = 1, GM_SCHEME_SIPS = 2, GM_SCHEME_TEL = 3 };
enum gm_host { GM_HOST_NONE = 0, GM_HOST_NAME = 1, GM_HOST_V4 = 2, GM_HOST_V6 = 3 };

struct gm_uri {
    __u32 scheme;
    struct gm_span whole;  /* from the scheme to host and port, without parameters */
    struct gm_span user;   /* empty where there is none; all of a tel: or unknown URI */
    struct gm_span host;   /* without brackets */
    struct gm_span params; /* from the first ';' or '?' to the end */
    __u32 host_kind;       /* enum gm_host */
    __u32 port;            /* 0 where it is not written */
    __u32 escaped;         /* a '%' stands in the user part: it has two readings */
    gm_u128 address;       /* of a literal */
};

/* One name-addr of a comma-separated list, and the list's state. */
struct gm_value {
    struct gm_span uri;    /* between < and >, or the addr-spec */
    struct gm_span params; /* behind it, from the first ';' */
    __u32 at;              /* where to look on */
    __u32 end;             /* of the header's value */
    __u32 mode;
    __u32 start;
    __u32 reason;
    __u32 done;
};

struct gm_digest {
    struct gm_span scheme;
    __u32 is_digest;
    __u32 seen; /* bits 1 << enum gm_digest_name */
    struct gm_span value[GM_D_COUNT]; /* without quotes */
    __u32 at;
    __u32 end;
    __u32 open; /* id + 1 of the quoted value that is being read */
    __u32 start;
    __u32 reason;
    __u32 done;
};

struct gm_params {
    __u32 seen; /* bits 1 << enum gm_param */
    __u32 at;   /* where the current parameter began */
    __u32 scan; /* where to look on */
    __u32 end;
    __u32 quoted; /* in a quoted string */
    __u32 list; /* a comma was met: more than one value */
    __u32 reason;
    struct gm_span value[GM_P_COUNT];
};

struct gm_literal {
    __u16 groups[8]; /* collected so far */
    __u32 at;
    __u32 end;
    __u32 group; /* of gm_read_v4: the address */
    __u32 count;
    __u32 gap; /* groups before "::", + 1 */
};

struct gm_work {
    struct gm_record record; /* directly in front of the text, so that both leave in one copy */
    char text[GM_SIP_MAX + GM_TEXT_SLACK];
    struct gm_sip sip;
    struct gm_scan scan;
    struct gm_uri uri;
    struct gm_value value;
    struct gm_digest digest;
    struct gm_params params;
    struct gm_literal literal;
    __u32 sos; /* every Contact is for emergency calls */
    gm_u128 own; /* hash of the default IMPU of who is bound to the source; 0: none */
};

/* The byte, or the address of the byte, at a position that may be anything. */
GM_INLINE const char* gm_at(const struct gm_work* w, __u32 at)
{
    GM_FORGET(at);
    return w->text + (at & GM_TEXT_MASK);
}

GM_INLINE struct gm_span gm_span(__u32 at, __u32 end)
{
    struct gm_span s = {(__u16)at, (__u16)(end > at ? end - at : 0)};

    return s;
}

GM_INLINE __u32 gm_end(struct gm_span s) { return (__u32)s.at + s.size; }

/* How gm_loop's steps get at the room: through a stack slot, as bpf_loop demands. */
struct gm_step {
    struct gm_work* w;
};

#endif
