/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * AlignmentInfo(ELEMENT CHUNK OFFSET [CHUNK OFFSET...], ...) -- says how
 *packets that come to elements are aligned in memory.
 *
 *   ports     none
 *   each pair is for one input of ELEMENT: packets begin OFFSET bytes after a
 *   multiple of CHUNK
 *
 * click-align writes it.  Only Classifier's "program" handler shows it: our
 * elements read bytes at any alignment.
 *
 *	AlignmentInfo(c 4 2);
 */
#include "elements/standard/alignment_info.h"
#include "click/conf.h"
#include "click/element.h"
#include "click/router.h"

struct alignment {
	const struct element *e;
	unsigned int port;
	int32_t chunk, offset;
};

struct alignment_info {
	VEC(struct alignment) known;
};

static const char alignment_attachment[] = "AlignmentInfo";

static bool
alignment_find(const struct alignment_info *s, const struct element *e,
    unsigned int port, struct alignment *found)
{
	/* What was said last holds. */
	for (size_t i = s->known.n; i-- > 0;)
		if (s->known.v[i].e == e && s->known.v[i].port == port) {
			*found = s->known.v[i];
			return true;
		}
	return false;
}

bool
alignment_query(
    const struct element *e, unsigned int port, int32_t *chunk, int32_t *offset)
{
	const struct element *info =
	    router_attachment(e->router, alignment_attachment);
	struct alignment a;

	if (info == NULL || !alignment_find(element_state(info), e, port, &a))
		return false;
	*chunk = a.chunk;
	*offset = a.offset;
	return true;
}

static int32_t
alignment_number(struct str word, const char *what, struct errh *errh)
{
	bool overflow = false;
	int64_t x;

	if (conf_i64(word, 0, &x, &overflow) && !overflow && x >= INT32_MIN &&
	    x <= INT32_MAX)
		return (int32_t)x;
	errh_error(errh, "expected %s", what);
	return -1;
}

static int
alignment_add(struct alignment_info *s, const struct element *e,
    const struct strs *words, struct errh *errh)
{
	bool conflict = false;

	if (words->n % 2 != 1)
		errh_error(errh,
		    "expected 'ELEMENTNAME CHUNK OFFSET [CHUNK OFFSET...]'");
	for (size_t i = 1; i + 1 < words->n; i += 2) {
		struct alignment a = { e, (unsigned int)(i / 2), 0, 0 }, old;

		a.chunk = alignment_number(words->v[i], "CHUNK", errh);
		a.offset = alignment_number(words->v[i + 1], "OFFSET", errh);
		conflict |= alignment_find(s, e, a.port, &old) &&
		            (old.chunk != a.chunk || old.offset != a.offset);
		if (vec_push(&s->known, a) != 0)
			return errh_error(errh, "out of memory!");
	}
	if (conflict)
		errh_error(errh, "conflicting AlignmentInfo for '%.*s'",
		    STR_ARG(words->v[0]));
	return 0;
}

static int
alignment_info_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct element *first =
	    router_attachment(e->router, alignment_attachment);
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	int err = 0;

	if (first == NULL) {
		first = e;
		err = router_set_attachment(e->router, alignment_attachment, e);
	}
	for (size_t i = 0; i < conf->n && err == 0; i++) {
		struct element *named;

		words.n = 0;
		err = conf_split_space(conf->v[i], &mem, &words);
		if (err != 0)
			break;
		if (words.n == 0) {
			errh_warning(
			    errh, "empty configuration argument %zu", i);
			continue;
		}
		named = router_find(e->router, words.v[0], e);
		if (named != NULL)
			err = alignment_add(
			    element_state(first), named, &words, errh);
	}
	vec_fini(&words);
	arena_fini(&mem);
	return err;
}

static void
alignment_info_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct alignment_info *s = element_state(e);

	(void)stage;
	vec_fini(&s->known);
}

const struct element_class element_alignment_info = {
	.name = "AlignmentInfo",
	.ports = "0/0",
	.phase = PHASE_INFO,
	.state_size = sizeof(struct alignment_info),
	.configure = alignment_info_configure,
	.cleanup = alignment_info_cleanup,
};
