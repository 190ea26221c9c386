/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * traces_test.c -- captures through a configuration made of each family of
 * elements: nothing may crash, every packet must come home, and what the
 * configuration's lines "//= a = b + c" say must hold at the end.
 *
 *	traces_test [CAPTURE...]      default: all in ../shared/traces
 *
 * A capture is read under the name that stands for $FILE.
 */
#include <glob.h>
#include <stdlib.h>

#include "os/os.h"
#include "test/run.h"
#include "test/tap.h"

static const char *const configs[] = { "test/traces/frames.click",
	"test/traces/packets.click" };

/* text with file in the place of each $FILE. */
static void
traces_config(struct str text, const char *file, struct strbuf *out)
{
	static const char variable[] = "$FILE";

	for (size_t i = 0; i < text.n; i++)
		if (str_starts(str_from(text, i), str_of(variable))) {
			sb_adds(out, file);
			i += strlen(variable) - 1;
		} else {
			sb_addc(out, text.s[i]);
		}
}

/* "a + b.drops": the sum of their numbers. */
static uint64_t
traces_sum(struct trun *t, struct str words)
{
	uint64_t sum = 0;
	struct str word;

	for (;;) {
		char name[64];

		word = str_word(&words);
		if (word.n == 0)
			return sum;
		if (str_is(word, "+"))
			continue;
		snprintf(name, sizeof(name), "%.*s%s", STR_ARG(word),
		    str_find(word, '.', 0) == word.n ? ".count" : "");
		sum += strtoull(trun_read(t, name), NULL, 10);
		if (strcmp(trun_read(t, name), "<error>") == 0)
			tap_note("%s: no such handler", name);
	}
}

/* The first line that does not hold, or an empty one. */
static struct str
traces_broken(struct trun *t, struct str text)
{
	struct str line;

	while (str_line(&text, &line)) {
		size_t eq;

		if (!str_starts(line, STR("//= ")))
			continue;
		line = str_from(line, 4);
		eq = str_find(line, '=', 0);
		if (traces_sum(t, str_sub(line, 0, eq)) !=
		    traces_sum(t, str_from(line, eq + 1)))
			return line;
	}
	return str_make("", 0);
}

/* By FromDump: no capture, or of a link where it cannot tell IP packets. */
static bool
traces_refused(const char *log)
{
	return strstr(log, "While initializing 'src :: FromDump") != NULL;
}

static void
traces_run(const char *file, const char *config)
{
	struct diag why = { "" };
	struct strbuf source = STRBUF_INIT, text = STRBUF_INIT;
	struct str broken;
	struct trun t;

	if (os_file_read(str_of(config), &source, &why) != 0) {
		ok(false, "%s: %s", config, why.text);
		return;
	}
	traces_config(sb_str(&source), file, &text);
	if (trun_start(&t, sb_cstr(&text)) == 0) {
		trun_run(&t);
		broken = traces_broken(&t, sb_str(&source));
		if (!ok(broken.n == 0, "%s: %s: adds up", file, config))
			tap_note("not so: %.*s", STR_ARG(broken));
	} else if (!ok(traces_refused(trun_log(&t)), "%s: %s: is refused", file,
	               config)) {
		tap_note("%s", trun_log(&t));
	}
	is_num(trun_stop(&t), 0, "%s: %s: every packet is back", file, config);
	sb_fini(&source);
	sb_fini(&text);
}

int
main(int argc, char **argv)
{
	const char *from = getenv("TRACES");
	char pattern[256];
	glob_t found = { .gl_pathc = 0 };

	snprintf(pattern, sizeof(pattern), "%s/*.pcap*",
	    from != NULL ? from : "../shared/traces");
	if (argc == 1 && glob(pattern, 0, NULL, &found) != 0) {
		printf("1..0 # SKIP no captures at %s\n", pattern);
		return 0;
	}
	for (size_t c = 0; c < ARRAY_SIZE(configs); c++) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			traces_run(found.gl_pathv[i], configs[c]);
		for (int i = 1; i < argc; i++)
			traces_run(argv[i], configs[c]);
	}
	globfree(&found);
	return tap_done();
}
