/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * control_fuzz.c -- any bytes from a client of a ControlSocket, in pieces as
 * the network may cut them: the first byte says how long these are.  Commands
 * reach the handlers of a small router, arguments and all.
 */
#include <stdlib.h>

#include "base/strbuf.h"
#include "elements/host/control_conn.h"
#include "test/run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char config[] =
    "s :: InfiniteSource(ACTIVE false) -> c :: Counter -> q :: Queue(10)"
    " -> u :: Unqueue -> l :: Classifier(12/0800 20/01, 12/0806, -);"
    "l [0] -> m :: Meter(10Bps) -> d :: Discard; m [1] -> d;"
    "l [1] -> p :: Paint(1) -> w :: Switch(0) -> d; w [1] -> d;"
    "l [2] -> r :: RandomSample(0.5) -> r2 :: RatedSplitter(10) -> d;"
    "r2 [1] -> d; Idle -> b :: Clipboard -> d; Idle -> [1] b [1] -> d; t :: "
    "TimedSource(1, abc) -> d;"
    "h :: SimpleQueue; s2 :: RatedSource(ACTIVE false) -> h -> k ::"
    " BandwidthShaper(1000Bps) -> Unqueue -> d";

/* Commands are carried out as they come to be whole. */
static void
fuzz_talk(struct control_conn *c, const struct control_server *s,
    const uint8_t *data, size_t size, size_t piece)
{
	while (size > 0) {
		size_t n = size < piece ? size : piece;

		sb_add(&c->in, str_make((const char *)data, n));
		data += n;
		size -= n;
		while (control_conn_step(c, s))
			continue;
		c->out_pos = c->out.n;
	}
	c->in_closed = true;
	while (control_conn_step(c, s))
		continue;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct control_server server = { .e = NULL };
	struct control_conn c;
	struct trun t;

	if (size == 0)
		return 0;
	if (trun_start(&t, config) != 0)
		abort();
	server.e = router_find(t.r, STR("c"), NULL);
	server.read_only = (data[0] & 0x80) != 0;
	control_conn_init(&c);
	fuzz_talk(&c, &server, data + 1, size - 1, 1 + (data[0] & 0x7f));
	control_conn_fini(&c);
	if (trun_stop(&t) != 0)
		abort();
	return 0;
}
