/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * link_fuzz.c -- any bytes on a control link, to a guest with one router.
 *
 * Beside the sanitizers' findings it is an error when the guest answers with
 * something that is no message.
 */
#include "clickos/control.h"
#include "test/fake_link.h"
#include "test/guest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { STEPS = 8 };

static struct {
	struct guest *g;
	struct os_waiter *w;
} fuzz;

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct control *c;
	struct fake_link f;
	struct message m;
	struct str out;
	size_t n;

	if (fuzz.g == NULL)
		fuzz.g = tguest_single(&fuzz.w);
	c = control_new(fuzz.g, fuzz.w);
	fake_link_init(&f);
	sb_add(&f.in, str_make((const char *)data, size));
	tguest_tame(f.in.s, f.in.n);
	(void)control_add(c, &f.link);
	for (int i = 0; i < STEPS && !f.closed; i++)
		(void)control_step(c);
	for (out = sb_str(&f.out); out.n > 0; out = str_from(out, n))
		if (control_frame(out, &n) != 0 || n == 0 || n > out.n ||
		    control_check(str_sub(out, 0, n), &m, NULL) != 0 ||
		    !m.reply)
			abort();
	control_free(c);
	fake_link_fini(&f);
	return 0;
}
