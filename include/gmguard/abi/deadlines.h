/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
 *
 * Every time that the kernel and the controller share, once.
 */
#ifndef GMGUARD_ABI_DEADLINES_H
#define GMGUARD_ABI_DEADLINES_H

/* So long a header section in a TCP stream may take. Behind it gm_stream ends the connection when
 * another byte comes, and the controller when none does. */
#define GM_HEADER_NS 10000000000ULL

#endif
