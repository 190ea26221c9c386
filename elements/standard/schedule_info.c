/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ScheduleInfo(ELEMENT TICKETS, ...) -- says how often elements are scheduled
 *
 *   ELEMENT    the name of an element in the same compound or within one there:
 *              "c/e"; "c/" scales all of c
 *   TICKETS    its share, 1 being normal: 0.5, 4; 0: not scheduled at first
 *
 * An element's share is what is said of it times what is said of each compound
 * around it.  Where several ScheduleInfos speak of one thing, the outermost
 * counts.
 *
 *     ScheduleInfo(src 2, c/ 0.5);
 *     src :: InfiniteSource -> Discard;
 *     c :: { InfiniteSource -> Discard };
 */
#include "click/conf.h"
#include "click/element.h"
#include "click/router.h"

enum { SHARE_SHIFT = 10, SHARE_ONE = 1 << SHARE_SHIFT };
_Static_assert(
    (int)SHARE_ONE == (int)TASK_TICKETS_DEFAULT, "tickets are shares");

struct share {
	struct str name; /* as seen from its ScheduleInfo; owned */
	uint32_t share;
};

/* All of a router are linked, its attachment being the first. */
struct schedule_info {
	struct schedule_info *next;
	struct str context; /* "d/e/" or "": the compound that it stands in */
	VEC(struct share) shares;
};

static const char schedule_info_key[] = "ScheduleInfo";

static const struct share *
schedule_info_find(const struct schedule_info *s, struct str name)
{
	/* The last one said of a name counts. */
	for (size_t i = s->shares.n; i-- > 0;)
		if (str_eq(s->shares.v[i].name, name))
			return &s->shares.v[i];
	return NULL;
}

/* What those in the compound context say of name, or NULL. */
static const struct share *
schedule_find(
    const struct schedule_info *all, struct str context, struct str name)
{
	const struct share *found = NULL;

	for (; all != NULL && found == NULL; all = all->next)
		if (str_eq(all->context, context))
			found = schedule_info_find(all, name);
	return found;
}

/* An element's name, cut behind each slash: "", "d/", "d/e/", "d/e/i". */
struct schedule_name {
	size_t n;
	size_t end[GRAPH_DEPTH_MAX + 2];
	uint32_t share[GRAPH_DEPTH_MAX + 2];
};

static void
schedule_name_init(struct schedule_name *s, struct str name)
{
	s->n = 0;
	s->end[s->n++] = 0;
	for (size_t i = str_find(name, '/', 0);
	     i < name.n && s->n < GRAPH_DEPTH_MAX + 1;
	     i = str_find(name, '/', i + 1))
		s->end[s->n++] = i + 1;
	s->end[s->n++] = name.n;
	for (size_t i = 0; i < s->n; i++)
		s->share[i] = SHARE_ONE;
}

/*
 * Notes what is said in one context.  What is said there of something within a
 * compound makes up for what was said further in of that compound.
 */
static void
schedule_apply(const struct schedule_info *all, struct schedule_name *s,
    struct str name, size_t context)
{
	size_t start = s->end[context];
	bool said = false;

	for (size_t i = s->n; i-- > context;) {
		const struct share *found = schedule_find(all,
		    str_sub(name, 0, start), str_sub(name, start, s->end[i]));

		if (found != NULL) {
			s->share[i] = found->share;
			said = true;
		} else if (said)
			s->share[i] = SHARE_ONE;
	}
}

/* Also more than a task can have, of which it then warns. */
static int32_t
schedule_tickets(const struct schedule_info *all, struct str name)
{
	struct schedule_name s;
	uint64_t tickets = SHARE_ONE;

	schedule_name_init(&s, name);
	for (size_t context = s.n - 1; context-- > 0;)
		schedule_apply(all, &s, name, context);
	for (size_t i = 0; i < s.n; i++) {
		tickets = tickets * s.share[i] / SHARE_ONE;
		if (tickets > UINT32_MAX)
			tickets = UINT32_MAX;
	}
	if (tickets > INT32_MAX)
		tickets = INT32_MAX;
	return (int32_t)tickets;
}

/* One "ELEMENT TICKETS"; an empty text is nothing. */
static int
schedule_info_add(struct schedule_info *s, struct str text, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	struct share share;
	bool overflow = false;
	int64_t x = 0;
	int err = conf_split_space(text, &mem, &words);

	if (err == 0 && words.n > 0) {
		if (words.n != 2 ||
		    !conf_fixed2(words.v[1], SHARE_SHIFT, &x, &overflow) ||
		    x < 0) {
			errh_error(errh, "expected 'ELEMENTNAME PARAM'");
		} else {
			share.name = str_dup(words.v[0]);
			share.share = x > UINT32_MAX ? UINT32_MAX : (uint32_t)x;
			err = share.name.s == NULL
			          ? ERR_NOMEM
			          : vec_push(&s->shares, share);
		}
	}
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

static int
schedule_info_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct schedule_info *s = element_state(e);
	struct router *r = e->router;
	size_t slash = str_rfind(e->name, '/');

	s->context =
	    slash < e->name.n ? str_sub(e->name, 0, slash + 1) : STR("");
	for (size_t i = 0; i < conf->n; i++)
		if (schedule_info_add(s, conf->v[i], errh) != 0)
			return ERR_NOMEM;
	s->next = router_attachment(r, schedule_info_key);
	if (router_set_attachment(r, schedule_info_key, s) != 0)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < r->nelements; i++)
		r->tickets[i] = schedule_tickets(s, r->elements[i]->name);
	return 0;
}

static void
schedule_info_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct schedule_info *s = element_state(e);

	(void)stage;
	for (size_t i = 0; i < s->shares.n; i++)
		str_free(&s->shares.v[i].name);
	vec_fini(&s->shares);
}

const struct element_class element_schedule_info = {
	.name = "ScheduleInfo",
	.state_size = sizeof(struct schedule_info),
	.phase = PHASE_INFO,
	.configure = schedule_info_configure,
	.cleanup = schedule_info_cleanup,
};
