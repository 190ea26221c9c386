/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * payer.h -- what somebody may use of the control thread's time: a tenth of it
 * on average, a tenth of a second at once.
 *
 *	began = steady_ns();
 *	...                        what he has asked for
 *	payer_charge(&p, began);
 *	if (payer_wait_ns(&p) > 0)
 *		...                his next request waits that long
 *
 * By time and not by requests: what one costs differs by a factor of a hundred
 * (a port that comes or goes waits for every worker), and a connection that is
 * dropped at once asks for nothing and costs still.
 */
#ifndef VALE_PAYER_H
#define VALE_PAYER_H

#include <stdint.h>

enum { PAYER_SHARE = 10 };
/* Of its own share: what may be used in advance, and the longest debt. */
static const int64_t PAYER_AHEAD_NS = 1000000000, PAYER_DEBT_NS = 1000000000;

struct payer {
	int64_t paid_ns; /* its share is used up until then; 0 at first */
};

void payer_charge(struct payer *p, int64_t began_ns);
/* How long it must wait now; 0: it need not. */
int64_t payer_wait_ns(const struct payer *p);

/* The same at a given time, of work that took ns. */
void payer_charge_at(struct payer *p, int64_t now_ns, int64_t ns);
int64_t payer_wait_at(const struct payer *p, int64_t now_ns);

#endif
