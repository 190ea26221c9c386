/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Print([LABEL, MAXLENGTH, CONTENTS, TIMESTAMP bool, PRINTANNO bool, ACTIVE
 * bool, HEADROOM bool]) -- prints packets.
 *
 *   in 0       any packets
 *   out 0      the same
 *   LABEL      text in front of each line
 *   MAXLENGTH  print at most so many bytes (default 24; negative: all)
 *   CONTENTS   HEX (default), ASCII or NONE: how bytes are printed
 *   TIMESTAMP  print the packet's timestamp (default false)
 *   PRINTANNO  print the 48 bytes of annotations (default false)
 *   HEADROOM   print the room before and behind the bytes (default false)
 *   ACTIVE     print at all (default true)
 *   active     read, write: ACTIVE
 *
 *	InfiniteSource(LIMIT 1) -> Print(hello, 8) -> Discard;
 *	prints "hello:   64 | 52616e64 6f6d2062"
 */
#include "base/stamp.h"
#include "click/conf.h"
#include "click/element.h"
#include "os/os.h"

enum print_contents { PRINT_NONE, PRINT_HEX, PRINT_ASCII };

struct print {
	struct str label; /* owned */
	int32_t max;
	bool active, timestamp, anno, headroom;
	enum print_contents contents;
};

/* The kind of contents that word names, in any case; or ERR_INVAL. */
static int
print_parse_contents(struct str word, struct errh *errh)
{
	static const char *const names[] = { "NONE", "HEX", "ASCII" };
	char upper[8];
	bool hex;
	size_t n = word.n < sizeof(upper) ? word.n : 0;

	if (conf_bool(word, &hex))
		return hex ? PRINT_HEX : PRINT_NONE;
	for (size_t i = 0; i < n; i++)
		upper[i] = word.s[i] >= 'a' && word.s[i] <= 'z'
		               ? (char)(word.s[i] - 'a' + 'A')
		               : word.s[i];
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_is(str_make(upper, n), names[i]))
			return (int)i;
	return errh_error(errh,
	    "bad contents value '%.*s'; should be 'NONE', 'HEX', or 'ASCII'",
	    STR_ARG(n > 0 ? str_make(upper, n) : word));
}

static int
print_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct print *s = element_state(e), new_ = { .max = 24 };
	struct str contents = { NULL, 0 };
	struct args a;
	int kind = PRINT_HEX;

	new_.active = true;
	args_init(&a, conf, e, errh);
	args_str(&a, "LABEL", ARG_POS, &new_.label);
	args_i32(&a, "MAXLENGTH", ARG_POS, &new_.max);
	args_i32(&a, "LENGTH", ARG_DEPRECATED, &new_.max);
	args_i32(&a, "NBYTES", ARG_DEPRECATED, &new_.max);
	args_word(&a, "CONTENTS", 0, &contents);
	args_bool(&a, "TIMESTAMP", 0, &new_.timestamp);
	args_bool(&a, "PRINTANNO", 0, &new_.anno);
	args_bool(&a, "ACTIVE", 0, &new_.active);
	args_bool(&a, "HEADROOM", 0, &new_.headroom);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (contents.n > 0)
		kind = print_parse_contents(contents, errh);
	str_free(&contents);
	if (kind < 0) {
		str_free(&new_.label);
		return ERR_INVAL;
	}
	new_.contents = (enum print_contents)kind;
	str_free(&s->label);
	*s = new_;
	return 0;
}

static void
print_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct print *s = element_state(e);

	(void)stage;
	str_free(&s->label);
}

static void
print_hex(struct strbuf *sb, const uint8_t *p, uint32_t n, uint32_t group)
{
	static const char digits[] = "0123456789abcdef";

	for (uint32_t i = 0; i < n; i++) {
		if (i > 0 && group > 0 && i % group == 0)
			sb_addc(sb, ' ');
		sb_addc(sb, digits[p[i] >> 4]);
		sb_addc(sb, digits[p[i] & 15]);
	}
}

static void
print_ascii(struct strbuf *sb, const uint8_t *p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (i % 8 == 0)
			sb_addc(sb, ' ');
		sb_addc(sb, p[i] < 32 || p[i] > 126 ? '.' : (char)p[i]);
	}
}

static void
print_packet(const struct print *s, const struct packet *p, struct strbuf *sb)
{
	uint32_t bytes = s->contents != PRINT_NONE ? (uint32_t)s->max : 0;
	const char *sep = "";

	if (bytes > p->length) /* so does a negative number */
		bytes = p->length;
	if (s->label.n > 0) {
		sb_add(sb, s->label);
		sep = ": ";
	}
	if (s->timestamp) {
		sb_adds(sb, sep);
		sb_stamp(sb, p->timestamp_ns);
		sep = ": ";
	}
	sb_printf(sb, "%s%4u", sep, p->length);
	if (s->headroom)
		sb_printf(
		    sb, " (h%u t%u)", packet_headroom(p), packet_tailroom(p));
	if (s->anno) {
		sb_adds(sb, " | ");
		print_hex(sb, p->anno, PACKET_ANNO_SIZE, 0);
	}
	if (bytes > 0) {
		sb_adds(sb, " | ");
		if (s->contents == PRINT_HEX)
			print_hex(sb, p->data, bytes, 4);
		else
			print_ascii(sb, p->data, bytes);
	}
	sb_addc(sb, '\n');
}

static void
print_action(struct element *e, struct batch *b)
{
	struct print *s = element_state(e);
	struct strbuf sb = STRBUF_INIT;

	if (!s->active)
		return;
	for (uint32_t i = 0; i < b->count; i++)
		print_packet(s, b->packet[i], &sb);
	if (sb.oom)
		os_log(STR("no memory for Print\n"));
	else
		os_log(sb_str(&sb));
	sb_fini(&sb);
}

static void
print_add_handlers(struct element *e)
{
	struct print *s = element_state(e);

	handler_add_data(
	    e, "active", HANDLER_READ | HANDLER_WRITE, DATA_BOOL, &s->active);
	handler_set_flags(e, "active", HANDLER_CHECKBOX | HANDLER_CALM, 0);
}

const struct element_class element_print = {
	.name = "Print",
	.ports = "1/1",
	.flags = ELEMENT_LIVE | ELEMENT_SHAREABLE | ELEMENT_OBSERVES,
	.state_size = sizeof(struct print),
	.configure = print_configure,
	.cleanup = print_cleanup,
	.add_handlers = print_add_handlers,
	.action = print_action,
};
