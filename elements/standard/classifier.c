/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Classifier(PATTERN, ...) -- sorts packets by their bytes.
 *
 *   in 0      any packets
 *   out N     those that pattern N is the first to match; what matches none is
 *             freed.  There are as many outputs as patterns
 *   PATTERN   clauses with spaces between, all of which must hold:
 *             OFFSET/VALUE[%MASK], both in hexadecimal, two digits a byte; a
 *             digit ? may be anything; of VALUE only the bits of MASK count;
 *             !clause must not hold.  "-" matches every packet.
 *   program   read: the decision diagram, four bytes a test
 *
 * A packet too short for a clause does not fit it.
 *
 *	c :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);
 *
 * ARP requests go to output 0, replies to 1, IP to 2, the rest to 3.
 */
#include "click/element.h"
#include "elements/standard/alignment_info.h"
#include "elements/standard/classify.h"

struct classifier {
	struct classify *classify;
};

/* A clause's texts: hexadecimal digits and '?'. */
struct classifier_clause {
	bool negated;
	uint32_t offset;
	struct str value, mask; /* mask .s NULL: none */
};

static bool
classifier_is_digit(char c)
{
	return char_hex(c) >= 0 || c == '?';
}

static struct str
classifier_shift_digits(struct str *rest)
{
	struct str digits = *rest;
	size_t n = 0;

	while (n < rest->n && classifier_is_digit(rest->s[n]))
		n++;
	*rest = str_from(*rest, n);
	return str_sub(digits, 0, n);
}

static struct str
classifier_skip_space(struct str s)
{
	while (s.n > 0 && char_space(s.s[0]))
		s = str_from(s, 1);
	return s;
}

/* Makes value and mask the same whole number of bytes long. */
static int
classifier_check_lengths(
    struct classifier_clause *clause, size_t slot, struct errh *errh)
{
	struct str *value = &clause->value, *mask = &clause->mask;
	int err = 0;

	if (value->n < 2) {
		err = errh_error(errh,
		    "pattern %zu: value has less than 2 hex digits", slot);
		value->n = 0;
		if (mask->s != NULL)
			mask->n = 0;
	}
	if (value->n % 2 != 0) {
		err = errh_error(errh,
		    "pattern %zu: value has odd number of hex digits", slot);
		value->n--;
		if (mask->n > 0)
			mask->n--;
	}
	if (mask->s != NULL && mask->n != value->n) {
		err =
		    errh_error(errh, "pattern %zu: mask has too %s hex digits",
		        slot, mask->n > value->n ? "many" : "few");
		value->n = mask->n = 0;
	}
	return err;
}

/* Cuts one clause off *rest, which is not blank. */
static int
classifier_parse_clause(struct str *rest, struct classifier_clause *clause,
    size_t slot, struct errh *errh)
{
	uint64_t offset = 0;

	*clause = (struct classifier_clause){ .negated = rest->s[0] == '!' };
	if (clause->negated)
		*rest = classifier_skip_space(str_from(*rest, 1));
	if (rest->n == 0 || !char_digit(rest->s[0])) {
		*rest = STR("");
		return errh_error(errh, "pattern %zu: expected a digit", slot);
	}
	for (; rest->n > 0 && char_digit(rest->s[0]);
	     *rest = str_from(*rest, 1))
		if (offset < PACKET_MAX)
			offset = offset * 10 + (uint64_t)(rest->s[0] - '0');
	if (rest->n == 0 || rest->s[0] != '/') {
		*rest = STR("");
		return errh_error(errh, "pattern %zu: expected '/'", slot);
	}
	*rest = str_from(*rest, 1);
	clause->offset = (uint32_t)(offset < PACKET_MAX ? offset : PACKET_MAX);
	clause->value = classifier_shift_digits(rest);
	if (rest->n > 0 && rest->s[0] == '%') {
		*rest = str_from(*rest, 1);
		clause->mask = classifier_shift_digits(rest);
	}
	return classifier_check_lengths(clause, slot, errh);
}

/* Byte i of a text of digits: value, and which of its bits are given. */
static void
classifier_byte(struct str digits, size_t i, uint8_t *value, uint8_t *given)
{
	*value = *given = 0;
	for (size_t k = 2 * i; k < 2 * i + 2; k++) {
		int x = char_hex(digits.s[k]);

		*value = (uint8_t)(*value << 4 | (x < 0 ? 0 : x));
		*given = (uint8_t)(*given << 4 | (x < 0 ? 0 : 15));
	}
}

/* Adds the clause's tests, one a word of four bytes. */
static void
classifier_add_clause(struct classify *c,
    const struct classifier_clause *clause, unsigned int align)
{
	uint32_t offset = clause->offset + align, value = 0, mask = 0;
	size_t n = clause->value.n / 2;

	classify_open(c);
	for (size_t i = 0; i < n; i++, offset++) {
		unsigned int shift = offset % 4 * 8;
		uint8_t v, given, m, m_given;

		classifier_byte(clause->value, i, &v, &given);
		if (clause->mask.s != NULL) {
			classifier_byte(clause->mask, i, &m, &m_given);
			given &= m & m_given;
		}
		mask |= (uint32_t)given << shift;
		value |= (uint32_t)(v & given) << shift;
		if (offset % 4 == 3 || i + 1 == n) {
			classify_test(
			    c, (int)(offset - offset % 4), value, mask);
			value = mask = 0;
		}
	}
	classify_close(c, CLASSIFY_AND);
	if (clause->negated)
		classify_negate(c, false);
}

static int
classifier_add_pattern(struct classify *c, struct str text, size_t slot,
    unsigned int align, struct errh *errh)
{
	struct classifier_clause clause;
	struct str rest = classifier_skip_space(text);
	int err = 0;

	classify_open(c);
	if (rest.n == 0 || str_is(text, "-")) {
		classify_test(c, 0, 0, 0);
		rest = STR("");
	}
	while (rest.n > 0) {
		if (classifier_parse_clause(&rest, &clause, slot, errh) != 0)
			err = ERR_INVAL;
		else
			classifier_add_clause(c, &clause, align);
		rest = classifier_skip_space(rest);
	}
	classify_close(c, CLASSIFY_AND);
	classify_pattern(c, (int)slot);
	return err;
}

/*
 * Where packets are known to begin in memory: Click's tests are of aligned
 * words, and its program is shown so.
 */
static unsigned int
classifier_align(const struct element *e)
{
	int32_t chunk, offset;

	if (!alignment_query(e, 0, &chunk, &offset) || chunk < 4)
		return 0;
	return (unsigned int)(4 - offset % 4) % 4;
}

static int
classifier_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct classifier *s = element_state(e);
	unsigned int align = classifier_align(e);
	struct classify *c;
	int err = 0;

	if (conf->n != e->nout)
		return errh_error(
		    errh, "need %u arguments, one per output port", e->nout);
	c = classify_new(CLASSIFY_PLAIN, align);
	if (c == NULL)
		return errh_error(errh, "out of memory!");
	for (size_t i = 0; i < conf->n; i++)
		if (classifier_add_pattern(c, conf->v[i], i, align, errh) != 0)
			err = ERR_INVAL;
	if (err == 0 && classify_compile(c) != 0)
		err = errh_error(errh, "out of memory!");
	if (err != 0) {
		classify_free(c);
		return err;
	}
	classify_warn_unused(c, e->nout, errh);
	classify_free(s->classify);
	s->classify = c;
	return 0;
}

static void
classifier_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct classifier *s = element_state(e);

	(void)stage;
	classify_free(s->classify);
}

static void
classifier_push(struct element *e, unsigned int port, struct batch *b)
{
	struct classifier *s = element_state(e);
	struct thread *t = b->thread;
	struct scratch_mark m = scratch_mark(t);
	int16_t *ports = scratch_alloc(t, b->count * sizeof(*ports));

	int16_t differ = 0;

	(void)port;
	classify_batch(s->classify, b, ports);
	for (uint32_t i = 1; i < b->count; i++)
		differ |= (int16_t)(ports[i] ^ ports[0]);
	if (differ == 0 && ports[0] >= 0)
		output_push_checked(e, (unsigned int)ports[0], b);
	else
		batch_distribute(e, b, ports, -1);
	scratch_release(t, m);
}

static int
classifier_read_program(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct classifier *s = element_state(e);

	(void)user;
	classify_print(s->classify, call->out);
	return 0;
}

static void
classifier_add_handlers(struct element *e)
{
	handler_add_read(
	    e, "program", classifier_read_program, 0, HANDLER_CALM);
}

const struct element_class element_classifier = {
	.name = "Classifier",
	.ports = "1/-",
	.processing = "h/h",
	.click_flags = "A",
	.flags = ELEMENT_LIVE | ELEMENT_SHAREABLE,
	.state_size = sizeof(struct classifier),
	.configure = classifier_configure,
	.cleanup = classifier_cleanup,
	.add_handlers = classifier_add_handlers,
	.push = classifier_push,
};
