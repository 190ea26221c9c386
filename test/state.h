/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * state.h -- what elements know (click/state.h), from one running configuration
 * (run.h) to another, as from process to process.
 */
#ifndef TEST_STATE_H
#define TEST_STATE_H

#include "click/state.h"
#include "test/run.h"

/* All parts of t's state, one after the other, in *out; how many. */
UNUSED static unsigned int
tstate_save(struct trun *t, struct strbuf *out)
{
	struct state_place at = { .element = 0 };
	unsigned int n = 0;

	for (; at.element != STATE_END; n++)
		state_save(t->r, master_thread(t->m, 0), &at, out);
	return n;
}

/* Has t take them; 0, or the first error, told to t's log. */
UNUSED static int
tstate_load(struct trun *t, struct str parts)
{
	int err = 0;

	while (err == 0 && parts.n > 0) {
		struct state_head head = { .length = 0 };
		size_t n = parts.n;

		if (n >= sizeof(head))
			memcpy(&head, parts.s, sizeof(head));
		if (head.length < n - sizeof(head))
			n = sizeof(head) + head.length;
		err = state_load(t->r, master_thread(t->m, 0),
		    str_sub(parts, 0, n), &t->errh);
		parts = str_from(parts, n);
	}
	return err;
}

/*
 * Ends t's configuration and begins the same anew, with its state: 0, or
 * negative with a reason in t's log.  *lost: packets that did not come home.
 */
UNUSED static int
tstate_move(struct trun *t, const char *text, uint32_t *lost)
{
	struct strbuf parts = STRBUF_INIT;
	int err;

	(void)tstate_save(t, &parts);
	*lost = trun_stop(t);
	err = trun_start(t, text);
	if (err == 0)
		err = tstate_load(t, sb_str(&parts));
	sb_fini(&parts);
	return err;
}

#endif
