/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * script_system.c -- part of Script: functions that need the surroundings
 * (files, signals).  Where there are none they say so when they are called.
 */
#include "click/conf.h"
#include "elements/standard/script.h"
#include "os/os.h"

int
script_signal(struct str name)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {
		{ "HUP", 1 },
		{ "INT", 2 },
		{ "QUIT", 3 },
		{ "ABRT", 6 },
		{ "USR1", 10 },
		{ "USR2", 12 },
		{ "PIPE", 13 },
		{ "ALRM", 14 },
		{ "TERM", 15 },
		{ "TSTP", 20 },
		{ "IO", 29 },
	};
	bool overflow = false;
	int64_t n;

	for (size_t i = 0; i < ARRAY_SIZE(signals); i++)
		if (str_is(name, signals[i].name))
			return signals[i].number;
	if (conf_i64(name, 0, &n, &overflow) && n >= 0 && n < SCRIPT_SIGNALS)
		return (int)n;
	return -1;
}

/* A signal came: the script runs once and must be armed again by "end". */
static void
script_signalled(void *arg)
{
	struct script_signal *which = arg;
	struct element *e = which->e;
	struct script *s = element_state(e);
	struct handler_call call = { .thread = e->thread, .writing = true };
	const struct handler *run = handler_find(e->router, e, STR("run"));
	struct errh silent;

	s->watched &= ~((uint32_t)1 << which->number);
	(void)os_watch_signal(e->thread->waiter, which->number, NULL, which);
	errh_silent_init(&silent);
	call.errh = &silent;
	(void)handler_write(e->router, e, run, &call);
	errh_fini(&silent);
}

void
script_watch_signals(struct element *e, bool on)
{
	struct script *s = element_state(e);

	for (int n = 0; n < SCRIPT_SIGNALS; n++) {
		uint32_t bit = (uint32_t)1 << n;

		if ((s->signals & bit) == 0 || ((s->watched & bit) != 0) == on)
			continue;
		s->signal[n] = (struct script_signal){ .e = e, .number = n };
		/* One that cannot be caught just never comes. */
		(void)os_watch_signal(e->thread->waiter, n,
		    on ? script_signalled : NULL, &s->signal[n]);
		s->watched ^= bit;
	}
}

static int
script_cat(struct element *e, uintptr_t quote, struct handler_call *call)
{
	struct arena mem = ARENA_INIT;
	struct strbuf file = STRBUF_INIT;
	struct diag why = { "" };
	unsigned int before = call->errh->nerrors;
	struct str name;
	int err = 0;

	if (str_trim(call->text).n == 0)
		err = errh_error(call->errh, "bad FILE");
	else if (!arg_parse(&arg_type_filename, call->text, &name, e, &mem,
	             call->errh))
		err = call->errh->nerrors > before
		          ? ERR_NOMEM
		          : errh_error(call->errh, "bad FILE");
	else if (os_file_read(name, &file, &why) != 0)
		err =
		    errh_error(call->errh, "%.*s: %s", STR_ARG(name), why.text);
	else if (quote)
		conf_quote(call->out, sb_str(&file), false);
	else
		sb_add(call->out, sb_str(&file));
	sb_fini(&file);
	arena_fini(&mem);
	return err;
}

/* "kill SIGNAL PID...". */
static int
script_kill(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct str text = call->text;
	int signo = script_signal(conf_shift_space(&text));
	struct diag why = { "" };
	bool overflow = false;
	int64_t pid;

	(void)e;
	(void)user;
	if (signo < 0)
		return errh_error(call->errh, "bad SIGNO");
	while (text.n > 0) {
		if (!conf_i64(conf_shift_space(&text), 0, &pid, &overflow) ||
		    overflow || pid < INT32_MIN || pid > INT32_MAX)
			return errh_error(call->errh, "bad PID");
		if (os_send_signal(pid, signo, &why) != 0)
			return errh_error(call->errh, "kill(%d, %d): %s",
			    (int)pid, signo, why.text);
	}
	sb_add(call->out, text);
	return 0;
}

void
script_add_system_handlers(struct element *e)
{
	handler_add_read(
	    e, "cat", script_cat, 0, HANDLER_PARAM | HANDLER_PRIVATE);
	handler_add_read(
	    e, "catq", script_cat, 1, HANDLER_PARAM | HANDLER_PRIVATE);
	handler_add_read(
	    e, "kill", script_kill, 0, HANDLER_PARAM | HANDLER_PRIVATE);
}
