/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * script.h -- what the files of Script and DriverManager share.
 *
 *	script.c         the elements: configure, initialize, ports
 *	script_insn.c    instruction texts into struct script_insn
 *	script_step.c    running them
 *	script_expand.c  the values of $variables and $(handlers)
 *	script_handler.c the element's handlers for control and variables
 *	script_math.c    functions over numbers
 *	script_text.c    functions over words and texts
 *	script_sprintf.c the sprintf function
 *	script_system.c  functions that need the surroundings: files, signals
 *
 * A script is a list of instructions and a place in it.  It runs until it
 * reaches an instruction that waits: for a step (somebody writes "step"), for
 * a time, or for good.  "Steps" are what it may still take before it waits;
 * they are counted from the script's start, and an instruction that waits
 * takes one when it lets go.
 */
#ifndef ELEMENTS_STANDARD_SCRIPT_H
#define ELEMENTS_STANDARD_SCRIPT_H

#include "base/vec.h"
#include "click/element.h"

enum script_op {
	SCRIPT_INITIAL, /* put in front of a script that begins at once */
	SCRIPT_WAIT_STEP,
	SCRIPT_WAIT_TIME,
	SCRIPT_PRINT,
	SCRIPT_PRINTQ,
	SCRIPT_PRINTN,
	SCRIPT_PRINTNQ,
	SCRIPT_READ,
	SCRIPT_READQ,
	SCRIPT_WRITE,
	SCRIPT_WRITEQ,
	SCRIPT_SET,
	SCRIPT_SETQ,
	SCRIPT_INIT,
	SCRIPT_INITQ,
	SCRIPT_EXPORT,
	SCRIPT_EXPORTQ,
	SCRIPT_SAVE,
	SCRIPT_APPEND,
	SCRIPT_LABEL,
	SCRIPT_GOTO,
	SCRIPT_RETURN,
	SCRIPT_RETURNQ,
	SCRIPT_WAIT, /* by its argument WAIT_STEP or WAIT_TIME */
	SCRIPT_LOOP, /* a GOTO */
	/* These are labels too. */
	SCRIPT_EXIT = -1,
	SCRIPT_END = -2,
	SCRIPT_STOP = -3,
	SCRIPT_ERROR = -4,
	SCRIPT_ERRORQ = -5,
};

struct script_insn {
	enum script_op op;
	int32_t arg;     /* a variable's or a goal's number, steps to wait */
	int32_t waited;  /* of those steps */
	struct str text; /* owned */
};

struct script_var {
	struct str name, value; /* owned */
};

enum script_type {
	SCRIPT_NOTYPE, /* not said: ACTIVE, or PACKET when it has ports */
	SCRIPT_ACTIVE,
	SCRIPT_DRIVER,
	SCRIPT_SIGNAL,
	SCRIPT_PASSIVE,
	SCRIPT_PROXY,
	SCRIPT_PACKET,
};

enum {
	SCRIPT_MAX_JUMPS = 1000,
	SCRIPT_SIGNALS = 32,
	SCRIPT_TEXT_MAX = 1 << 20, /* a loop may double its variable */
};

/* What a watched signal is given: which one it is of which script. */
struct script_signal {
	struct element *e;
	int number;
};

struct script {
	enum script_type type;
	VEC(struct script_insn) insns;
	VEC(struct script_var) vars;
	uint32_t pos;       /* of the next instruction */
	int32_t step_count; /* taken since the start */
	int write_status;   /* $? */
	struct timer timer;
	bool timer_ready; /* timer_init was called */
	uint32_t signals; /* bit n: runs at signal n */
	uint32_t watched; /* of those: being watched now */
	struct script_signal signal[SCRIPT_SIGNALS];

	/* Set while a handler runs the script. */
	struct str run_name; /* $0, borrowed */
	struct str run_args; /* $args, owned */
	bool run_write;      /* $write */
	int32_t *more_steps; /* where a nested "step" adds to; or NULL */

	VEC(struct str) proxied; /* names of handlers made for TYPE PROXY */
};

/* ---- script.c, for both elements ---- */

int script_configure(
    struct element *e, const struct strs *conf, struct errh *errh);
int script_initialize(struct element *e, struct errh *errh);
void script_cleanup(struct element *e, enum cleanup_stage stage);
void script_add_handlers(struct element *e);

/* ---- script_insn.c ---- */

/* Appends what one configuration argument says; mistakes go to errh. */
int script_parse_insn(struct script *s, struct str text, struct errh *errh);
/* Finds the goals of all gotos and appends the last instruction. */
int script_finish_insns(struct script *s, struct errh *errh);
/* The instruction a label stands at, SCRIPT_EXIT...; insns.n if none. */
int32_t script_find_label(const struct script *s, struct str label);

/* ---- script_step.c ---- */

enum script_step_kind {
	SCRIPT_STEP_NORMAL,
	SCRIPT_STEP_ROUTER, /* the router wants to stop: step or stop it */
	SCRIPT_STEP_TIMER,
	SCRIPT_STEP_JUMP, /* run from the present place */
};

/*
 * Runs at most nsteps steps; returns the number of jumps so far, which a
 * caller that goes on passes back.
 */
int script_step(struct element *e, struct thread *t, int32_t nsteps,
    enum script_step_kind kind, int njumps, struct errh *errh);
/*
 * What a run that has stopped amounts to: 0, 1 after "stop", ERR_SYNTAX after
 * "error" (Click's -1).  result, if not NULL, gets what was returned.
 */
int script_result(struct element *e, struct strbuf *result);

/* ---- script_expand.c ---- */

/*
 * Appends text with its $variables replaced.  With quote a value that stands
 * outside quotes is put into quotes.  A variable of more than SCRIPT_TEXT_MAX
 * bytes is left out, and errh is told.  False when there was no memory for
 * all of it; errh was told.
 */
MUST_CHECK bool script_expand(struct element *e, struct thread *t,
    struct str text, bool quote, struct strbuf *out, struct errh *errh);
/* *text without its quotes, in *mem; false as above. */
MUST_CHECK bool script_unquoted(
    struct str *text, struct arena *mem, struct errh *errh);
/* The number of variable name, or vars.n; add: makes it (ERR_NOMEM: -1). */
int32_t script_find_var(struct script *s, struct str name, bool add);
/* Number n (from 1) of the arguments of this run. */
struct str script_argument(const struct script *s, uint32_t n);

/* ---- handlers ---- */

void script_add_control_handlers(struct element *e);
void script_add_math_handlers(struct element *e);
void script_add_text_handlers(struct element *e);
void script_add_system_handlers(struct element *e);
handler_fn script_sprintf;

/* ---- script_system.c ---- */

/* The number of signal name ("INT"), or -1. */
int script_signal(struct str name);
/* Runs the script once at the next of its signals; again after "end". */
void script_watch_signals(struct element *e, bool on);

/* Messages of a running script: to the log, with "While executing ...". */
struct script_log {
	struct errh sink, context;
};
void script_log_init(struct script_log *log, struct element *e);
void script_log_fini(struct script_log *log);

#endif
