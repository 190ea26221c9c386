/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * script_handler.c -- part of Script: its handlers for control (step, goto,
 * run and those of TYPE PROXY) and for variables.
 */
#include "click/conf.h"
#include "elements/standard/script.h"

/* Goes on for nsteps, and for what handlers on the way add to that. */
static void
script_drive(struct element *e, struct thread *t, int32_t nsteps,
    enum script_step_kind kind, struct errh *errh)
{
	struct script *s = element_state(e);
	int32_t more = nsteps;
	int njumps = 0;

	s->more_steps = &more;
	while (more >= 0) {
		nsteps = more;
		more = -1;
		njumps = script_step(e, t, nsteps, kind, njumps, errh);
		kind = SCRIPT_STEP_NORMAL;
	}
	s->more_steps = NULL;
}

/* Runs as a handler called name was told to, and answers. */
static int
script_answer(struct element *e, struct str name, int32_t nsteps,
    enum script_step_kind kind, struct handler_call *call)
{
	struct script *s = element_state(e);
	int result;

	s->run_name = name;
	s->run_write = call->writing;
	if (s->more_steps == NULL)
		script_drive(e, call->thread, nsteps, kind, call->errh);
	else if (kind == SCRIPT_STEP_NORMAL || kind == SCRIPT_STEP_ROUTER)
		*s->more_steps += nsteps;
	result = script_result(e, call->out);
	if (result != 0)
		str_free(&s->run_args);
	s->run_name = STR("");
	s->run_write = false;
	return result;
}

/* "step": one, N, or "router" from the router that wants to stop. */
static int
script_step_handler(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct arena mem = ARENA_INIT;
	struct str text;
	enum script_step_kind kind = SCRIPT_STEP_NORMAL;
	bool overflow = false, good = true;
	int64_t n = 1;
	int err;

	(void)user;
	err = conf_uncomment(call->text, &mem, &text);
	if (err != 0)
		good = false;
	else if (str_is(text, "router"))
		kind = SCRIPT_STEP_ROUTER;
	else if (text.n != 0)
		good = conf_i64(text, 0, &n, &overflow) && !overflow &&
		       n >= INT32_MIN && n <= INT32_MAX;
	arena_fini(&mem);
	if (err != 0)
		return err;
	if (!good)
		return errh_error(call->errh, "syntax error");
	return script_answer(e, STR("step"), (int32_t)n, kind, call);
}

/* "goto": runs from a label on. */
static int
script_goto_handler(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct script *s = element_state(e);
	struct arena mem = ARENA_INIT;
	struct str label;
	int32_t goal = -1;
	int err;

	(void)user;
	err = conf_uncomment(call->text, &mem, &label);
	if (err == 0)
		goal = script_find_label(s, label);
	arena_fini(&mem);
	if (err != 0)
		return err;
	if (goal < 0 || goal >= (int32_t)s->insns.n)
		return errh_error(call->errh, "jump to nonexistent label");
	for (size_t i = (size_t)goal; i < s->insns.n; i++)
		s->insns.v[i].waited = 0;
	s->pos = (uint32_t)goal;
	return script_answer(e, STR("goto"), 0, SCRIPT_STEP_JUMP, call);
}

/* "run", and what a proxy script answers to; user: the name. */
static int
script_run_handler(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct script *s = element_state(e);

	if (str_set(&s->run_args, call->text) != 0)
		return errh_error(call->errh, "out of memory!");
	s->pos = 0;
	return script_answer(
	    e, str_of((const char *)user), 0, SCRIPT_STEP_JUMP, call);
}

/* A proxy script has every handler that is asked for. */
static int
script_star_handler(
    struct element *e, uintptr_t user, struct handler_call *call)
{
	struct script *s = element_state(e);
	struct str name = str_dup(call->text);
	uintptr_t run_name = (uintptr_t)name.s;

	(void)user;
	if (name.s == NULL || vec_push(&s->proxied, name) != 0) {
		str_free(&name);
		return errh_error(call->errh, "out of memory!");
	}
	handler_add_read(
	    e, name.s, script_run_handler, run_name, HANDLER_PARAM);
	handler_add_write(e, name.s, script_run_handler, run_name, 0);
	return 0;
}

enum script_var_use { SCRIPT_VAR_GET, SCRIPT_VAR_SET, SCRIPT_VAR_SHIFT };

/* The value that handler use is about; NULL after telling errh why. */
static struct str *
script_var_named(struct script *s, struct str name, enum script_var_use use,
    struct errh *errh)
{
	int32_t var;

	if (str_is(name, "args"))
		return &s->run_args;
	var = script_find_var(s, name, use == SCRIPT_VAR_SET);
	if (var < 0)
		errh_error(errh, "out of memory!");
	else if (var < (int32_t)s->vars.n)
		return &s->vars.v[var].value;
	else
		errh_error(errh, "undefined variable '%.*s'", STR_ARG(name));
	return NULL;
}

static int
script_var_handler(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct script *s = element_state(e);
	enum script_var_use use = (enum script_var_use)user;
	struct str text = call->text, name = conf_shift_space(&text), first;
	struct str *value;

	if (name.n == 0 && use == SCRIPT_VAR_SHIFT)
		name = STR("args");
	if (name.n == 0)
		return errh_error(call->errh, "no variable");
	if (text.n > 0 && use != SCRIPT_VAR_SET)
		return errh_error(call->errh, "too many arguments");
	value = script_var_named(s, name, use, call->errh);
	if (value == NULL)
		return ERR_INVAL;
	if (use == SCRIPT_VAR_GET) {
		sb_add(call->out, *value);
		return 0;
	}
	if (use == SCRIPT_VAR_SHIFT) {
		text = *value;
		first = conf_shift_space(&text);
		sb_add(call->out, first);
	}
	return str_set(value, text) == 0
	           ? 0
	           : errh_error(call->errh, "out of memory!");
}

static int
script_read_export(struct element *e, uintptr_t user, struct handler_call *call)
{
	struct script *s = element_state(e);

	sb_add(call->out, s->vars.v[user].value);
	return 0;
}

void
script_add_control_handlers(struct element *e)
{
	struct script *s = element_state(e);
	uintptr_t run = (uintptr_t) "run";

	handler_add_write(e, "step", script_step_handler, 0, 0);
	handler_add_write(e, "goto", script_goto_handler, 0, 0);
	handler_add_read(e, "run", script_run_handler, run, HANDLER_PARAM);
	handler_add_write(e, "run", script_run_handler, run, 0);
	handler_add_read(
	    e, "get", script_var_handler, SCRIPT_VAR_GET, HANDLER_PARAM);
	handler_add_write(e, "set", script_var_handler, SCRIPT_VAR_SET, 0);
	handler_add_read(
	    e, "shift", script_var_handler, SCRIPT_VAR_SHIFT, HANDLER_PARAM);
	if (s->type == SCRIPT_PROXY)
		handler_add_write(e, "*", script_star_handler, 0, 0);
	for (size_t i = 0; i < s->insns.n; i++) {
		const struct script_insn *insn = &s->insns.v[i];

		if (insn->op == SCRIPT_EXPORT || insn->op == SCRIPT_EXPORTQ)
			handler_add_read(e, s->vars.v[insn->arg].name.s,
			    script_read_export, (uintptr_t)insn->arg, 0);
	}
}
