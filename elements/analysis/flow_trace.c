/* SPDX-License-Identifier: BSD-3-Clause */
/* flow_trace.c -- records in XML of flows that have ended. */
#include "elements/analysis/flow_trace.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "base/diag.h"
#include "click/conf.h"
#include "click/router.h"
#include "os/os.h"

enum { TRACE_BUFFER = 65536 };

/* Puts the buffer at the end of the file; says once why it cannot. */
static void
flow_trace_flush(struct flow_trace *tr)
{
	struct diag why = { "" };
	struct strbuf line = STRBUF_INIT;

	if (tr->buf.n > 0 && !tr->failed &&
	    os_file_write(tr->filename, sb_str(&tr->buf), true, &why) != 0) {
		tr->failed = true;
		sb_printf(&line, "%.*s: %s\n", STR_ARG(tr->filename), why.text);
		os_log(sb_str(&line));
		sb_fini(&line);
	}
	sb_restart(&tr->buf);
}

/* As XML has it within '...'. */
static void
flow_trace_quote(struct strbuf *sb, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.s[i] == '\'')
			sb_adds(sb, "&apos;");
		else if (s.s[i] == '<')
			sb_adds(sb, "&lt;");
		else if (s.s[i] == '&')
			sb_adds(sb, "&amp;");
		else
			sb_addc(sb, s.s[i]);
	}
}

/* The source's "filename", if it has one. */
static void
flow_trace_source(struct flow_trace *tr, struct element *e, struct strbuf *sb)
{
	const struct handler *h =
	    handler_find(e->router, tr->source, STR("filename"));
	struct strbuf name = STRBUF_INIT;
	struct errh silent;
	struct handler_call call = {
		.thread = e->thread, .errh = &silent, .out = &name
	};

	errh_silent_init(&silent);
	if (h != NULL && h->read != NULL &&
	    handler_read(e->router, tr->source, h, &call) >= 0 &&
	    str_trim(sb_str(&name)).n > 0) {
		sb_adds(sb, " file='");
		flow_trace_quote(sb, str_trim(sb_str(&name)));
		sb_addc(sb, '\'');
	}
	errh_fini(&silent);
	sb_fini(&name);
}

/* Whose file position belongs to the packet that passes; it may have none. */
static void
flow_trace_bind(struct flow_trace *tr, struct element *e)
{
	struct strbuf text = STRBUF_INIT;
	struct errh silent;

	errh_silent_init(&silent);
	sb_printf(&text, "%.*s.packet_filepos", STR_ARG(tr->source->name));
	if (text.oom || hcall_reset(&tr->filepos, sb_str(&text), HANDLER_READ,
	                    e, &silent) != 0)
		hcall_fini(&tr->filepos);
	errh_fini(&silent);
	sb_fini(&text);
}

int
flow_trace_open(struct flow_trace *tr, struct element *e, struct errh *errh)
{
	struct diag why = { "" };
	int err;

	sb_adds(&tr->buf, "<?xml version='1.0' standalone='yes'?>\n<trace");
	if (tr->source != NULL) {
		flow_trace_source(tr, e, &tr->buf);
		flow_trace_bind(tr, e);
	}
	sb_adds(&tr->buf, ">\n");
	err = os_file_write(tr->filename, sb_str(&tr->buf), false, &why);
	sb_clear(&tr->buf);
	tr->failed = err != 0;
	return err == 0 ? 0
	                : errh_error(errh, "%.*s: %s", STR_ARG(tr->filename),
	                      why.text);
}

void
flow_trace_begun(struct flow_trace *tr, struct thread *t,
    struct flow_trace_record *r, int64_t ns)
{
	struct strbuf out = STRBUF_INIT;
	bool overflow = false;

	r->first_ns = ns;
	r->filepos = r->packets[0] = r->packets[1] = 0;
	if (!hcall_given(&tr->filepos))
		return;
	if (hcall_read(&tr->filepos, t, &out, NULL) >= 0 &&
	    !conf_u64(str_trim(sb_str(&out)), 0, &r->filepos, &overflow))
		r->filepos = 0;
	sb_fini(&out);
}

void
flow_trace_ended(struct flow_trace *tr, const struct flow_trace_record *r)
{
	const struct flow_key *k = &r->flow.key;
	bool reverse = r->flow.reverse != 0;
	struct strbuf *sb = &tr->buf;

	sb_printf(sb, "<flow aggregate='%u' src='", r->flow.aggregate);
	sb_ip4(sb, reverse ? k->dst : k->src);
	sb_printf(sb, "' sport='%u' dst='",
	    get_be16(reverse ? &k->dport : &k->sport));
	sb_ip4(sb, reverse ? k->src : k->dst);
	sb_printf(sb, "' dport='%u' begin='",
	    get_be16(reverse ? &k->sport : &k->dport));
	sb_stamp_ns(sb, r->first_ns);
	sb_adds(sb, "' duration='");
	sb_stamp_ns(sb, r->flow.last_ns - r->first_ns);
	sb_addc(sb, '\'');
	if (r->filepos != 0)
		sb_printf(
		    sb, " filepos='%llu'", (unsigned long long)r->filepos);
	sb_printf(sb,
	    ">\n  <stream dir='0' packets='%llu' />"
	    "<stream dir='1' packets='%llu' />\n</flow>\n",
	    (unsigned long long)r->packets[0],
	    (unsigned long long)r->packets[1]);
	if (sb->n >= TRACE_BUFFER)
		flow_trace_flush(tr);
}

void
flow_trace_close(struct flow_trace *tr)
{
	if (flow_trace_wanted(tr)) {
		sb_adds(&tr->buf, "</trace>\n");
		flow_trace_flush(tr);
	}
	hcall_fini(&tr->filepos);
	sb_fini(&tr->buf);
	str_free(&tr->filename);
}
