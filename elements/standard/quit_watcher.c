/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * QuitWatcher(ELEMENT, ...) -- stops the driver when an element is done
 *
 *   ELEMENT    an element with a "scheduled" handler
 *
 * Every 10 ms it looks whether all are still scheduled, and stops the driver
 * when one is not.
 *
 *     s :: InfiniteSource(LIMIT 1000000) -> Discard;
 *     QuitWatcher(s);
 */
#include "base/stamp.h"
#include "click/conf.h"
#include "click/element.h"
#include "click/hcall.h"
#include "click/router.h"

enum { QUIT_WATCHER_MS = 10 };

struct quit_watcher {
	VEC(struct hcall) watched;
	struct timer timer;
};

static int
quit_watcher_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	(void)e;
	(void)conf; /* read in initialize, when there are handlers */
	(void)errh;
	return 0;
}

/* True when the handler says no, or nothing. */
static bool
quit_watcher_done(const struct hcall *h, struct thread *t)
{
	struct strbuf sb = STRBUF_INIT;
	bool done;

	(void)hcall_read(h, t, &sb, NULL); /* says nothing then */
	done = sb.n == 0 || sb.s[0] == 'f';
	sb_fini(&sb);
	return done;
}

static void
quit_watcher_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct quit_watcher *s = element_state(e);

	for (size_t i = 0; i < s->watched.n; i++)
		if (quit_watcher_done(&s->watched.v[i], t)) {
			router_please_stop(e->router);
			return;
		}
	timer_schedule_after(timer, QUIT_WATCHER_MS * NS_PER_MS);
}

static int
quit_watcher_watch(struct element *e, struct str name, struct errh *errh)
{
	struct quit_watcher *s = element_state(e);
	struct hcall h = { .h = NULL };
	struct strbuf sb = STRBUF_INIT;
	int err;

	sb_add(&sb, name);
	sb_adds(&sb, ".scheduled");
	err = sb.oom ? ERR_NOMEM
	             : hcall_reset(&h, sb_str(&sb), HANDLER_READ, e, errh);
	sb_fini(&sb);
	if (err == 0)
		err = vec_push(&s->watched, h);
	return err;
}

static int
quit_watcher_initialize(struct element *e, struct errh *errh)
{
	struct quit_watcher *s = element_state(e);
	struct arena mem = ARENA_INIT;
	struct strs names = VEC_INIT;
	int err = conf_split(e->config, &mem, &names);

	for (size_t i = 0; i < names.n; i++) {
		int one = quit_watcher_watch(e, names.v[i], errh);

		if (one != 0)
			err = one;
	}
	vec_fini(&names);
	arena_fini(&mem);
	timer_init(&s->timer, e, quit_watcher_fire);
	if (err == 0)
		timer_schedule_after(&s->timer, QUIT_WATCHER_MS * NS_PER_MS);
	return err;
}

static void
quit_watcher_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct quit_watcher *s = element_state(e);

	(void)stage;
	for (size_t i = 0; i < s->watched.n; i++)
		hcall_fini(&s->watched.v[i]);
	vec_fini(&s->watched);
	timer_fini(&s->timer);
}

const struct element_class element_quit_watcher = {
	.name = "QuitWatcher",
	.state_size = sizeof(struct quit_watcher),
	.configure = quit_watcher_configure,
	.initialize = quit_watcher_initialize,
	.cleanup = quit_watcher_cleanup,
};
