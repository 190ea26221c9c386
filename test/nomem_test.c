/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * nomem_test.c -- no memory, at every moment there is: each element class (the
 * samples of test/elements.samples, with the saved inputs of elements_fuzz)
 * and some whole configurations have their 1st, 2nd, ... n-th request for
 * memory refused, alone and with all that follow, while they are
 *
 *	started      it fails and says why, or works as if nothing had been
 *	             (what its handlers say is compared)
 *	fed          packets may be lost; none is forgotten
 *	read         each handler says what it says otherwise, or fails
 *	configured   anew: it fails and all is as before, or it is done
 *
 *	nomem_test [CLASS...]          of these alone
 *
 * The sanitizer looks on; leaks are looked for after each class.
 */
#include <string.h>

#include "test/nomem.h"
#include "test/sample_run.h"
#include "test/tap.h"

#ifdef __SANITIZE_ADDRESS__
int __lsan_do_recoverable_leak_check(void);
#else
#define __lsan_do_recoverable_leak_check() 0
#endif

/* More requests than this in one go are not tried one by one. */
enum { TRIES_MAX = 4000 };

static const enum nomem_how hows[] = { NOMEM_ONE, NOMEM_REST };

/* What went wrong first with a class; "" when nothing did. */
struct fault {
	char text[1024];
};

PRINTF(2, 3) static void fault(struct fault *f, const char *fmt, ...)
{
	va_list ap;

	if (f->text[0] != '\0')
		return;
	va_start(ap, fmt);
	vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

/* "with request 3 refused" or "... and all after it" */
static const char *
moment(void)
{
	static char text[64];

	snprintf(text, sizeof(text), "request %lu%s refused", nomem.at,
	    nomem.how == NOMEM_ONE ? "" : " and all after it");
	return text;
}

/* ---- what the handlers of x say ---- */

/*
 * The time is later with each look at the clock; how much memory rules take may
 * depend on how much there was.
 */
static bool
readable(const struct handler *h)
{
	return h->read != NULL && (h->flags & HANDLER_PARAM) == 0 &&
	       !str_is(h->name, "now") && !str_is(h->name, "rule_memory");
}

struct snapshot {
	struct trun *t;
	struct element *x; /* to be found while there is memory */
	struct strbuf text;
	struct fault *fault;
};

static int
snapshot_read(struct snapshot *s, const struct handler *h, struct strbuf *out)
{
	struct handler_call call = { .thread = master_thread(s->t->m, 0),
		.errh = &s->t->errh,
		.out = out };

	return handler_read(s->t->r, s->x, h, &call);
}

static void
snapshot_one(void *arg, const struct handler *h)
{
	struct snapshot *s = arg;

	if (!readable(h))
		return;
	sb_add(&s->text, h->name);
	sb_adds(&s->text, ": ");
	(void)snapshot_read(s, h, &s->text); /* some always fail */
	sb_addc(&s->text, '\n');
}

static void
snapshot_take(struct snapshot *s, struct trun *t)
{
	s->t = t;
	s->x = router_find(t->r, STR("x"), NULL);
	sb_clear(&s->text);
	handler_each(t->r, s->x, snapshot_one, s);
}

/* The first line of got that is not as in want. */
static struct str
snapshot_differs(const struct strbuf *got, struct str want)
{
	struct str rest = sb_str(got), a = STR(""), b = STR("");

	while (str_eq(a, b) && str_line(&rest, &a))
		if (!str_line(&want, &b))
			break;
	return a;
}

/* An error is to name its cause, not what came of it. */
static bool
says_memory(const struct strbuf *log)
{
	struct str said = sb_str(log);

	return str_search(said, STR("memory"), 0) < said.n;
}

/* ---- started ---- */

static bool
start_once(struct fault *f, const struct sample *s, const struct strbuf *normal)
{
	struct snapshot after = { .fault = f };
	struct strbuf text = STRBUF_INIT;
	struct trun t;
	bool came;
	int err;

	sample_text(&text, s, 1);
	(void)sb_cstr(&text);
	nomem_arm();
	err = trun_start(&t, text.s);
	came = nomem_disarm();
	sb_fini(&text);
	if (err == 0 && normal != NULL) {
		snapshot_take(&after, &t);
		if (!str_eq(sb_str(&after.text), sb_str(normal)))
			fault(f, "started with %s: says %.*s", moment(),
			    STR_ARG(
			        snapshot_differs(&after.text, sb_str(normal))));
	} else if (err != 0 && err != ERR_NOMEM && nomem.how == NOMEM_ONE &&
	           !t.log.oom && !says_memory(&t.log)) {
		fault(f, "started with %s: fails (%d) and says '%s'", moment(),
		    err, trun_log(&t));
	}
	if (trun_stop(&t) != 0)
		fault(f, "started with %s: lost packets", moment());
	sb_fini(&after.text);
	return came;
}

static void
test_start(struct fault *f, const struct sample *s)
{
	struct snapshot a = { .fault = f }, b = { .fault = f };
	struct trun t;

	for (int i = 0; i < 2; i++) {
		if (sample_start(&t, s) == 0)
			snapshot_take(i == 0 ? &a : &b, &t);
		else
			fault(f, "does not start: %s", trun_log(&t));
		sample_stop(&t);
	}
	for (size_t k = 0; k < ARRAY_SIZE(hows); k++)
		for (unsigned long n = 1; n < TRIES_MAX; n++) {
			nomem_at(n, hows[k]);
			if (!start_once(f, s,
			        str_eq(sb_str(&a.text), sb_str(&b.text))
			            ? &a.text
			            : NULL))
				break;
		}
	sb_fini(&a.text);
	sb_fini(&b.text);
}

/* ---- fed ---- */

static bool
feed_once(struct fault *f, const struct sample *s, struct str in)
{
	struct sample_fed fed;
	struct trun t;
	bool came = false;

	if (sample_start(&t, s) == 0) {
		sample_packets(&t, s->nin, in, &fed);
		nomem_arm();
		sample_push(&t, &fed);
		trun_run(&t);
		came = nomem_disarm();
		sample_fed_end(&t, &fed);
	}
	if (trun_stop(&t) != 0)
		fault(f, "fed with %s: lost packets", moment());
	return came;
}

static void
test_feed(struct fault *f, const struct sample *s)
{
	struct strbuf path = STRBUF_INIT, bytes = STRBUF_INIT;
	struct diag why;
	struct str in;

	sb_printf(&path, "test/fuzz/elements/%s-0", s->class->name);
	if (os_file_read(sb_str(&path), &bytes, &why) == 0 && s->nin > 0) {
		in = sb_str(&bytes);
		(void)sample_input(&in);
		for (size_t k = 0; k < ARRAY_SIZE(hows); k++)
			for (unsigned long n = 1; n < TRIES_MAX; n++) {
				nomem_at(n, hows[k]);
				if (!feed_once(f, s, in))
					break;
			}
	}
	sb_fini(&path);
	sb_fini(&bytes);
}

/* ---- read ---- */

static void
read_one(void *arg, const struct handler *h)
{
	struct snapshot *s = arg;
	struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
	bool came = true;
	int err;

	if (!readable(h))
		return;
	err = snapshot_read(s, h, &a);
	(void)snapshot_read(s, h, &b);
	if (err == 0 && str_eq(sb_str(&a), sb_str(&b)))
		for (unsigned long n = 1; came && n < TRIES_MAX; n++) {
			sb_fini(&b);
			nomem_at(n, NOMEM_ONE);
			nomem_arm();
			err = snapshot_read(s, h, &b);
			came = nomem_disarm();
			if (err == 0 && !str_eq(sb_str(&a), sb_str(&b)))
				fault(s->fault, "%.*s read with %s: %s",
				    STR_ARG(h->name), moment(), sb_cstr(&b));
		}
	sb_fini(&a);
	sb_fini(&b);
}

static void
test_read(struct fault *f, const struct sample *s)
{
	struct snapshot r = { .fault = f };
	struct trun t;

	if (sample_start(&t, s) == 0) {
		r.t = &t;
		r.x = router_find(t.r, STR("x"), NULL);
		handler_each(t.r, r.x, read_one, &r);
	}
	sample_stop(&t);
}

/* ---- configured anew ---- */

static bool
configure_once(
    struct fault *f, struct trun *t, const char *config, struct str normal)
{
	struct snapshot after = { .fault = f };
	bool came;
	int err;

	sb_clear(&t->log);
	nomem_arm();
	err = trun_write(t, "x.config", config);
	came = nomem_disarm();
	if (err != 0 && !came)
		fault(f, "config again: %d %s", err, trun_log(t));
	if (err != 0 && err != ERR_NOMEM && nomem.how == NOMEM_ONE &&
	    !t->log.oom && !says_memory(&t->log))
		fault(f, "config with %s: fails (%d) and says '%s'", moment(),
		    err, trun_log(t));
	snapshot_take(&after, t);
	if (normal.n > 0 && !str_eq(sb_str(&after.text), normal))
		fault(f, "config with %s (%d): then says %.*s", moment(), err,
		    STR_ARG(snapshot_differs(&after.text, normal)));
	sb_fini(&after.text);
	return came;
}

/* Its own configuration: nothing may change, failed or not. */
static void
test_configure(struct fault *f, const struct sample *s)
{
	struct snapshot normal = { .fault = f };
	struct strbuf config = STRBUF_INIT;
	struct trun t;

	if (sample_start(&t, s) != 0) {
		sample_stop(&t);
		return;
	}
	sb_add(&config, s->config);
	snapshot_take(&normal, &t);
	/* Where it may be done at all. */
	if (trun_write(&t, "x.config", sb_cstr(&config)) == 0)
		for (size_t k = 0; k < ARRAY_SIZE(hows); k++)
			for (unsigned long n = 1; n < TRIES_MAX; n++) {
				nomem_at(n, hows[k]);
				if (!configure_once(f, &t, sb_cstr(&config),
				        sb_str(&normal.text)))
					break;
			}
	sample_stop(&t);
	sb_fini(&config);
	sb_fini(&normal.text);
}

/* ---- all ---- */

static void
test_class(const struct sample *s)
{
	struct fault f = { "" };

	test_start(&f, s);
	test_feed(&f, s);
	test_read(&f, s);
	test_configure(&f, s);
	if (__lsan_do_recoverable_leak_check() != 0)
		fault(&f, "leaks");
	if (!ok(f.text[0] == '\0', "%s", s->class->name))
		tap_note_str("", str_of(f.text));
}

int
main(int argc, char **argv)
{
	samples_read("test/elements.samples");
	for (size_t i = 0; i < samples.n; i++) {
		const struct sample *s = &samples.v[i];
		bool wanted = argc == 1;

		for (int k = 1; k < argc; k++)
			wanted |= strcmp(argv[k], s->class->name) == 0;
		if (wanted && s->reason.n == 0)
			test_class(s);
	}
	return tap_done();
}
