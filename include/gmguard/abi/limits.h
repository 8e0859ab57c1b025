/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Every size that the kernel and the controller share, once; each with what happens beyond it.
 */
#ifndef GMGUARD_ABI_LIMITS_H
#define GMGUARD_ABI_LIMITS_H

/* Bytes of one SIP message that are judged; longer: reason oversize. A power of two, because the
 * verifier bounds offsets by masks. */
#define GM_SIP_MAX 8192
/* Lines of one header section, continuations included; more: reason oversize. */
#define GM_SIP_LINES 128
/* Listeners; the configuration refuses more. Indexes gm_counters, where 0 means "none". */
#define GM_LISTENERS 64
/* Home domains; the configuration refuses more. */
#define GM_HOMES 16
/* Bytes of a home domain's name, a multiple of 8; the configuration refuses longer ones. */
#define GM_HOME_TEXT 248
/* Text that people read in map dumps, NUL included; longer is cut there, never in a hash. Just room
 * for every selector, and for identities that are made of an IMSI (TS 23.003 13.3, 13.4B). */
#define GM_SELECTOR_TEXT 52
#define GM_IDENTITY_TEXT 54
#define GM_NAME_TEXT 32
/* Pieces of a TCP stream that are judged and not yet taken by the receiver, a power of two; the
 * oldest is forgotten, and cannot come again. */
#define GM_FLOW_PIECES 64
/* Bytes of a SIP message's body in a TCP stream; longer: reason oversize. */
#define GM_BODY_MAX 65535
/* VLAN tags in front of a guarded address; more: reason too_deep. */
#define GM_VLAN_TAGS 2
/* IPv6 extension headers in front of a guarded address; more: reason too_deep. */
#define GM_IPV6_HEADERS 6

/* Version of every layout in this folder. Pinned maps of another version are never adopted. */
#define GM_SCHEMA 8

#endif
