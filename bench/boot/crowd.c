/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * crowd.c CONFIG N... -- creates process guests by libcosmos until there are
 * as many as each N (rising) says, and looks at them there; then destroys all.
 *
 *	create I NS NS FAULTS FORKS
 *	                     the I-th: until cosmos_create() returned, and until
 *	                     its first packet was printed; the page faults of
 *	                     creator and guest; processes and threads that began
 *	point N KIND VALUE   at N guests: "answering" (guests), "private"
 *	                     (median bytes), "available" (bytes of the machine,
 *	                     less than before the first), each again with
 *	                     "_after" when all have forwarded PACKETS more
 *	failed I WHY         the I-th could not be created: the end
 *
 * CONFIG has an InfiniteSource s, to which a limit is written, a Counter c,
 * and a Print p, which is turned off then.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/steady.h"
#include "bench/boot/counts.h"
#include "cosmos/cosmos.h"

enum { PACKETS = 1000, SAMPLE = 101, TRIES = 10000, MOMENTS = 500 };

struct crowd {
	struct cosmos *c;
	struct cosmos_spec spec;
	struct cosmos_guest *guests;
	unsigned int n;
	uint64_t available; /* before the first */
};

static volatile sig_atomic_t crowd_stop;

static void
crowd_signal(int signo)
{
	(void)signo;
	crowd_stop = 1;
}

static uint64_t
crowd_kilobytes(const char *path, const char *name)
{
	FILE *f = fopen(path, "re");
	uint64_t sum = 0, value;
	char line[256];

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0 &&
		    sscanf(strchr(line, ':') + 1, "%" SCNu64, &value) == 1)
			sum += value;
	if (f != NULL)
		fclose(f);
	return sum * 1024;
}

static int
crowd_compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Of a sample spread over all. */
static uint64_t
crowd_private(const struct crowd *w)
{
	uint64_t bytes[SAMPLE];
	unsigned int n = w->n < SAMPLE ? w->n : SAMPLE, i;
	char path[64];

	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "/proc/%u/smaps_rollup",
		    w->guests[(size_t)i * w->n / n].id);
		bytes[i] = crowd_kilobytes(path, "Private_");
	}
	qsort(bytes, n, sizeof(*bytes), crowd_compare);
	return bytes[n / 2];
}

static unsigned long
crowd_count(struct crowd *w, unsigned int i)
{
	unsigned long count = 0;
	char *text;

	if (cosmos_read(w->c, &w->guests[i], 0, "c.count", "", &text, NULL) ==
	    COSMOS_OK) {
		count = strtoul(text, NULL, 10);
		free(text);
	}
	return count;
}

/* True when its counter says at least so much, or does within a moment. */
static int
crowd_counts(struct crowd *w, unsigned int i, unsigned long packets)
{
	const struct timespec moment = { .tv_nsec = 1000000 };
	int tries;

	for (tries = 0; tries < MOMENTS; tries++) {
		if (crowd_count(w, i) >= packets)
			return 1;
		nanosleep(&moment, NULL);
	}
	return 0;
}

/* The newest one. */
static int
crowd_has_printed(struct crowd *w)
{
	size_t n = 0;
	char *text;

	if (cosmos_logs(w->c, &w->guests[w->n], &text, &n) == COSMOS_OK)
		free(text);
	return n > 0;
}

static int
crowd_create(struct crowd *w)
{
	/* Who looks without a pause has the processor that the guest wants. */
	const struct timespec pause = { .tv_nsec = 20000 };
	uint64_t forks = counts_forks(), faults = counts_own_faults();
	int64_t begin, created, printed;
	char name[16];
	int err, tries = 0;

	snprintf(name, sizeof(name), "g%u", w->n);
	w->spec.name = name;
	begin = steady_ns();
	err = cosmos_create(w->c, &w->spec, &w->guests[w->n]);
	w->spec.name = NULL; /* it was this function's */
	if (err != COSMOS_OK) {
		printf("failed %u %s\n", w->n + 1, cosmos_error(w->c));
		return -1;
	}
	created = steady_ns();
	faults = counts_own_faults() - faults;
	while (!crowd_has_printed(w) && ++tries < TRIES)
		nanosleep(&pause, NULL);
	printed = steady_ns();
	faults += counts_faults((pid_t)w->guests[w->n].id);
	printf("create %u %" PRId64 " %" PRId64 " %" PRIu64 " %" PRIu64 "\n",
	    ++w->n, created - begin, printed - begin, faults,
	    counts_forks() - forks);
	return 0;
}

static void
crowd_say(const struct crowd *w, const char *kind, uint64_t value)
{
	printf("point %u %s %" PRIu64 "\n", w->n, kind, value);
}

static void
crowd_memory(const struct crowd *w, const char *private, const char *available)
{
	uint64_t now = crowd_kilobytes("/proc/meminfo", "MemAvailable");

	crowd_say(w, private, crowd_private(w));
	crowd_say(w, available, w->available > now ? w->available - now : 0);
}

static void
crowd_look(struct crowd *w, unsigned long forwarded)
{
	unsigned int i, answering = 0;
	char limit[24];

	crowd_memory(w, "private", "available");
	snprintf(limit, sizeof(limit), "%lu", forwarded + 1);
	/* One that does not obey is not answering. */
	for (i = 0; i < w->n; i++) {
		(void)cosmos_write(
		    w->c, &w->guests[i], 0, "p.active", "false", 5);
		(void)cosmos_write(
		    w->c, &w->guests[i], 0, "s.limit", limit, strlen(limit));
	}
	for (i = 0; i < w->n; i++)
		answering += (unsigned int)crowd_counts(w, i, forwarded + 1);
	crowd_say(w, "answering", answering);
	crowd_memory(w, "private_after", "available_after");
}

static void
crowd_run(struct crowd *w, int n, char **points)
{
	unsigned int to;
	int i;

	for (i = 0; i < n; i++) {
		to = (unsigned int)atoi(points[i]);
		while (w->n < to && !crowd_stop)
			if (crowd_create(w) != 0)
				return;
		if (crowd_stop)
			return;
		crowd_look(w, (unsigned long)PACKETS * (unsigned int)(i + 1));
		fflush(stdout);
	}
}

/* The whole file, as far as a configuration goes. */
static char *
crowd_read(const char *path)
{
	static char text[65536];
	FILE *f = fopen(path, "re");
	size_t n = f != NULL ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f != NULL)
		fclose(f);
	text[n] = '\0';
	return text;
}

int
main(int argc, char **argv)
{
	struct crowd w = { .spec = COSMOS_SPEC_INIT };
	struct sigaction stop = { .sa_handler = crowd_signal };
	unsigned int i;

	if (argc < 3) {
		fprintf(stderr, "Usage: crowd CONFIG N...\n");
		return 2;
	}
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	w.c = cosmos_open();
	w.guests = calloc((size_t)atoi(argv[argc - 1]) + 1, sizeof(*w.guests));
	if (w.c == NULL || w.guests == NULL)
		return 1;
	w.spec.platform = COSMOS_PROCESS;
	w.spec.config = crowd_read(argv[1]);
	w.spec.config_length = strlen(w.spec.config);
	w.available = crowd_kilobytes("/proc/meminfo", "MemAvailable");
	crowd_run(&w, argc - 2, argv + 2);
	for (i = 0; i < w.n; i++)
		(void)cosmos_destroy(w.c, &w.guests[i]); /* the driver looks */
	free(w.guests);
	cosmos_close(w.c);
	return 0;
}
