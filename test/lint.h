/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lint.h -- contracts that the analysers of make lint cannot see, because
 * they look at one file at a time.  Included before each file there, and
 * nowhere else: no compiled code knows of it.
 *
 *   - whoever reports a mistake returns a negative error, so that results are
 *     set wherever no error was returned;
 *   - whoever asks for an IP or transport header has asked before how many of
 *     its bytes are in the packet, which is none when it is not set.
 */
#ifndef TEST_LINT_H
#define TEST_LINT_H

#include "base/diag.h"
#include "click/errh.h"
#include "click/packet.h"

static inline int
lint_negative(int err)
{
	if (err >= 0)
		__builtin_unreachable();
	return err;
}

static inline struct ip4 *
lint_ip4(const struct packet *p)
{
	if (p->network < 0)
		__builtin_unreachable();
	return packet_ip4(p);
}

static inline struct ip6 *
lint_ip6(const struct packet *p)
{
	if (p->network < 0)
		__builtin_unreachable();
	return packet_ip6(p);
}

static inline uint8_t *
lint_transport(const struct packet *p)
{
	if (p->transport < 0)
		__builtin_unreachable();
	return packet_transport(p);
}

#define diag(...)           lint_negative(diag(__VA_ARGS__))
#define errh_error(...)     lint_negative(errh_error(__VA_ARGS__))
#define packet_ip4(p)       lint_ip4(p)
#define packet_ip6(p)       lint_ip6(p)
#define packet_transport(p) lint_transport(p)

#endif
