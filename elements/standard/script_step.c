/* SPDX-License-Identifier: BSD-3-Clause */
/* script_step.c -- part of Script: running the instructions. */
#include "click/conf.h"
#include "click/hcall.h"
#include "click/router.h"
#include "elements/standard/script.h"
#include "os/os.h"

/* One run of script_step(). */
struct script_run {
	struct element *e;
	struct script *s;
	struct thread *t;
	struct errh *errh;
	int32_t last_step; /* step_count at which it must wait */
	enum script_step_kind kind;
};

/* What an instruction leads to. */
enum script_next {
	SCRIPT_GO_ON, /* at s->pos */
	SCRIPT_HOLD,  /* wait at this instruction */
	SCRIPT_LEAVE, /* the run has ended, at this instruction */
};

static void
script_log_line(void *arg, struct str line)
{
	(void)arg;
	os_log(line);
}

void
script_log_init(struct script_log *log, struct element *e)
{
	char buf[256];

	errh_sink_init(&log->sink, script_log_line, NULL);
	errh_context_init(&log->context, &log->sink, STR(""),
	    "While executing '%.*s':", STR_ARG(element_declaration(e, buf)));
}

void
script_log_fini(struct script_log *log)
{
	errh_fini(&log->context);
	errh_fini(&log->sink);
}

/* Appends the instruction's text, expanded; false: no memory, and told. */
static bool
script_text(const struct script_run *run, struct str text, struct strbuf *out)
{
	return script_expand(run->e, run->t, text, false, out, run->errh);
}

/* ---- calling handlers ---- */

/* Finds the handler that text names; unquotes its value into *mem. */
static int
script_find_call(const struct script_run *run, struct hcall *call,
    struct str text, unsigned int what, struct arena *unquote)
{
	if (hcall_reset(call, text, what, run->e, run->errh) != 0)
		return ERR_INVAL;
	if (unquote != NULL &&
	    !script_unquoted(&call->value, unquote, run->errh))
		return ERR_NOMEM;
	return 0;
}

static void
script_call_name(const struct hcall *call, struct strbuf *out)
{
	if (call->e != NULL) {
		sb_add(out, call->e->name);
		sb_addc(out, '.');
	}
	sb_add(out, call->h->name);
}

/* "While calling 'x.h value':" in front of what the handler says. */
static void
script_call_context(const struct script_run *run, const struct hcall *call,
    struct errh *context)
{
	struct strbuf name = STRBUF_INIT;

	script_call_name(call, &name);
	if (call->value.n > 0) {
		sb_addc(&name, ' ');
		sb_add(&name, call->value);
	}
	errh_context_init(
	    context, run->errh, STR(""), "While calling '%s':", sb_cstr(&name));
	sb_fini(&name);
}

static void
script_call_read(
    const struct script_run *run, const struct hcall *call, struct strbuf *out)
{
	struct errh context;

	script_call_context(run, call, &context);
	if (hcall_read(call, run->t, out, &context) < 0)
		sb_clear(out);
	errh_fini(&context);
}

/* The number that Click's handlers return for what ours do. */
static int
script_status(int err)
{
	return err == ERR_INVAL ? -22 /* EINVAL */ : err;
}

static void
script_do_write(const struct script_run *run, struct str text, bool unquote)
{
	struct strbuf expanded = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	struct hcall call = { .h = NULL };
	struct errh context;

	if (script_text(run, text, &expanded) &&
	    script_find_call(run, &call, sb_str(&expanded), HANDLER_WRITE,
	        unquote ? &mem : NULL) == 0) {
		script_call_context(run, &call, &context);
		run->s->write_status =
		    script_status(hcall_write(&call, run->t, &context));
		errh_fini(&context);
	}
	hcall_fini(&call);
	arena_fini(&mem);
	sb_fini(&expanded);
}

static void
script_do_read(const struct script_run *run, struct str text, bool unquote)
{
	struct strbuf expanded = STRBUF_INIT, out = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	struct hcall call = { .h = NULL };
	struct strbuf result = STRBUF_INIT;

	if (script_text(run, text, &expanded) &&
	    script_find_call(run, &call, sb_str(&expanded), HANDLER_READ,
	        unquote ? &mem : NULL) == 0) {
		script_call_read(run, &call, &result);
		script_call_name(&call, &out);
		sb_adds(&out, ":\n");
		sb_add(&out, sb_str(&result));
		sb_addc(&out, '\n');
		os_log(sb_str(&out));
	}
	hcall_fini(&call);
	arena_fini(&mem);
	sb_fini(&result);
	sb_fini(&out);
	sb_fini(&expanded);
}

/* ---- print, save, append ---- */

/* What text has to print: a handler's value, or the text itself. */
static void
script_print_value(const struct script_run *run, struct str text, bool unquote,
    struct arena *mem, struct strbuf *out)
{
	struct strbuf expanded = STRBUF_INIT;
	struct hcall call = { .h = NULL };
	bool handler = text.n > 0 && (char_alpha(text.s[0]) ||
	                                 text.s[0] == '@' || text.s[0] == '_');

	if (!script_expand(
	        run->e, run->t, text, !handler, &expanded, run->errh)) {
		; /* it was told */
	} else if (!handler) {
		text = sb_str(&expanded);
		if (script_unquoted(&text, mem, run->errh))
			sb_add(out, text);
	} else if (script_find_call(run, &call, sb_str(&expanded), HANDLER_READ,
	               unquote ? mem : NULL) == 0) {
		script_call_read(run, &call, out);
	}
	hcall_fini(&call);
	sb_fini(&expanded);
}

/* Where a print goes: file is empty for standard output. */
struct script_sink {
	struct str file;
	bool append;
};

/* "> FILE" or ">> FILE" at the head of *text. */
static struct script_sink
script_redirection(struct str *text)
{
	struct script_sink sink = { STR(""), false };

	if (text->n == 0 || text->s[0] != '>')
		return sink;
	sink.append = text->n > 1 && text->s[1] == '>';
	*text = str_from(*text, sink.append ? 2 : 1);
	sink.file = conf_shift_space(text);
	if (str_is(sink.file, "-"))
		sink.file = STR("");
	return sink;
}

static int
script_write_file(const struct script_run *run, const struct script_sink *sink,
    struct str data, bool append)
{
	struct diag why = { "" };

	if (os_file_write(sink->file, data, append, &why) == 0)
		return 0;
	return errh_error(run->errh, "%.*s: %s", STR_ARG(sink->file), why.text);
}

static void
script_print(const struct script_run *run, struct script_sink sink,
    struct str text, enum script_op op)
{
	bool unquote = op == SCRIPT_PRINTQ || op == SCRIPT_PRINTNQ;
	bool newline = op != SCRIPT_PRINTN && op != SCRIPT_PRINTNQ;
	unsigned int before;
	struct strbuf out = STRBUF_INIT;
	struct arena mem = ARENA_INIT;

	/* The file is there before the handler may look at it. */
	if (sink.file.n > 0 &&
	    script_write_file(run, &sink, STR(""), sink.append) != 0)
		return;
	before = run->errh->nerrors;
	script_print_value(run, text, unquote, &mem, &out);
	if (newline && run->errh->nerrors == before &&
	    (out.n == 0 || out.s[out.n - 1] != '\n'))
		sb_addc(&out, '\n');
	if (out.oom)
		errh_error(run->errh, "out of memory!");
	if (sink.file.n == 0)
		os_print(sb_str(&out));
	else
		script_write_file(run, &sink, sb_str(&out), true);
	sb_fini(&out);
	arena_fini(&mem);
}

/* "save HANDLER FILE": a print of the handler into the file. */
static void
script_save(const struct script_run *run, const struct script_insn *insn)
{
	struct str text = insn->text;
	struct str handler = conf_shift_space(&text);
	struct script_sink sink = { STR(""), insn->op == SCRIPT_APPEND };

	sink.file = conf_shift_space(&text);
	if (str_is(sink.file, "-"))
		sink.file = STR("");
	script_print(run, sink, handler, insn->op);
}

/* ---- waiting, variables, jumps ---- */

static enum script_next
script_wait_step(const struct script_run *run, struct script_insn *insn)
{
	struct script *s = run->s;

	while (s->step_count < run->last_step && insn->waited < insn->arg) {
		insn->waited++;
		s->step_count++;
	}
	return insn->waited < insn->arg ? SCRIPT_HOLD : SCRIPT_GO_ON;
}

static enum script_next
script_wait_time(const struct script_run *run, struct str text)
{
	struct script *s = run->s;
	struct strbuf time = STRBUF_INIT;
	enum script_next next = SCRIPT_HOLD;
	bool overflow = false;
	int64_t ns;

	if (s->step_count != run->last_step) {
		s->step_count++;
		timer_unschedule(&s->timer);
		return SCRIPT_GO_ON;
	}
	if (script_text(run, text, &time) &&
	    conf_seconds(sb_str(&time), 9, &ns, &overflow) && ns >= 0) {
		timer_schedule_after(&s->timer, ns);
	} else {
		if (!time.oom)
			errh_error(run->errh, "syntax error at 'wait'");
		s->pos++; /* it holds, but behind this one */
	}
	sb_fini(&time);
	return next;
}

static enum script_next
script_assign(
    const struct script_run *run, const struct script_insn *insn, uint32_t pos)
{
	struct script *s = run->s;
	enum script_op op = insn->op;
	bool returns = op == SCRIPT_RETURN || op == SCRIPT_RETURNQ;
	struct strbuf value = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	struct str text;
	bool good;

	good = script_text(run, insn->text, &value);
	text = sb_str(&value);
	if (good && (op == SCRIPT_SETQ || op == SCRIPT_RETURNQ))
		good = script_unquoted(&text, &mem, run->errh);
	if (!good)
		; /* it was told */
	else if (text.n > SCRIPT_TEXT_MAX)
		errh_error(run->errh, "value too long");
	else if (str_set(&s->vars.v[insn->arg].value, text) != 0)
		errh_error(run->errh, "out of memory!");
	arena_fini(&mem);
	sb_fini(&value);
	/* A handler in the text may have sent us elsewhere. */
	return returns && s->pos == pos + 1 ? SCRIPT_HOLD : SCRIPT_GO_ON;
}

static enum script_next
script_goto(
    const struct script_run *run, const struct script_insn *insn, uint32_t pos)
{
	struct script *s = run->s;
	struct strbuf text = STRBUF_INIT;
	bool jump = true, bad;
	int32_t goal = insn->arg;

	bad = !script_text(run, insn->text, &text) ||
	      (text.n > 0 && !conf_bool(sb_str(&text), &jump));
	if (bad && !text.oom)
		errh_error(
		    run->errh, "bad condition '%.*s'", STR_ARG(sb_str(&text)));
	sb_fini(&text);
	if (bad || !jump)
		return SCRIPT_GO_ON;
	if (goal < 0)
		return SCRIPT_LEAVE;
	for (uint32_t i = (uint32_t)goal; i < pos; i++)
		s->insns.v[i].waited = 0;
	s->pos = (uint32_t)goal;
	return SCRIPT_GO_ON;
}

static void
script_error(const struct script_run *run, const struct script_insn *insn)
{
	struct strbuf text = STRBUF_INIT;
	struct arena mem = ARENA_INIT;
	struct str message;
	bool good;

	good = script_text(run, insn->text, &text);
	message = sb_str(&text);
	if (good && insn->op == SCRIPT_ERRORQ)
		good = script_unquoted(&message, &mem, run->errh);
	if (good && message.n > 0)
		errh_error(run->errh, "%.*s", STR_ARG(message));
	arena_fini(&mem);
	sb_fini(&text);
}

/* ---- the loop ---- */

/* Runs the instruction at pos; s->pos stands behind it already. */
static enum script_next
script_execute(const struct script_run *run, uint32_t pos)
{
	struct script *s = run->s;
	struct script_insn *insn = &s->insns.v[pos];
	struct str text = insn->text;
	struct script_sink sink;

	switch (insn->op) {
	case SCRIPT_STOP:
		s->step_count++;
		if (run->kind != SCRIPT_STEP_ROUTER)
			router_adjust_runcount(run->e->router, -1);
		return SCRIPT_LEAVE;
	case SCRIPT_WAIT_STEP:
		return script_wait_step(run, insn);
	case SCRIPT_WAIT_TIME:
		return script_wait_time(run, text);
	case SCRIPT_INITIAL:
		s->step_count += insn->arg;
		insn->arg = 0;
		return SCRIPT_GO_ON;
	case SCRIPT_SAVE:
	case SCRIPT_APPEND:
		script_save(run, insn);
		return SCRIPT_GO_ON;
	case SCRIPT_PRINT:
	case SCRIPT_PRINTQ:
	case SCRIPT_PRINTN:
	case SCRIPT_PRINTNQ:
		sink = script_redirection(&text);
		script_print(run, sink, text, insn->op);
		return SCRIPT_GO_ON;
	case SCRIPT_READ:
	case SCRIPT_READQ:
		script_do_read(run, text, insn->op == SCRIPT_READQ);
		return SCRIPT_GO_ON;
	case SCRIPT_WRITE:
	case SCRIPT_WRITEQ:
		script_do_write(run, text, insn->op == SCRIPT_WRITEQ);
		return SCRIPT_GO_ON;
	case SCRIPT_SET:
	case SCRIPT_SETQ:
	case SCRIPT_RETURN:
	case SCRIPT_RETURNQ:
		return script_assign(run, insn, pos);
	case SCRIPT_GOTO:
		return script_goto(run, insn, pos);
	case SCRIPT_ERROR:
	case SCRIPT_ERRORQ:
		script_error(run, insn);
		return SCRIPT_LEAVE;
	case SCRIPT_END:
	case SCRIPT_EXIT:
		return SCRIPT_LEAVE;
	default: /* labels, and what initialize has done */
		return SCRIPT_GO_ON;
	}
}

static void
script_give_up(const struct script_run *run)
{
	struct errh sink;
	char buf[256];

	errh_sink_init(&sink, script_log_line, NULL);
	errh_error(&sink, "%.*s: too many jumps, giving up",
	    STR_ARG(element_declaration(run->e, buf)));
	errh_fini(&sink);
	run->s->pos = (uint32_t)run->s->insns.n;
	timer_unschedule(&run->s->timer);
}

int
script_step(struct element *e, struct thread *t, int32_t nsteps,
    enum script_step_kind kind, int njumps, struct errh *errh)
{
	struct script *s = element_state(e);
	struct script_run run = {
		.e = e,
		.s = s,
		.t = t,
		.errh = errh,
		.kind = kind,
		.last_step = nsteps + s->step_count,
	};

	while (run.last_step >= s->step_count && s->pos < s->insns.n &&
	       njumps < SCRIPT_MAX_JUMPS) {
		uint32_t pos = s->pos++;
		enum script_next next = script_execute(&run, pos);

		if (next != SCRIPT_GO_ON)
			s->pos--;
		if (next == SCRIPT_LEAVE)
			return njumps + 1;
		if (next == SCRIPT_HOLD)
			break;
		if (s->pos != pos + 1)
			njumps++;
	}
	if (njumps >= SCRIPT_MAX_JUMPS)
		script_give_up(&run);
	if (kind == SCRIPT_STEP_ROUTER)
		router_adjust_runcount(e->router, 1);
	return njumps + 1;
}

/* The instruction that the script stands at, as a label has it. */
static enum script_op
script_last_op(const struct script *s)
{
	const struct script_insn *insn;

	if (s->pos >= s->insns.n)
		return SCRIPT_EXIT;
	insn = &s->insns.v[s->pos];
	if (insn->op == SCRIPT_GOTO && insn->arg < 0)
		return (enum script_op)insn->arg;
	return insn->op;
}

int
script_result(struct element *e, struct strbuf *result)
{
	struct script *s = element_state(e);
	enum script_op last = script_last_op(s);
	int32_t var;

	if (last == SCRIPT_END && s->type == SCRIPT_SIGNAL)
		script_watch_signals(e, true);
	if (result != NULL &&
	    (last == SCRIPT_RETURN || last == SCRIPT_RETURNQ)) {
		var = script_find_var(s, STR("_"), false);
		if (var < (int32_t)s->vars.n)
			sb_add(result, s->vars.v[var].value);
	} else if (result != NULL && last == SCRIPT_END &&
	           s->type == SCRIPT_PACKET)
		sb_addc(result, '0');
	if (last == SCRIPT_ERROR || last == SCRIPT_ERRORQ)
		return ERR_SYNTAX;
	return last == SCRIPT_STOP;
}
