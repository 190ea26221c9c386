/* SPDX-License-Identifier: BSD-3-Clause */
/* binding_test.c -- what `--port` says, taken apart. */
#include "base/binding.h"

#include "test/tap.h"

static const struct {
	const char *text;
	bool is_one, is_switch;
	const char *name, *kind, *what, *options, *args;
} cases[] = {
	{ "0=tap:t0", true, false, "0", "tap", "t0", "", "t0" },
	{ "lan=bridge:br0,mac=1:2", true, false, "lan", "bridge", "br0",
	    "mac=1:2", "br0,mac=1:2" },
	{ "0=vale0:fw.0", true, true, "0", "vale0", "vale0:fw.0", "",
	    "vale0:fw.0" },
	{ "a=vale-lan:x,slots=64,buffers=2", true, true, "a", "vale-lan",
	    "vale-lan:x", "slots=64,buffers=2",
	    "vale-lan:x,slots=64,buffers=2" },
	{ "0=vale0:", true, true, "0", "vale0", "", "", "vale0:" },
	{ "0=vale0", true, true, "0", "vale0", "", "", "vale0" },
	{ "0=vale0:,mac=x", true, true, "0", "vale0", "", "mac=x",
	    "vale0:,mac=x" },
	{ "1=mem:", true, false, "1", "mem", "", "", "" },
	{ "1=mem", true, false, "1", "mem", "", "", "" },
	{ "1=", true, false, "1", "", "", "", "" },
	{ "1=pcap:a:b=c,d", true, false, "1", "pcap", "a:b=c", "d", "a:b=c,d" },
	{ "=tap:t0", false, false, "", "tap", "t0", "", "t0" },
	{ "tap:t0", false, false, "tap:t0", "", "", "", "" },
	{ "", false, false, "", "", "", "", "" },
};

static void
test_split(void)
{
	struct binding_text b;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		is_num(binding_split(str_of(cases[i].text), &b),
		    cases[i].is_one, "'%s'", cases[i].text);
		is_num(b.is_switch, cases[i].is_switch, "of a switch");
		is_str(b.name, str_of(cases[i].name), "its name");
		is_str(b.kind, str_of(cases[i].kind), "its kind");
		is_str(b.what, str_of(cases[i].what), "what it is");
		is_str(b.options, str_of(cases[i].options), "its options");
		is_str(b.args, str_of(cases[i].args), "its arguments");
	}
}

static const struct {
	const char *text;
	bool is_number;
	uint32_t number;
} numbers[] = {
	{ "0=a:b", true, 0 },
	{ "15=a:b", true, 15 },
	{ "999999999=a:b", true, 999999999 },
	{ "4294967296=a:b", false, 0 },
	{ "x=a:b", false, 0 },
	{ "1x=a:b", false, 0 },
	{ "-1=a:b", false, 0 },
	{ " 1=a:b", false, 0 },
	{ "=a:b", false, 0 },
};

static void
test_numbers(void)
{
	struct binding_text b;
	uint32_t number;

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		number = 0;
		(void)binding_split(str_of(numbers[i].text), &b);
		is_num(binding_number(&b, &number), numbers[i].is_number,
		    "'%s': a number", numbers[i].text);
		is_num(number, numbers[i].number, "which");
	}
}

static const struct {
	const char *text;
	bool is_it;
	const char *value;
} options[] = {
	{ "0=bridge:b", true, "" },
	{ "0=bridge:b,mac=02:00:00:00:00:01", true, "02:00:00:00:00:01" },
	{ "0=bridge:b,mac=", true, "" },
	{ "0=bridge:b,mac", false, NULL },
	{ "0=bridge:b,ma=1", false, NULL },
	{ "0=bridge:b,mac=1,mac=2", false, NULL },
	{ "0=vale0:b,mac=1", true, "1" },
};

static void
test_options(void)
{
	struct binding_text b;
	struct str value;

	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		(void)binding_split(str_of(options[i].text), &b);
		is_num(binding_option(&b, "mac", &value), options[i].is_it,
		    "'%s': an address at most", options[i].text);
		if (options[i].is_it)
			is_str(value, str_of(options[i].value), "which");
	}
}

int
main(void)
{
	test_split();
	test_numbers();
	test_options();
	return tap_done();
}
