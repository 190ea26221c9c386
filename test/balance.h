/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * balance.h -- that no frame is lost unaccounted, for tests of the switch.
 */
#ifndef TEST_BALANCE_H
#define TEST_BALANCE_H

#include "vale/port_mem.h"
#include "vale/vale.h"

/*
 * Received + copies - sent - drops of all that the switch sw ever had for
 * ports; 0 when no frame is under way.
 */
UNUSED static int64_t
balance_of(struct vale *v, struct str sw)
{
	struct vale_counts c;
	uint64_t in, out;

	if (vale_switch_counts(v, sw, &c, NULL) != 0)
		return -1;
	in = c.rx.frames + c.rx.copies;
	out = c.tx.frames;
	for (int i = 0; i < DROP_REASONS; i++)
		out += c.rx.drops[i] + c.tx.drops[i];
	return (int64_t)(in - out);
}

/* How many of a memory port's counters differ from what went through it. */
UNUSED static unsigned int
balance_wrong(struct vale_port *p)
{
	struct vale_counts c;
	uint64_t given, taken;

	vale_mem_moved(p, &given, &taken);
	vale_port_counts(p, &c);
	return (c.rx.frames != given) + (c.tx.frames != taken);
}

#endif
