/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * await.c -- in dom0: waits for what guests do.  A shell that looks again and
 * again takes the one processor of the box away from the guest it waits for.
 *
 *	await SECONDS key PATH [VALUE]	the key is there [and has the value]
 *	await SECONDS filled PATH	it is there and not empty; prints it
 *	await SECONDS no PATH		it is not
 *	await SECONDS id NAME [NOT]	a domain of that name, its number not
 *					NOT; prints it
 *	await SECONDS gone NAME		none has the name
 *	await SECONDS said NAME REGEX	the guest's console has such a line
 *	await SECONDS more NAME REGEX N	and the number that \1 of the last such
 *					line is lies above N; prints it
 *
 * Exit status: 0, or 1 when time is up.
 */
#include <poll.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xenstore.h>

enum { CONSOLE_MS = 20, STORE_MS = 250, CONSOLE_MAX = 1 << 20 };

struct wait {
	struct xs_handle *xs; /* NULL: it is about a console */
	char **arg;
	int args;
	char said[1024]; /* what is printed in the end */
	char path[256];
	regex_t regex;
	char text[CONSOLE_MAX];
};

static void
fail(const char *why)
{
	fprintf(stderr, "await: %s\n", why);
	exit(2);
}

static char *
store_read(struct wait *w, const char *path)
{
	unsigned int n;

	return xs_read(w->xs, XBT_NULL, path, &n);
}

static bool
is_key(struct wait *w)
{
	char *value = store_read(w, w->arg[0]);
	bool right =
	    value != NULL && (w->args < 2 || strcmp(value, w->arg[1]) == 0);

	free(value);
	return right;
}

static bool
is_filled(struct wait *w)
{
	char *value = store_read(w, w->arg[0]);
	bool filled = value != NULL && value[0] != '\0';

	if (filled)
		snprintf(w->said, sizeof(w->said), "%s", value);
	free(value);
	return filled;
}

static bool
is_no(struct wait *w)
{
	char *value = store_read(w, w->arg[0]);

	free(value);
	return value == NULL;
}

static bool
is_id(struct wait *w)
{
	unsigned int i, n = 0;
	char **domains = xs_directory(w->xs, XBT_NULL, "/local/domain", &n);
	char path[64], *name;
	bool found = false;

	for (i = 0; i < n && !found; i++) {
		if (w->args > 1 && strcmp(domains[i], w->arg[1]) == 0)
			continue;
		snprintf(
		    path, sizeof(path), "/local/domain/%.9s/name", domains[i]);
		name = store_read(w, path);
		found = name != NULL && strcmp(name, w->arg[0]) == 0;
		free(name);
		if (found)
			snprintf(w->said, sizeof(w->said), "%s", domains[i]);
	}
	free(domains);
	return found;
}

static bool
is_gone(struct wait *w)
{
	bool there = is_id(w);

	w->said[0] = '\0';
	return !there;
}

/* The console's text so far; it may not be there yet. */
static bool
console_read(struct wait *w)
{
	FILE *file = fopen(w->path, "r");
	size_t n;

	if (file == NULL)
		return false;
	n = fread(w->text, 1, sizeof(w->text) - 1, file);
	w->text[n] = '\0';
	fclose(file);
	return true;
}

static bool
is_said(struct wait *w)
{
	return console_read(w) && regexec(&w->regex, w->text, 0, NULL, 0) == 0;
}

static bool
is_more(struct wait *w)
{
	const char *at = w->text;
	long number = -1;
	regmatch_t m[2];

	if (!console_read(w))
		return false;
	for (; regexec(&w->regex, at, 2, m, 0) == 0; at += m[0].rm_eo)
		number = atol(at + m[1].rm_so);
	snprintf(w->said, sizeof(w->said), "%ld", number);
	return number > atol(w->arg[2]);
}

static const struct {
	const char *name;
	bool (*is)(struct wait *w);
	int least;
	const char *watch; /* "": the path that is asked for; NULL: a console */
} verbs[] = {
	{ "key", is_key, 1, "" },
	{ "filled", is_filled, 1, "" },
	{ "no", is_no, 1, "" },
	{ "id", is_id, 1, "@introduceDomain" },
	{ "gone", is_gone, 1, "@releaseDomain" },
	{ "said", is_said, 2, NULL },
	{ "more", is_more, 3, NULL },
};

static void
wait_open(struct wait *w, const char *watch)
{
	if (watch == NULL) {
		snprintf(w->path, sizeof(w->path),
		    "/var/log/xen/console/guest-%s.log", w->arg[0]);
		if (regcomp(&w->regex, w->arg[1], REG_NEWLINE) != 0)
			fail("not a regular expression");
		return;
	}
	w->xs = xs_open(0);
	if (w->xs == NULL ||
	    !xs_watch(w->xs, watch[0] != '\0' ? watch : w->arg[0], "t"))
		fail("no XenStore");
}

/* Sleeps until something may have changed. */
static void
wait_pause(struct wait *w)
{
	struct pollfd p = { .fd = w->xs ? xs_fileno(w->xs) : -1,
		.events = POLLIN };

	poll(&p, 1, w->xs == NULL ? CONSOLE_MS : STORE_MS);
	if (w->xs == NULL)
		return;
	for (char **event; (event = xs_check_watch(w->xs)) != NULL;)
		free(event);
}

static time_t
now_s(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

int
main(int argc, char **argv)
{
	static struct wait w;
	size_t verb = 0, n = sizeof(verbs) / sizeof(verbs[0]);
	time_t end;
	bool is;

	if (argc < 4)
		fail("SECONDS VERB WORD...");
	while (verb < n && strcmp(verbs[verb].name, argv[2]) != 0)
		verb++;
	w.arg = argv + 3;
	w.args = argc - 3;
	if (verb == n || w.args < verbs[verb].least)
		fail("no such verb, or words are missing");
	wait_open(&w, verbs[verb].watch);
	end = now_s() + atoi(argv[1]);
	while (!(is = verbs[verb].is(&w)) && now_s() <= end)
		wait_pause(&w);
	if (w.said[0] != '\0')
		printf("%s\n", w.said);
	return is ? 0 : 1;
}
