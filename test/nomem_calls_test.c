/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nomem_calls_test.c -- no memory, at every moment there is, where
 * nomem_test.c's samples do not come: handlers with parameters, the
 * instructions of scripts, texts in quotes, directives, files.  In each case
 * the 1st, 2nd, ... n-th request for memory is refused while
 *
 *	it is called     or while the configuration is started
 *
 * and then it says what it says otherwise, or memory was the matter and it was
 * told.  What was half understood for lack of memory must not be acted upon.
 */
#include <string.h>

#include "os/os.h"
#include "test/nomem.h"
#include "test/run.h"
#include "test/tap.h"

#define DUMP "build/nomem_calls.ipsum"

enum { TRIES_MAX = 4000 };

/* What was printed, and what was logged: without asking for memory. */
static struct {
	char print[512], log[4096];
} heard;

static void
heard_add(char *buf, size_t size, struct str text)
{
	size_t n = strlen(buf);

	snprintf(buf + n, size - n, "%.*s", STR_ARG(text));
}

void backtrace_print(void);

void
os_log(struct str text)
{
	heard_add(heard.log, sizeof(heard.log), text);
}

void
os_print(struct str text)
{
	heard_add(heard.print, sizeof(heard.print), text);
}

void
backtrace_print(void)
{
}

void
os_panic(const char *why)
{
	fprintf(stderr, "panic: %s\n", why);
	abort();
}

struct nomem_case {
	const char *config, *handler, *text;
	const char *result; /* and what it prints, when there is memory */
};

#define SCRIPT(...) "s :: Script(TYPE PASSIVE, " #__VA_ARGS__ ")"

#define WITH_COUNTER "; Idle -> c :: Counter -> Discard"
#define WITH_SCRIPT  "; t :: Script(TYPE PASSIVE, init a 0)"

static const struct nomem_case calls[] = {
	{ "s :: Script", "s.unquote", "\"a b\"", "a b" },
	{ "s :: Script", "s.in", "'b' a \"b\"", "true" },
	{ "s :: Script", "s.in", "'c' a \"b\"", "false" },
	{ "s :: Script", "s.eq", "'b c' \"b c\"", "true" },
	{ "s :: Script", "s.lt", "'b c' \"b b\"", "false" },
	{ "s :: Script", "s.sprintf", "'%s-%d' \"a b\" 7", "a b-7" },
	{ "s :: Script", "s.catq", "LICENSE", NULL },
	{ "s :: Script", "s.add", "1 2 3", "6" },
	{ SCRIPT(return $1), "s.run", "a b", "a" },
	{ SCRIPT(set a x, set b y$a, return $b), "s.run", "", "yx" },
	{ SCRIPT(setq a "x  y", return $a), "s.run", "", "x  y" },
	{ SCRIPT(returnq "x  y"), "s.run", "", "x  y" },
	{ SCRIPT(set y true, goto over $y, return no, label over, return yes),
	    "s.run", "", "yes" },
	{ SCRIPT(set y false, goto over $y, return no, label over, return yes),
	    "s.run", "", "no" },
	{ SCRIPT(set a 3, print $a, printq "b c", return 1), "s.run", "",
	    "13\nb c\n" },
	{ SCRIPT(printn $(s.add 1 2), return 1), "s.run", "", "13" },
	{ SCRIPT(set v 1, write c.reset $v, return $?) WITH_COUNTER, "s.run",
	    "", "0" },
	{ SCRIPT(set v "a b", writeq t.set a $v, return $(t.get a)) WITH_SCRIPT,
	    "s.run", "", NULL },
	{ SCRIPT(set v 20, print $(if $(ge $v 3) big small), return $v),
	    "s.run", "", "20big\n" },
};

static const struct nomem_case starts[] = {
	{ "s :: Script(TYPE PASSIVE, init a \"x y\", initq b \"x y\", return "
	  "$a$b)",
	    "s.run", "", "\"x y\"x y" },
	{ "#line 7 \"a b\"\ns :: Script(TYPE PASSIVE, return 1)", "s.run", "",
	    "1" },
	{ "require(\"compact_config\"); s :: Script(TYPE PASSIVE, return 1)",
	    "s.run", "", "1" },
	{ "Idle -> f :: IPFilter(\"allow src 1.2.3.4 && tcp\", 'deny all') -> "
	  "Discard",
	    "f.program", "", NULL },
	{ "Idle -> d :: ToIPSummaryDump(/dev/null, FIELDS \"ip_src\" ip_dst "
	  "'sport')",
	    "d.config", "", NULL },
	{ "Idle -> p :: PPPoEServer(2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/29, USER "
	  "\"'a b' c 10.0.0.2 8Mbps\", USER x y) -> Discard; Idle -> [1] p "
	  "[1] -> Discard",
	    "p.users", "", NULL },
};

/* Started, and run until they stop; their packets may be lost. */
static const struct nomem_case runs[] = {
	{ "f :: FromIPSummaryDump(" DUMP ", STOP true) -> c :: Counter -> "
	  "p :: Print(CONTENTS ASCII) -> Discard",
	    "c.byte_count", "", NULL },
};

enum what { CALL, START, RUN };

static void
dump_write(void)
{
	FILE *f = fopen(DUMP, "w");

	fputs("!data 'ip_src' \"payload\"\n1.2.3.4 \"a\\x41b\"\n", f);
	fclose(f);
}

static bool
told(struct trun *t)
{
	return strstr(heard.log, "memory") != NULL ||
	       strstr(trun_log(t), "memory") != NULL || t->log.oom;
}

static void
hear_nothing(struct trun *t)
{
	heard.print[0] = heard.log[0] = '\0';
	sb_clear(&t->log);
}

/* As trun_read(), with a parameter; what is printed is added. */
static int
call(struct trun *t, const struct nomem_case *c, struct strbuf *out)
{
	struct handler_call hc = { .thread = master_thread(t->m, 0),
		.errh = &t->errh,
		.out = out,
		.text = str_of(c->text) };
	const struct handler *h;
	struct element *e;
	int err;

	err = handler_resolve(t->r, str_of(c->handler), NULL, &e, &h, &t->errh);
	return err != 0 ? err : handler_read(t->r, e, h, &hc);
}

/* Called with a request refused: false once there was none so late. */
static bool
call_once(const struct nomem_case *c, struct trun *t, struct str want,
    const char **wrong)
{
	struct strbuf out = STRBUF_INIT;
	bool came;
	int err;

	hear_nothing(t);
	nomem_arm();
	err = call(t, c, &out);
	came = nomem_disarm();
	sb_adds(&out, heard.print);
	if (!told(t) && (err != 0 || !str_eq(sb_str(&out), want)))
		*wrong = "says something else";
	sb_fini(&out);
	return came;
}

/* Started likewise; who starts a router says what ERR_NOMEM is. */
static bool
start_once(const struct nomem_case *c, enum what what, struct str want,
    const char **wrong)
{
	struct strbuf out = STRBUF_INIT;
	struct trun t;
	bool came;
	int err;

	heard.log[0] = '\0';
	nomem_arm();
	err = trun_start(&t, c->config);
	if (err == 0 && what == RUN)
		trun_run(&t);
	came = nomem_disarm();
	if (t.m == NULL)
		return came;
	if (err != 0 && err != ERR_NOMEM && !told(&t))
		*wrong = "does not say that memory is the matter";
	if (err == 0 &&
	    (call(&t, c, &out) != 0 || !str_eq(sb_str(&out), want)) &&
	    !(what == RUN && str_is(sb_str(&out), "0")))
		*wrong = "starts and says something else";
	sb_fini(&out);
	if (trun_stop(&t) != 0)
		*wrong = "lost packets";
	return came;
}

static void
try_all(const struct nomem_case *c, enum what what)
{
	struct strbuf want = STRBUF_INIT;
	const char *wrong = NULL;
	struct trun t;
	unsigned long n = 0;
	bool came = true;

	if (trun_start(&t, c->config) != 0)
		wrong = trun_log(&t);
	if (wrong == NULL && what == RUN)
		trun_run(&t);
	if (wrong == NULL && call(&t, c, &want) != 0)
		wrong = trun_log(&t);
	sb_adds(&want, what != CALL ? "" : heard.print);
	if (wrong == NULL && c->result != NULL &&
	    !str_eq(sb_str(&want), str_of(c->result)))
		wrong = sb_cstr(&want);
	while (wrong == NULL && came && n++ < TRIES_MAX) {
		nomem_at(n, NOMEM_ONE);
		came = what != CALL ? start_once(c, what, sb_str(&want), &wrong)
		                    : call_once(c, &t, sb_str(&want), &wrong);
	}
	ok(wrong == NULL, "%s%s %s: request %lu refused: %s",
	    what != CALL ? "started: " : "", c->handler,
	    what != CALL ? c->config : c->text, n,
	    wrong == NULL ? "as otherwise" : wrong);
	is_num(trun_stop(&t), 0, "all packets came home");
	sb_fini(&want);
	heard.print[0] = '\0';
}

int
main(void)
{
	dump_write();
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		try_all(&calls[i], CALL);
	for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
		try_all(&starts[i], START);
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++)
		try_all(&runs[i], RUN);
	return tap_done();
}
