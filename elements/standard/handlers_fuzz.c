/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * handlers_fuzz.c -- any bytes as what handlers are given: the first byte picks
 * an element, the second one of its handlers, the rest is the value written,
 * the parameter read with, and after a zero byte the next call.  Then packets
 * go through the router as it is now.
 */
#include <stdlib.h>

#include "click/internal.h"
#include "test/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BURST_DIGITS = 4 };

static const char config[] =
    "s :: InfiniteSource(ACTIVE false, LIMIT 50, LENGTH 90)"
    " -> Align(4, 0) -> AverageCounter -> Bypass -> c :: Counter"
    " -> CheckLength(1500) -> Pad(60) -> Paint(1) -> Print(x, ACTIVE false)"
    " -> SetAnnoByte(1, 2) -> SetTimestamp -> Strip(2) -> Unstrip(2)"
    " -> StoreData(0, x) -> Truncate(80) -> RandomBitErrors(0)"
    " -> CheckPaint(1) -> sw :: Switch(0) -> sup :: Suppressor -> k :: Block(0)"
    " -> rs :: RandomSample(1) -> q :: Queue(10) -> u :: Unqueue(4)"
    " -> m :: Meter(10Bps) -> sp :: RatedSplitter(10) -> d :: Discard;"
    "k [1] -> d; m [1] -> bs :: BandwidthRatedSplitter(9Bps) "
    "-> "
    "d; bs [1] -> d;"
    "sp [1] -> l :: Classifier(12/0800 20/01, -) -> d; l [1] -> d;"
    "TimedSource(1, abc) -> f :: FrontDropQueue(5) -> sh :: Shaper(10)"
    " -> RatedUnqueue(10) -> d; Idle -> b :: Clipboard -> d; Idle -> [1] b [1] "
    "-> d;"
    "RatedSource(RATE 9, ACTIVE false) -> h :: SimpleQueue -> CoDel"
    " -> BandwidthShaper(1000Bps) -> DelayShaper(0.1) -> TimedSink(1);"
    "Idle -> RED(5, 50, 0.02) -> mq :: MixedQueue -> LinkUnqueue(1ms, 10kbps)"
    " -> StrideSwitch(1) -> d; Idle -> CheckIPHeader -> IPFilter(allow all)"
    " -> SetIPDSCP(1) -> DecIPTTL -> StaticIPLookup(0/0 0) -> d;"
    "Idle -> LinearIPLookup(0/0 0) -> d; Idle -> RadixIPLookup(0/0 0) -> d;"
    "Idle -> rw :: IPRewriter(keep 0 0) -> IPFragmenter(500) -> d;"
    "Idle -> UDPIPEncap(1.0.0.1, 1, 2.0.0.2, 2) -> EtherEncap(0x800,"
    " 1:1:1:1:1:1, 2:2:2:2:2:2) -> d; Idle -> [1] mq;";

struct fuzz_pick {
	struct trun *t;
	struct element *e;
	struct str text;
	unsigned int left; /* handlers to pass over */
};

/* Writes to the one that was picked, then reads it. */
static void
fuzz_call(void *arg, const struct handler *h)
{
	struct fuzz_pick *p = arg;
	struct handler_call call = { .thread = master_thread(p->t->m, 0),
		.errh = &p->t->errh,
		.out = &p->t->result,
		.text = p->text };

	if (p->left-- != 0)
		return;
	/* A billion packets at a time are what was asked for, and take long. */
	if (str_is(h->name, "burst") && p->text.n > BURST_DIGITS)
		return;
	sb_clear(&p->t->result);
	if (h->write != NULL)
		(void)handler_write(p->t->r, p->e, h, &call);
	if (h->read == NULL)
		return;
	if ((h->flags & HANDLER_PARAM) == 0)
		call.text = STR("");
	(void)handler_read(p->t->r, p->e, h, &call);
}

static void
fuzz_one(struct trun *t, const uint8_t *data, size_t size)
{
	struct fuzz_pick pick = { .t = t };

	if (size < 2)
		return;
	pick.e = router_element(t->r, data[0] % t->r->nelements);
	pick.left = data[1] % 32;
	pick.text = str_make((const char *)data + 2, size - 2);
	handler_each(t->r, pick.e, fuzz_call, &pick);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = str_make((const char *)data, size);
	struct trun t;

	if (trun_start(&t, config) != 0)
		abort();
	while (rest.n > 2) {
		size_t end = str_find(rest, '\0', 2);

		fuzz_one(&t, (const uint8_t *)rest.s, end);
		rest = str_from(rest, end < rest.n ? end + 1 : end);
	}
	(void)trun_write(&t, "s.active", "true");
	for (int i = 0; i < 200; i++) {
		struct thread *thread = master_thread(t.m, 0);

		if (thread->ntasks > 0)
			(void)thread_run_task(thread);
	}
	if (trun_stop(&t) != 0)
		abort();
	return 0;
}
