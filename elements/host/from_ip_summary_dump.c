/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * FromIPSummaryDump(FILENAME [, STOP, TIMING, ...]) -- makes packets from the
 * lines of a summary dump
 *
 *   out 0        IPv4 packets, one a line, network header and time stamp set;
 *                pushed, or pulled
 *
 *   FILENAME     a file as ToIPSummaryDump writes them (text or binary), also
 *                packed by gzip or bzip2; "-" is standard input
 *   DATA         the dump itself, instead of FILENAME
 *   FIELDS       which fields the lines have until the dump says it (!data);
 *                see ToIPSummaryDump; also called CONTENTS
 *   FLOWID       "SRC SPORT DST DPORT": checked, as a line !flowid is, and like
 *                it without effect
 *   PROTO        the IP protocol of packets that do not say; default 6, TCP
 *   CHECKSUM     true: set IP, TCP, UDP and ICMP checksums, and make as many
 *                bytes as the IP header says; default false: as many as the
 *                fields need, the rest is the extra length annotation
 *   MULTIPACKET  true: emit as many packets for a line as its count field says
 *   STOP         true: stop the driver at the end; default false
 *   TIMING       true: emit at the pace of the time stamps; default false
 *   ACTIVE       false: emit nothing for now; default true
 *   SAMPLE       the chance of a packet to be emitted, default 1
 *   ZERO         accepted; what the dump does not say is always zero
 *   ALLOW_NONEXISTENT
 *                true: a missing or empty file is one without packets
 *
 *   active       read/write: ACTIVE
 *   stop         write: stops emitting, and the driver
 *   encap        read: IP, for ToDump's USE_ENCAP_FROM
 *   sampling_prob                read: SAMPLE as it is applied
 *   filename, filesize, filepos  read; filepos also write
 *
 * Lines that begin with '#' and those with '!' that it does not know are
 * passed over.  Packets have version 4, a right header length and, unless the
 * dump says otherwise, a time to live of 100.  A field that cannot be read
 * counts as not given; a line without any is reported once.
 *
 *     FromIPSummaryDump(web.sum, STOP true, CHECKSUM true) -> ToDump(web.pcap,
 *         ENCAP IP);
 */
#include "base/addr.h"
#include "base/bytes.h"
#include "click/conf.h"
#include "click/nameinfo.h"
#include "elements/analysis/ipsum.h"
#include "elements/host/dump_source.h"

/* A field of the lines, its place in them, and what the present one says. */
struct from_sum_field {
	const struct ipsum_field *field;
	size_t place;
	struct str text;          /* of a line */
	struct ipsum_value value; /* of a record */
	bool given;
};

struct from_sum {
	struct dump_source source; /* first */
	/* As they stand in lines, and in the order in which they are put. */
	VEC(struct from_sum_field) fields;
	VEC(size_t) order;
	bool checksum, binary;
	uint8_t proto;
	struct ipsum_in in;
};

/* ---- lines that begin with '!' ---- */

/* By the order of their fields, then by their places. */
static void
from_sum_sort(struct from_sum *s)
{
	for (size_t i = 1; i < s->order.n; i++) {
		size_t x = s->order.v[i], j = i;

		for (; j > 0 && s->fields.v[s->order.v[j - 1]].field->order >
		                    s->fields.v[x].field->order;
		     j--)
			s->order.v[j] = s->order.v[j - 1];
		s->order.v[j] = x;
	}
}

static const struct ipsum_field *
from_sum_find(struct from_sum *s, struct str name, struct errh *errh)
{
	const struct ipsum_field *f = ipsum_find(name);

	if (f != NULL && f->put != NULL)
		return f;
	dump_warning(&s->source, errh,
	    f == NULL ? "unknown content type '%.*s'"
	              : "content type '%.*s' ignored on input",
	    STR_ARG(name));
	/* Of a record its bytes are to be passed over. */
	return f == NULL ? &ipsum_no_field : f;
}

static void
from_sum_data(struct from_sum *s, const struct strs *words, size_t first,
    struct arena *mem, struct errh *errh)
{
	s->fields.n = s->order.n = 0;
	for (size_t i = first; i < words->n; i++) {
		struct from_sum_field f = { .place = s->fields.n };
		struct str name = STR("");
		int err = conf_unquote(words->v[i], mem, &name);

		if (err == 0)
			f.field = from_sum_find(s, name, errh);
		if (err != 0 || vec_push(&s->fields, f) != 0 ||
		    vec_push(&s->order, f.place) != 0) {
			s->order.n = s->fields.n = 0;
			(void)dump_error(&s->source, errh, "out of memory");
			return;
		}
	}
	if (s->fields.n == 0)
		(void)dump_error(&s->source, errh, "no contents specified");
	from_sum_sort(s);
}

static void
from_sum_proto(
    struct element *e, struct str word, const char *type, struct errh *errh)
{
	struct from_sum *s = element_state(e);
	bool overflow = false;
	uint64_t n;
	uint32_t proto;

	if (conf_u64(word, 0, &n, &overflow) && !overflow && n < 256)
		s->proto = (uint8_t)n;
	else if (name_query(NAME_IP_PROTO, e, word, &proto, sizeof(proto)) &&
	         proto < 256)
		s->proto = (uint8_t)proto;
	else if (str_is(word, "T"))
		s->proto = IPPROTO4_TCP;
	else if (str_is(word, "U"))
		s->proto = IPPROTO4_UDP;
	else if (str_is(word, "I"))
		s->proto = IPPROTO4_ICMP;
	else
		(void)dump_error(&s->source, errh, "bad protocol in %s", type);
}

static bool
from_sum_good_addr(struct str s)
{
	uint32_t addr;

	return str_is(s, "-") || ip4_parse(s, &addr);
}

static bool
from_sum_good_port(struct str s)
{
	bool overflow = false;
	uint64_t n;

	return str_is(s, "-") || (conf_u64(s, 0, &n, &overflow) && n <= 65535);
}

/* SRC SPORT DST DPORT [PROTO], from word first on. */
static void
from_sum_flowid(struct element *e, const struct strs *words, size_t first,
    struct errh *errh)
{
	struct from_sum *s = element_state(e);
	const struct str *w = words->v + first;

	if (words->n < first + 4 || !from_sum_good_addr(w[0]) ||
	    !from_sum_good_port(w[1]) || !from_sum_good_addr(w[2]) ||
	    !from_sum_good_port(w[3]))
		(void)dump_error(&s->source, errh, "bad !flowid specification");
	else if (words->n > first + 4)
		from_sum_proto(e, w[4], "!flowid", errh);
}

static void
from_sum_aggregate(struct from_sum *s, const struct strs *words)
{
	bool overflow = false;
	uint64_t n;

	if (words->n != 2 || !conf_u64(words->v[1], 0, &n, &overflow) ||
	    overflow || n > UINT32_MAX)
		(void)dump_error(
		    &s->source, NULL, "bad !aggregate specification");
}

static void
from_sum_binary(struct from_sum *s, const struct strs *words)
{
	if (words->n != 1)
		(void)dump_error(&s->source, NULL, "bad !binary specification");
	s->binary = s->source.records = true;
	s->source.place = 1;
}

static void
from_sum_bang(struct element *e, struct str line)
{
	struct from_sum *s = element_state(e);
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	struct str w;

	if (conf_split_space(line, &mem, &words) != 0 || words.n == 0)
		goto out;
	w = words.v[0];
	if (str_is(w, "!data") || str_is(w, "!contents"))
		from_sum_data(s, &words, 1, &mem, NULL);
	else if (str_is(w, "!flowid"))
		from_sum_flowid(e, &words, 1, NULL);
	else if (str_is(w, "!proto") && words.n != 2)
		(void)dump_error(&s->source, NULL, "bad !proto");
	else if (str_is(w, "!proto"))
		from_sum_proto(e, words.v[1], "!proto", NULL);
	else if (str_is(w, "!aggregate"))
		from_sum_aggregate(s, &words);
	else if (str_is(w, "!binary"))
		from_sum_binary(s, &words);
out:
	vec_fini(&words);
	arena_fini(&mem);
}

/* ---- packets ---- */

/* Cuts a word off *line: up to a space that is not within double quotes. */
static struct str
from_sum_word(struct str *line)
{
	bool quoted = false;
	size_t i = 0;
	struct str word;

	for (; i < line->n && (quoted || !char_space(line->s[i])); i++) {
		if (line->s[i] == '"')
			quoted = !quoted;
		else if (line->s[i] == '\\' && quoted && i + 1 < line->n)
			i++;
	}
	word = str_sub(*line, 0, i);
	while (i < line->n && char_space(line->s[i]))
		i++;
	*line = str_from(*line, i);
	return word;
}

/* Sets the fields of one line or record; how many were given. */
static unsigned int
from_sum_put(struct from_sum *s, struct str data, bool record)
{
	unsigned int n = 0;

	for (size_t i = 0; i < s->fields.n; i++) {
		struct from_sum_field *f = &s->fields.v[i];

		if (record)
			f->given = ipsum_unpack(f->field, &data, &f->value);
		else
			f->text = from_sum_word(&data);
	}
	for (size_t i = 0; i < s->order.n && s->in.p != NULL; i++) {
		struct from_sum_field *f = &s->fields.v[s->order.v[i]];

		if (!record) {
			n += ipsum_read(&s->in, f->field, f->text);
		} else if (f->given && f->field->put != NULL) {
			f->field->put(&s->in, f->field, &f->value);
			n++;
		}
	}
	return n;
}

static struct packet *
from_sum_packet(
    struct element *e, struct thread *t, struct str data, bool record)
{
	struct from_sum *s = element_state(e);
	unsigned int n;

	s->in.e = e;
	s->in.t = t;
	s->in.default_proto = s->proto;
	if (ipsum_new(&s->in) != 0)
		return NULL; /* counted by the pool */
	sb_restart(&s->in.work);
	n = from_sum_put(s, data, record);
	if (n > 0 && !s->in.work.oom) {
		ipsum_finish(&s->in, s->checksum);
		return s->in.p;
	}
	if (s->in.p != NULL)
		packet_kill(t, s->in.p);
	if (s->in.work.oom) /* not a packet that lacks a field */
		return dump_complain(&s->source, "out of memory");
	if (!record && str_trim(data).n == 0)
		return NULL;
	return dump_complain(&s->source,
	    s->fields.n == 0 ? "no '!data' provided" : "packet parse error");
}

/* A record: its bytes, and whether it is a line of text.  False: the end. */
static bool
from_sum_record(struct from_sum *s, struct str *bytes, bool *text)
{
	struct str head;
	uint32_t n;

	if (!dump_bytes(&s->source, 4, &head))
		return false;
	n = get_be32(head.s) & 0x7fffffff;
	*text = (head.s[0] & 0x80) != 0;
	if (n < 4 || n > DUMP_LINE_MAX) {
		(void)dump_error(&s->source, NULL, "binary record too %s",
		    n < 4 ? "short" : "long");
		return false;
	}
	if (!dump_bytes(&s->source, n - 4, bytes))
		return false;
	while (*text && bytes->n > 0 && bytes->s[bytes->n - 1] == '\0')
		bytes->n--;
	s->source.place++;
	return true;
}

static struct packet *
from_sum_read(struct element *e, struct thread *t)
{
	struct from_sum *s = element_state(e);
	bool text = true, more;
	struct str data;

	if (s->binary)
		more = from_sum_record(s, &data, &text);
	else
		more = dump_line(&s->source, &data);
	if (!more)
		dump_end(&s->source);
	if (!more || (text && data.n == 0))
		return NULL;
	if (!text || (data.s[0] != '!' && data.s[0] != '#'))
		return from_sum_packet(e, t, data, !text);
	if (data.s[0] == '!')
		from_sum_bang(e, data);
	return NULL;
}

/* ---- life ---- */

/* "!IPSummaryDump 1.3" */
static void
from_sum_version(struct from_sum *s, struct str line, struct errh *errh)
{
	uint32_t major, minor;

	if (!ipsum_skip(&line, "!IPSummaryDump "))
		return;
	line = str_trim(line);
	if (!ipsum_number(&line, UINT32_MAX, &major) ||
	    !ipsum_skip(&line, ".") || !ipsum_number(&line, UINT32_MAX, &minor))
		return;
	if (major == IPSUM_MAJOR && minor <= IPSUM_MINOR)
		s->in.minor = (int)minor;
	else
		dump_warning(&s->source, errh,
		    "unexpected IPSummaryDump version %u.%u", major, minor);
}

static int
from_sum_begin(struct element *e, struct errh *errh)
{
	static const char *const good[] = { "!creator", "!data", "!contents",
		"!proto", "!flowid" };
	struct from_sum *s = element_state(e);
	bool found = s->fields.n > 0;
	struct str line;

	s->in.minor = IPSUM_MINOR;
	if (!dump_peek_line(&s->source, &line, errh))
		return 0;
	if (str_starts(line, STR("!IPSummaryDump"))) {
		(void)dump_line(&s->source, &line);
		from_sum_version(s, line, errh);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		found |= str_starts(line, str_of(good[i]));
	if (!found)
		dump_warning(&s->source, errh,
		    "missing banner line; is this an IP summary dump?");
	/* Click takes a single line for one that is still being written. */
	if (line.s[line.n - 1] != '\n' && line.s[line.n - 1] != '\r')
		(void)dump_line(&s->source, &line);
	return 0;
}

static const struct dump_source_ops from_sum_ops = {
	.read = from_sum_read,
	.begin = from_sum_begin,
};

/* FIELDS and FLOWID, as if lines of the dump had said so. */
static void
from_sum_defaults(
    struct element *e, struct str fields, struct str flowid, struct errh *errh)
{
	struct from_sum *s = element_state(e);
	struct arena mem = ARENA_INIT;
	struct strs words = VEC_INIT;
	size_t first;

	if (fields.n > 0 && conf_split_space(fields, &mem, &words) == 0) {
		first = words.n > 0 && (str_is(words.v[0], "!data") ||
		                           str_is(words.v[0], "!contents"));
		from_sum_data(s, &words, first, &mem, errh);
	}
	words.n = 0;
	/* Of more than four words Click takes the first for a "!flowid". */
	if (flowid.n > 0 && conf_split_space(flowid, &mem, &words) == 0)
		from_sum_flowid(e, &words, words.n > 4, errh);
	vec_fini(&words);
	arena_fini(&mem);
}

static int
from_sum_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct from_sum *s = element_state(e);
	struct str fields = { NULL, 0 }, flowid = { NULL, 0 };
	struct args a;
	int err;

	dump_source_init(e, &from_sum_ops);
	s->proto = IPPROTO4_TCP;
	args_init(&a, conf, e, errh);
	dump_source_args(&a, &s->source, ARG_POS);
	args_bool(&a, "CHECKSUM", 0, &s->checksum);
	args_u8(&a, "PROTO", 0, &s->proto);
	args_raw(&a, "DEFAULT_CONTENTS", 0, &fields);
	args_raw(&a, "DEFAULT_FIELDS", 0, &fields);
	args_raw(&a, "DEFAULT_FLOWID", 0, &flowid);
	args_raw(&a, "CONTENTS", 0, &fields);
	args_raw(&a, "FIELDS", 0, &fields);
	args_raw(&a, "FLOWID", 0, &flowid);
	args_bool(&a, "ALLOW_NONEXISTENT", 0, &s->source.allow_missing);
	args_str(&a, "DATA", 0, &s->source.text);
	err = args_complete(&a);
	if (err == 0) {
		dump_source_check(&s->source, errh);
		from_sum_defaults(e, fields, flowid, errh);
	}
	if (err == 0 && s->source.text.n > 0 && s->source.filename.n > 0)
		err = errh_error(errh, "FILENAME and DATA conflict");
	else if (err == 0 && s->source.text.n == 0 && s->source.filename.n == 0)
		err = errh_error(errh, "FILENAME: required argument missing");
	str_free(&fields);
	str_free(&flowid);
	return err;
}

static void
from_sum_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct from_sum *s = element_state(e);

	dump_source_cleanup(e, stage);
	vec_fini(&s->fields);
	vec_fini(&s->order);
	sb_fini(&s->in.work);
}

const struct element_class element_from_ip_summary_dump = {
	.name = "FromIPSummaryDump",
	.ports = "0/1",
	.state_size = sizeof(struct from_sum),
	.configure = from_sum_configure,
	.initialize = dump_source_initialize,
	.cleanup = from_sum_cleanup,
	.add_handlers = dump_source_add_handlers,
	.cast = dump_source_cast,
	.pull = dump_source_pull,
};
