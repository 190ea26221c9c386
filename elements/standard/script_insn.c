/* SPDX-License-Identifier: BSD-3-Clause */
/* script_insn.c -- part of Script: instruction texts into instructions. */
#include "click/conf.h"
#include "elements/standard/script.h"

static const struct script_word {
	const char *name;
	enum script_op op;
} script_words[] = {
	{ "append", SCRIPT_APPEND },
	{ "end", SCRIPT_END },
	{ "error", SCRIPT_ERROR },
	{ "errorq", SCRIPT_ERRORQ },
	{ "exit", SCRIPT_EXIT },
	{ "export", SCRIPT_EXPORT },
	{ "exportq", SCRIPT_EXPORTQ },
	{ "goto", SCRIPT_GOTO },
	{ "init", SCRIPT_INIT },
	{ "initq", SCRIPT_INITQ },
	{ "label", SCRIPT_LABEL },
	{ "loop", SCRIPT_LOOP },
	{ "pause", SCRIPT_WAIT_STEP },
	{ "print", SCRIPT_PRINT },
	{ "printn", SCRIPT_PRINTN },
	{ "printnq", SCRIPT_PRINTNQ },
	{ "printq", SCRIPT_PRINTQ },
	{ "read", SCRIPT_READ },
	{ "readq", SCRIPT_READQ },
	{ "return", SCRIPT_RETURN },
	{ "returnq", SCRIPT_RETURNQ },
	{ "save", SCRIPT_SAVE },
	{ "set", SCRIPT_SET },
	{ "setq", SCRIPT_SETQ },
	{ "stop", SCRIPT_STOP },
	{ "wait", SCRIPT_WAIT },
	{ "wait_for", SCRIPT_WAIT_TIME },
	{ "wait_step", SCRIPT_WAIT_STEP },
	{ "wait_stop", SCRIPT_WAIT_STEP },
	{ "wait_time", SCRIPT_WAIT_TIME },
	{ "write", SCRIPT_WRITE },
	{ "writeq", SCRIPT_WRITEQ },
};

static const struct script_word *
script_find_word(struct str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(script_words); i++)
		if (str_is(name, script_words[i].name))
			return &script_words[i];
	return NULL;
}

static int
script_push(struct script *s, enum script_op op, int32_t arg, struct str text)
{
	struct script_insn insn = { .op = op, .arg = arg };

	insn.text = str_dup(text);
	if (insn.text.s == NULL)
		return ERR_NOMEM;
	if (vec_push(&s->insns, insn) != 0) {
		str_free(&insn.text);
		return ERR_NOMEM;
	}
	return 0;
}

/* The first instruction must be one that waits, be it for the beginning. */
static int
script_add(struct script *s, enum script_op op, int32_t arg, struct str text)
{
	if (s->insns.n == 0 && op != SCRIPT_WAIT_STEP &&
	    op != SCRIPT_WAIT_TIME &&
	    script_push(s, SCRIPT_INITIAL, 0, STR("")) != 0)
		return ERR_NOMEM;
	return script_push(s, op, arg, text);
}

/* "set VAR TEXT" and its kind: the variable is known from now on. */
static int
script_add_assignment(struct script *s, enum script_op op, struct str text)
{
	struct str name = STR("_");
	int32_t var;

	if (op != SCRIPT_RETURN && op != SCRIPT_RETURNQ)
		name = conf_shift_space(&text);
	if (name.n == 0 ||
	    ((op == SCRIPT_SET || op == SCRIPT_SETQ) && text.n == 0))
		return ERR_SYNTAX;
	var = script_find_var(s, name, true);
	return var < 0 ? ERR_NOMEM : script_add(s, op, var, text);
}

static int
script_add_wait_step(struct script *s, struct str text)
{
	uint64_t n = 1;
	bool overflow = false;

	if (text.n != 0 &&
	    (!conf_u64(text, 0, &n, &overflow) || overflow || n > UINT32_MAX))
		return ERR_SYNTAX;
	return script_add(s, SCRIPT_WAIT_STEP, (int32_t)n, STR(""));
}

/* 0, ERR_SYNTAX or ERR_NOMEM. */
static int
script_add_insn(struct script *s, enum script_op op, struct str text)
{
	struct str word;

	if (op == SCRIPT_WAIT)
		op = text.n == 0 ? SCRIPT_WAIT_STEP : SCRIPT_WAIT_TIME;
	switch (op) {
	case SCRIPT_WAIT_STEP:
		return script_add_wait_step(s, text);
	case SCRIPT_SET:
	case SCRIPT_SETQ:
	case SCRIPT_INIT:
	case SCRIPT_INITQ:
	case SCRIPT_EXPORT:
	case SCRIPT_EXPORTQ:
	case SCRIPT_RETURN:
	case SCRIPT_RETURNQ:
		return script_add_assignment(s, op, text);
	case SCRIPT_LABEL:
		word = conf_shift_space(&text);
		if (word.n == 0 || text.n != 0)
			return ERR_SYNTAX;
		return script_add(s, op, 0, word);
	case SCRIPT_LOOP:
	case SCRIPT_END:
	case SCRIPT_EXIT:
	case SCRIPT_STOP:
		if (text.n != 0)
			return ERR_SYNTAX;
		return script_add(
		    s, op == SCRIPT_LOOP ? SCRIPT_GOTO : op, 0, text);
	default:
		return script_add(s, op, 0, text);
	}
}

int
script_parse_insn(struct script *s, struct str text, struct errh *errh)
{
	struct str name = conf_shift_space(&text);
	const struct script_word *word;
	int err;

	if (name.n == 0)
		return 0;
	word = script_find_word(name);
	err = word == NULL ? ERR_SYNTAX : script_add_insn(s, word->op, text);
	if (err == ERR_SYNTAX)
		return errh_error(
		    errh, "syntax error at '%.*s'", STR_ARG(name));
	if (err != 0)
		return errh_error(errh, "out of memory!");
	return 0;
}

int32_t
script_find_label(const struct script *s, struct str label)
{
	const struct script_word *word;

	for (size_t i = 0; i < s->insns.n; i++)
		if (s->insns.v[i].op == SCRIPT_LABEL &&
		    str_eq(s->insns.v[i].text, label))
			return (int32_t)i;
	word = script_find_word(label);
	if (word != NULL && (int)word->op < 0)
		return (int32_t)word->op;
	if (str_is(label, "begin") || str_is(label, "loop"))
		return 0;
	return (int32_t)s->insns.n;
}

/* "goto LABEL [CONDITION]": the label becomes a number. */
static int
script_fix_goto(struct script *s, struct script_insn *insn, struct errh *errh)
{
	struct str rest = insn->text, label, condition;

	if (rest.n == 0)
		return 0;
	label = conf_shift_space(&rest);
	insn->arg = script_find_label(s, label);
	if (insn->arg >= (int32_t)s->insns.n)
		return errh_error(errh, "no such label '%.*s'", STR_ARG(label));
	condition = str_dup(rest);
	if (condition.s == NULL)
		return errh_error(errh, "out of memory!");
	str_free(&insn->text);
	insn->text = condition;
	return 0;
}

int
script_finish_insns(struct script *s, struct errh *errh)
{
	bool driver = s->type == SCRIPT_DRIVER;
	int err = 0;

	for (size_t i = 0; i < s->insns.n; i++)
		if (s->insns.v[i].op == SCRIPT_GOTO &&
		    script_fix_goto(s, &s->insns.v[i], errh) != 0)
			err = ERR_INVAL;
	if (s->insns.n == 0 && driver &&
	    script_add(s, SCRIPT_WAIT_STEP, 1, STR("")) != 0)
		return errh_error(errh, "out of memory!");
	if (script_add(s, driver ? SCRIPT_STOP : SCRIPT_END, 0, STR("")) != 0)
		return errh_error(errh, "out of memory!");
	return err;
}
