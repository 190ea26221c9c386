/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Script(INSTRUCTION, ... [, TYPE type]) -- scripts a configuration: sets
 * variables, calls handlers, waits, stops the router.
 *
 *   ports     none; with TYPE PACKET any number
 *   TYPE      ACTIVE (default): begins when the router does
 *             PASSIVE: only when a handler (step, goto, run) says so
 *             PACKET: runs at each packet; what it returns is the output for
 *             it, $input the port it came to (default when there are ports)
 *             DRIVER: also decides when the router stops; see DriverManager
 *             SIGNAL NAME...: runs when the program gets such a signal
 *             PROXY: runs for any handler it is asked for; $0 is its name
 *
 * Instructions, in order.  Their texts have $variables and $(handler value)
 * replaced; the forms with q then remove a layer of quotes.
 *
 *   set VAR TEXT, setq         sets a variable
 *   init VAR TEXT, initq       sets it once, before anything runs
 *   export VAR TEXT, exportq   the same, and it becomes a read handler
 *   print [>FILE|>>FILE] TEXT, printq, printn (no newline), printnq
 *                              prints TEXT, or a handler's value if it begins
 *                              with a letter
 *   read HANDLER [VALUE], readq   prints name and value to the log
 *   write HANDLER [VALUE], writeq $? is its result
 *   save HANDLER FILE, append  writes a handler's value into a file
 *   wait TIME, wait_for, wait_time   waits so long
 *   wait [N], wait_step, pause, wait_stop   waits for N steps (writes of step)
 *   label NAME, goto NAME [CONDITION], loop   begin, end, exit, stop and error
 *                              are goals too
 *   return [TEXT], returnq     ends this run with a value
 *   end, exit                  ends this run ("end" arms a signal again)
 *   stop                       ends it and asks the router to stop
 *   error [TEXT], errorq       ends it with an error
 *
 *   $? last write's result   $0 handler's name   $1... $# $args arguments of
 *   run   $write whether run was written   $$ process number   $input port
 *
 * Handlers, control:
 *   step write: takes N steps    goto write: runs from a label
 *   run read with parameters, write: runs from the beginning
 *   get, set, shift: of a variable, a variable VALUE, the first word of one
 * Functions, read with parameters:
 *   add sub mul div idiv min max mod rem neg abs, eq ne lt le gt ge, not and
 *   or nand nor if in, first length unquote sprintf, random now,
 *   htons htonl ntohs ntohl, readable writable, cat catq kill
 *
 *	s :: Script(TYPE PASSIVE, return $(add $1 $2));
 *	Script(wait 1s, print "c has $(c.count)", write c.reset, loop);
 */
#include "elements/standard/script.h"
#include "click/conf.h"
#include "click/router.h"

static int
script_configure_signals(struct script *s, struct str names, struct errh *errh)
{
	struct str name;
	int n;

	s->type = SCRIPT_SIGNAL;
	s->signals = 0;
	while ((name = conf_shift_space(&names)).n > 0) {
		n = script_signal(name);
		if (n < 0)
			return errh_error(errh, "bad signal number");
		s->signals |= (uint32_t)1 << n;
	}
	if (s->signals == 0)
		return errh_error(errh, "bad signal number");
	return 0;
}

static int
script_configure_type(struct element *e, struct str type, struct errh *errh)
{
	static const struct {
		const char *name;
		enum script_type type;
	} types[] = {
		{ "ACTIVE", SCRIPT_ACTIVE },
		{ "PASSIVE", SCRIPT_PASSIVE },
		{ "PACKET", SCRIPT_PACKET },
		{ "PUSH", SCRIPT_PACKET },
		{ "PROXY", SCRIPT_PROXY },
		{ "DRIVER", SCRIPT_DRIVER },
	};
	struct script *s = element_state(e);
	struct str word = conf_shift_space(&type);

	if (str_is(word, "SIGNAL"))
		return script_configure_signals(s, type, errh);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (str_is(word, types[i].name) && type.n == 0) {
			s->type = types[i].type;
			return 0;
		}
	if (word.n > 0)
		return errh_error(errh, "bad TYPE");
	if (s->type == SCRIPT_NOTYPE)
		s->type =
		    e->nin > 0 || e->nout > 0 ? SCRIPT_PACKET : SCRIPT_ACTIVE;
	return 0;
}

/*
 * The router wants to stop: the script steps, which may change its mind.  The
 * driver's thread, which is the first, calls this.
 */
static void
script_driver_stopped(struct element *e)
{
	const struct handler *step = handler_find(e->router, e, STR("step"));
	struct script_log log;
	struct handler_call call = {
		.thread = master_thread(e->router->master, 0),
		.errh = &log.sink,
		.text = STR("router"),
		.writing = true,
	};
	int tries = SCRIPT_MAX_JUMPS, result;

	script_log_init(&log, e);
	do
		result = handler_write(e->router, e, step, &call);
	while (result == 0 && e->router->runcount <= 0 && tries-- > 0);
	script_log_fini(&log);
}

/* What the type asks of the rest of the router. */
static int
script_check_type(struct element *e, struct errh *errh)
{
	struct script *s = element_state(e);

	if (s->type == SCRIPT_DRIVER) {
		if (e->router->driver != NULL)
			return errh_error(
			    errh, "router has more than one driver script");
		e->router->driver = e;
		e->router->driver_stopped = script_driver_stopped;
	}
	if (s->type == SCRIPT_PACKET && e->nin == 0)
		return errh_error(errh, "PACKET script must have inputs");
	if (s->type != SCRIPT_PACKET && (e->nin > 0 || e->nout > 0))
		return errh_error(errh, "ports allowed only on PACKET scripts");
	return 0;
}

/* The instructions are all arguments but TYPE. */
static int
script_configure_insns(
    struct element *e, const struct strs *insns, struct errh *errh)
{
	struct script *s = element_state(e);
	int err = 0;

	for (size_t i = 0; i < insns->n; i++)
		if (script_parse_insn(s, insns->v[i], errh) != 0)
			err = ERR_INVAL;
	if (script_finish_insns(s, errh) != 0)
		err = ERR_INVAL;
	return err;
}

int
script_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct arena mem = ARENA_INIT;
	struct strs insns = VEC_INIT;
	struct str type = { NULL, 0 };
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_raw(&a, "TYPE", 0, &type);
	err = args_consume(&a, &mem, &insns);
	if (err == 0)
		err = script_configure_type(e, type, errh);
	if (err == 0)
		err = script_check_type(e, errh);
	if (err == 0)
		err = script_configure_insns(e, &insns, errh);
	str_free(&type);
	vec_fini(&insns);
	arena_fini(&mem);
	return err;
}

static void
script_fire(struct element *e, struct timer *timer, struct thread *t)
{
	struct script_log log;

	(void)timer;
	script_log_init(&log, e);
	script_step(e, t, 1, SCRIPT_STEP_TIMER, 0, &log.context);
	(void)script_result(e, NULL); /* a timer has nobody to tell */
	script_log_fini(&log);
}

/* "init" and "export": the variables' first values. */
static int
script_init_vars(struct element *e, struct errh *errh)
{
	struct script *s = element_state(e);

	for (size_t i = 0; i < s->insns.n; i++) {
		const struct script_insn *insn = &s->insns.v[i];
		bool quoted =
		    insn->op == SCRIPT_INITQ || insn->op == SCRIPT_EXPORTQ;
		struct strbuf value = STRBUF_INIT;
		struct arena mem = ARENA_INIT;
		struct str text;
		int err = ERR_NOMEM;

		if (!quoted && insn->op != SCRIPT_INIT &&
		    insn->op != SCRIPT_EXPORT)
			continue;
		if (script_expand(
		        e, e->thread, insn->text, false, &value, errh)) {
			text = sb_str(&value);
			if (!quoted || script_unquoted(&text, &mem, errh))
				err =
				    str_set(&s->vars.v[insn->arg].value, text);
		}
		arena_fini(&mem);
		sb_fini(&value);
		if (err != 0)
			return err;
	}
	return 0;
}

/* An active script whose first instruction is "wait TIME". */
static void
script_begin_wait(struct element *e, struct str text, struct errh *errh)
{
	struct script *s = element_state(e);
	struct strbuf time = STRBUF_INIT;
	bool overflow = false;
	int64_t ns;

	if (!script_expand(e, e->thread, text, false, &time, errh))
		; /* it was told */
	else if (conf_seconds(sb_str(&time), 9, &ns, &overflow) && ns >= 0)
		timer_schedule_after(&s->timer, ns);
	else
		errh_error(errh, "syntax error at 'wait'");
	sb_fini(&time);
}

int
script_initialize(struct element *e, struct errh *errh)
{
	struct script *s = element_state(e);
	struct script_insn *first = &s->insns.v[0];
	int err;

	timer_init(&s->timer, e, script_fire);
	s->timer_ready = true;
	err = script_init_vars(e, errh);
	if (err != 0)
		return err;
	if (s->type == SCRIPT_SIGNAL)
		script_watch_signals(e, true);
	if (s->type != SCRIPT_ACTIVE && s->type != SCRIPT_DRIVER)
		return 0;
	if (first->op == SCRIPT_WAIT_TIME)
		script_begin_wait(e, first->text, errh);
	if (first->op == SCRIPT_INITIAL) {
		first->arg = 1;
		/* The driver asks its script as soon as it may stop. */
		if (s->type == SCRIPT_DRIVER)
			router_adjust_runcount(e->router, -1);
		else
			timer_schedule_after(&s->timer, 0);
	}
	return 0;
}

void
script_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct script *s = element_state(e);

	(void)stage;
	script_watch_signals(e, false);
	if (s->timer_ready)
		timer_fini(&s->timer);
	for (size_t i = 0; i < s->insns.n; i++)
		str_free(&s->insns.v[i].text);
	vec_fini(&s->insns);
	for (size_t i = 0; i < s->vars.n; i++) {
		str_free(&s->vars.v[i].name);
		str_free(&s->vars.v[i].value);
	}
	vec_fini(&s->vars);
	for (size_t i = 0; i < s->proxied.n; i++)
		str_free(&s->proxied.v[i]);
	vec_fini(&s->proxied);
	str_free(&s->run_args);
}

void
script_add_handlers(struct element *e)
{
	script_add_math_handlers(e);
	script_add_text_handlers(e);
	script_add_system_handlers(e);
	script_add_control_handlers(e);
}

/* Runs the script for a packet that came to port: its output, or -1. */
static int
script_packet(struct element *e, struct thread *t, unsigned int port)
{
	struct script *s = element_state(e);
	int32_t var = script_find_var(s, STR("input"), true);
	struct strbuf out = STRBUF_INIT;
	bool overflow = false;
	struct script_log log;
	int64_t result = -1;

	sb_u64(&out, port);
	if (out.oom || var < 0 ||
	    str_set(&s->vars.v[var].value, sb_str(&out)) != 0) {
		sb_fini(&out);
		return -1;
	}
	sb_clear(&out);
	s->pos = 0;
	script_log_init(&log, e);
	script_step(e, t, 0, SCRIPT_STEP_JUMP, 0, &log.context);
	(void)script_result(e, &out); /* the packet's way shows it */
	script_log_fini(&log);
	if (!conf_i64(sb_str(&out), 0, &result, &overflow) || result < 0 ||
	    result >= e->nout)
		result = -1;
	sb_fini(&out);
	return (int)result;
}

/* Each packet goes before the next is looked at: scripts see the effects. */
static void
script_push_packets(struct element *e, unsigned int port, struct batch *b)
{
	struct thread *t = b->thread;

	for (uint32_t i = 0; i < b->count; i++) {
		int out = script_packet(e, t, port);

		if (out < 0)
			packet_kill(t, b->packet[i]);
		else
			output_push_one_checked(
			    e, (unsigned int)out, t, b->packet[i]);
	}
	batch_reset(b);
}

static unsigned int
script_pull_packets(
    struct element *e, unsigned int port, struct batch *b, unsigned int max)
{
	struct thread *t = b->thread;
	struct packet *p;
	int out;

	(void)port;
	if (max == 0 || input_pull(e, 0, b, 1) == 0)
		return 0;
	out = script_packet(e, t, 0);
	if (out == 0)
		return 1;
	p = b->packet[--b->count];
	if (out < 0)
		packet_kill(t, p);
	else
		output_push_one_checked(e, (unsigned int)out, t, p);
	return 0;
}

const struct element_class element_script = {
	.name = "Script",
	.ports = "-/-",
	.processing = "ah/ah",
	.state_size = sizeof(struct script),
	.configure = script_configure,
	.initialize = script_initialize,
	.cleanup = script_cleanup,
	.add_handlers = script_add_handlers,
	.push = script_push_packets,
	.pull = script_pull_packets,
};
