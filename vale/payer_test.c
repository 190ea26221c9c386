/* SPDX-License-Identifier: BSD-3-Clause */
/* payer_test.c -- shares of the control thread's time, and its timers. */
#include "base/steady.h"
#include "test/tap.h"
#include "vale/payer.h"
#include "vale/vale.h"

enum { MS = 1000000 };

static void
test_share(void)
{
	struct payer p = { 0 };
	int64_t now = 5000 * (int64_t)MS, used = 0;

	is_num(payer_wait_at(&p, now), 0, "a new one need not wait");
	payer_charge_at(&p, now, 100 * MS);
	is_num(payer_wait_at(&p, now), 0, "a tenth of a second at once");
	payer_charge_at(&p, now, 2 * MS);
	is_num(payer_wait_at(&p, now), 20 * MS, "then as its share has it");
	is_num(payer_wait_at(&p, now + 19 * MS), MS, "no sooner");
	is_num(payer_wait_at(&p, now + 20 * MS), 0, "nor later");
	payer_charge_at(&p, now, 3600 * (int64_t)1000 * MS);
	is_num(payer_wait_at(&p, now), PAYER_DEBT_NS, "a debt has an end");
	now += PAYER_DEBT_NS + PAYER_AHEAD_NS;
	is_num(payer_wait_at(&p, now), 0, "it is paid");
	for (int64_t end = now + 10000 * (int64_t)MS; now < end; now += MS)
		if (payer_wait_at(&p, now) == 0) {
			payer_charge_at(&p, now, MS);
			used += MS;
		}
	ok(used >= 1000 * (int64_t)MS && used <= 1110 * (int64_t)MS,
	    "in ten seconds: a tenth, and what it may have in advance");
}

/* What a timer says when it is called. */
struct alarm {
	struct vale_timer timer;
	struct vale *vale;
	struct alarm *stops; /* another, which it ends */
	int times, again;
};

static void
alarm_rings(void *arg)
{
	struct alarm *a = arg;

	a->times++;
	if (a->stops != NULL)
		vale_never(&a->stops->timer);
	if (a->again-- > 0)
		vale_later(a->vale, &a->timer, MS);
}

static void
wait_ms(struct vale *v, int ms)
{
	int64_t end = steady_ns() + ms * (int64_t)MS;

	while (steady_ns() < end)
		vale_wait(v, 1);
}

static void
test_timers(void)
{
	struct vale_options o = { .poll_ns = VALE_POLL_NS };
	struct diag why = { "" };
	struct vale *v = vale_new(&o, &why);
	struct alarm a[4] = { { .times = 0 } };
	int64_t began;

	for (int i = 0; i < 4; i++) {
		a[i].vale = v;
		a[i].timer.expire = alarm_rings;
		a[i].timer.arg = &a[i];
	}
	a[0].again = 2;
	a[1].stops = &a[2];
	vale_later(v, &a[0].timer, MS);
	vale_later(v, &a[2].timer, 6 * MS);
	vale_later(v, &a[1].timer, 5 * MS);
	vale_later(v, &a[3].timer, 1000000 * (int64_t)MS);
	vale_later(v, &a[3].timer, 3 * MS);
	vale_never(&a[3].timer);
	vale_never(&a[3].timer);
	began = steady_ns();
	vale_wait(v, -1);
	ok(steady_ns() - began >= MS - 1000, "who waits for ever is woken");
	is_num(a[1].times, 0, "by the first");
	wait_ms(v, 20);
	is_num(a[0].times, 3, "one that sets itself again");
	is_num(a[1].times, 1, "one that ends another");
	is_num(a[2].times, 0, "which is not heard");
	is_num(a[3].times, 0, "nor one that was ended before");
	vale_later(v, &a[2].timer, 0);
	vale_wait(v, 1000);
	is_num(a[2].times, 1, "one that is due");
	vale_free(v);
}

int
main(void)
{
	test_share();
	test_timers();
	return tap_done();
}
