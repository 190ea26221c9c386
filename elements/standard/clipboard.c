/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Clipboard(OFFSET/LENGTH, ...) -- copies bytes from packets of one stream into
 * those of another.
 *
 *   in 0 -> out 0   packets whose bytes in the given ranges are copied
 *   in 1 -> out 1   packets into which the last copy is pasted, at the same
 *                   places; one too short for all ranges stays as it is
 *
 * Bytes that a packet of stream 0 does not have are those of the one before.
 *
 *	c :: Clipboard(12/8);  requests -> [0] c;  replies -> [1] c;
 */
#include "click/element.h"

struct clipboard_range {
	uint32_t offset, length;
};

struct clipboard {
	VEC(struct clipboard_range) ranges;
	uint8_t *bytes;    /* what was copied, range after range */
	uint32_t shortest; /* packet that has all ranges */
};

static void
clipboard_fini(struct clipboard *s)
{
	vec_fini(&s->ranges);
	free(s->bytes);
	s->bytes = NULL;
}

/* Reads "OFFSET/LENGTH", argument number i. */
static int
clipboard_parse_range(struct element *e, struct str text, size_t i,
    struct clipboard_range *range, struct errh *errh)
{
	size_t slash = str_find(text, '/', 0);
	struct strs parts = VEC_INIT;
	struct args a;
	int err = ERR_NOMEM;

	if (slash == 0 || slash + 1 >= text.n)
		return errh_error(errh,
		    "range %zu: expected '/' between offset and length", i);
	if (vec_push(&parts, str_sub(text, 0, slash)) == 0 &&
	    vec_push(&parts, str_from(text, slash + 1)) == 0) {
		args_init(&a, &parts, e, errh);
		args_u32(&a, "OFFSET", ARG_POS | ARG_MAND, &range->offset);
		args_u32(&a, "LENGTH", ARG_POS | ARG_MAND, &range->length);
		err = args_complete(&a);
	}
	vec_fini(&parts);
	if (err == ERR_NOMEM)
		return err;
	if (err != 0)
		return errh_error(
		    errh, "range %zu: invalid offset or length", i);
	if (range->offset > PACKET_MAX || range->length > PACKET_MAX)
		return errh_error(errh, "range %zu: too large", i);
	return 0;
}

static int
clipboard_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct clipboard *s = element_state(e);
	struct clipboard new_ = { .shortest = 0 };
	struct clipboard_range range;
	size_t size = 0;
	int err;

	for (size_t i = 0; i < conf->n; i++) {
		err = clipboard_parse_range(e, conf->v[i], i, &range, errh);
		if (err == 0)
			err = vec_push(&new_.ranges, range);
		if (err != 0)
			goto fail;
		size += range.length;
		if (range.offset + range.length > new_.shortest)
			new_.shortest = range.offset + range.length;
	}
	new_.bytes = calloc(size + 1, 1);
	if (new_.bytes == NULL) {
		err = ERR_NOMEM;
		goto fail;
	}
	clipboard_fini(s);
	*s = new_;
	return 0;
fail:
	clipboard_fini(&new_);
	return err;
}

static void
clipboard_cleanup(struct element *e, enum cleanup_stage stage)
{
	(void)stage;
	clipboard_fini(element_state(e));
}

static void
clipboard_copy(struct clipboard *s, const struct packet *p)
{
	uint8_t *to = s->bytes;

	for (size_t i = 0; i < s->ranges.n; i++) {
		const struct clipboard_range *r = &s->ranges.v[i];
		uint32_t n = 0;

		if (p->length > r->offset)
			n = p->length - r->offset;
		memcpy(to, p->data + (n > 0 ? r->offset : 0),
		    n < r->length ? n : r->length);
		to += r->length;
	}
}

static inline struct packet *
clipboard_paste(struct element *e, struct thread *t, struct packet *p)
{
	struct clipboard *s = element_state(e);
	const uint8_t *from = s->bytes;

	if (p->length < s->shortest)
		return p;
	if (packet_uniqueify(t, &p) == NULL)
		return NULL;
	for (size_t i = 0; i < s->ranges.n; i++) {
		const struct clipboard_range *r = &s->ranges.v[i];

		memcpy(p->data + r->offset, from, r->length);
		from += r->length;
	}
	return p;
}

static void
clipboard_push(struct element *e, unsigned int port, struct batch *b)
{
	/* Only the last packet's bytes are ever seen again. */
	if (port == 0)
		for (uint32_t i = 0; i < b->count; i++)
			clipboard_copy(element_state(e), b->packet[i]);
	else
		batch_each(e, b, clipboard_paste);
	if (b->count > 0)
		output_push(e, port, b);
}

static unsigned int
clipboard_pull(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	uint32_t before = b->count;
	unsigned int n = input_pull(e, port, b, max);
	struct packet *p;

	b->count = before;
	for (unsigned int i = 0; i < n; i++) {
		p = b->packet[before + i];
		if (port == 0)
			clipboard_copy(element_state(e), p);
		else
			p = clipboard_paste(e, b->thread, p);
		if (p != NULL)
			batch_add(b, p);
	}
	return b->count - before;
}

const struct element_class element_clipboard = {
	.name = "Clipboard",
	.ports = "2/2",
	.flow = "#/#",
	.click_flags = "S0",
	.flags = ELEMENT_LIVE,
	.state_size = sizeof(struct clipboard),
	.configure = clipboard_configure,
	.cleanup = clipboard_cleanup,
	.push = clipboard_push,
	.pull = clipboard_pull,
};
