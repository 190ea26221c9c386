/* SPDX-License-Identifier: BSD-3-Clause */
/* payer.c -- see payer.h. */
#include "vale/payer.h"
#include "base/steady.h"

void
payer_charge_at(struct payer *p, int64_t now_ns, int64_t ns)
{
	int64_t most = now_ns + PAYER_AHEAD_NS + PAYER_DEBT_NS;

	if (p->paid_ns < now_ns)
		p->paid_ns = now_ns; /* what it did not use is gone */
	if (ns >= (most - p->paid_ns) / PAYER_SHARE)
		p->paid_ns = most; /* nobody is locked out for long */
	else
		p->paid_ns += ns * PAYER_SHARE;
}

int64_t
payer_wait_at(const struct payer *p, int64_t now_ns)
{
	int64_t ahead = p->paid_ns - now_ns;

	return ahead > PAYER_AHEAD_NS ? ahead - PAYER_AHEAD_NS : 0;
}

void
payer_charge(struct payer *p, int64_t began_ns)
{
	int64_t now = steady_ns();

	payer_charge_at(p, now, now - began_ns);
}

int64_t
payer_wait_ns(const struct payer *p)
{
	return payer_wait_at(p, steady_ns());
}
