/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * args_test.c -- who gets which argument, what each type makes of it, and the
 * messages, which are Click's.
 */
#include "click/args.h"

#include "click/conf.h"
#include "click/nameinfo.h"
#include "test/tap.h"

/* ---- which argument goes where: A and B as told, C by keyword only ---- */

/* Shown as "A=.. B=.. C=..", "-" where a result was left alone; messages. */
static const struct {
	const char *conf;
	unsigned int a_flags, b_flags;
	const char *result;
} place_cases[] = {
	{ "", ARG_POS, ARG_POS, "A=- B=- C=-" },
	{ "x", ARG_POS, ARG_POS, "A=x B=- C=-" },
	{ "x, y", ARG_POS, ARG_POS, "A=x B=y C=-" },
	{ ", y", ARG_POS, ARG_POS, "A=- B=y C=-" },
	{ "B x, A y", ARG_POS, ARG_POS, "A=y B=x C=-" },
	{ "x, C z", ARG_POS, ARG_POS, "A=x B=- C=z" },
	{ "x, C z, y", ARG_POS, ARG_POS, "too many arguments\nA=- B=- C=-" },
	{ "C z, x", ARG_POS, ARG_POS, "too many arguments\nA=- B=- C=-" },
	{ "A x, A y", ARG_POS, ARG_POS, "A=y B=- C=-" },
	{ "A x, A y", ARG_POS | ARG_FIRST, ARG_POS,
	    "A: unknown argument\nA=- B=- C=-" },
	{ "x, A y", ARG_POS, ARG_POS, "A=y B=- C=-" },
	{ "x, A y", ARG_POS | ARG_FIRST, ARG_POS,
	    "A: unknown argument\nA=- B=- C=-" },
	{ "A y, x", ARG_POS, ARG_POS, "too many arguments\nA=- B=- C=-" },
	{ "D x", ARG_POS, ARG_POS, "D: unknown argument\nA=- B=- C=-" },
	{ "D x", ARG_POS | ARG_MAND, ARG_POS, "A: parse error\nA=- B=- C=-" },
	{ "x, y, z, D w, E v", ARG_POS, ARG_POS,
	    "D: unknown argument\nE: unknown argument\ntoo many arguments\n"
	    "A=- B=- C=-" },
	{ "", ARG_POS | ARG_MAND, ARG_MAND,
	    "A: required argument missing\nB: required argument missing\n"
	    "A=- B=- C=-" },
	{ ", x", ARG_POS | ARG_MAND, ARG_POS,
	    "A: required argument missing\nA=- B=- C=-" },
	{ "x", 0, 0, "too many arguments\nA=- B=- C=-" },
	{ "A x", ARG_DEPRECATED, 0,
	    "A: warning: argument deprecated\nA=x B=- C=-" },
	{ "A", ARG_POS, ARG_POS, "A=A B=- C=-" },
	{ "A  x", ARG_POS, ARG_POS, "A=x B=- C=-" },
	{ "A \"x y\"z", ARG_POS, ARG_POS, "A=x yz B=- C=-" },
	{ "A x y", ARG_POS, ARG_POS, "A: parse error\nA=- B=- C=-" },
	{ "x, B y z", ARG_POS, ARG_POS, "B: parse error\nA=- B=- C=-" },
	{ "A.b x", ARG_POS, ARG_POS, "A.b: unknown argument\nA=- B=- C=-" },
	{ "9A x", ARG_POS, ARG_POS, "A: parse error\nA=- B=- C=-" },
};

static void
test_places(struct strbuf *sb)
{
	struct errh errh;

	errh_strbuf_init(&errh, sb);
	for (size_t i = 0; i < ARRAY_SIZE(place_cases); i++) {
		struct str r[3];
		struct args a;
		int err;

		for (size_t j = 0; j < 3; j++)
			r[j] = str_dup(STR("-"));
		sb_clear(sb);
		args_init_text(&a, str_of(place_cases[i].conf), NULL, &errh);
		args_str(&a, "A", place_cases[i].a_flags, &r[0]);
		args_str(&a, "B", place_cases[i].b_flags, &r[1]);
		args_str(&a, "C", 0, &r[2]);
		err = args_complete(&a);
		ok((err == 0) == (errh.nerrors == 0), "\"%s\": 0 or ERR_INVAL",
		    place_cases[i].conf);
		errh.nerrors = 0;
		sb_printf(sb, "A=%s B=%s C=%s", r[0].s, r[1].s, r[2].s);
		is_cstr(sb_cstr(sb), place_cases[i].result, "its results");
		for (size_t j = 0; j < 3; j++)
			str_free(&r[j]);
	}
	errh_fini(&errh);
}

/* ---- types ---- */

static void
show_u8(struct strbuf *sb, const void *x)
{
	sb_u64(sb, *(const uint8_t *)x);
}

static void
show_u16(struct strbuf *sb, const void *x)
{
	sb_u64(sb, *(const uint16_t *)x);
}

static void
show_u32(struct strbuf *sb, const void *x)
{
	sb_u64(sb, *(const uint32_t *)x);
}

static void
show_u64(struct strbuf *sb, const void *x)
{
	sb_u64(sb, *(const uint64_t *)x);
}

static void
show_i32(struct strbuf *sb, const void *x)
{
	sb_i64(sb, *(const int32_t *)x);
}

static void
show_i64(struct strbuf *sb, const void *x)
{
	sb_i64(sb, *(const int64_t *)x);
}

static void
show_double(struct strbuf *sb, const void *x)
{
	sb_double(sb, *(const double *)x);
}

static void
show_str(struct strbuf *sb, const void *x)
{
	sb_add(sb, *(const struct str *)x);
}

static void
show_ip4(struct strbuf *sb, const void *x)
{
	sb_ip4(sb, *(const uint32_t *)x);
}

static void
show_ip4_prefix(struct strbuf *sb, const void *x)
{
	const struct ip4_prefix *p = x;

	sb_ip4_prefix(sb, p->addr, p->mask);
}

static void
show_ip6(struct strbuf *sb, const void *x)
{
	sb_ip6(sb, x);
}

static void
show_ip6_prefix(struct strbuf *sb, const void *x)
{
	const struct ip6_prefix *p = x;

	sb_ip6(sb, &p->addr);
	sb_printf(sb, "/%u", p->len);
}

static void
show_ether(struct strbuf *sb, const void *x)
{
	sb_ether(sb, x);
}

typedef void show_fn(struct strbuf *sb, const void *x);

/* result: the value, or the message when it does not parse. */
static const struct {
	const struct arg_type *type;
	show_fn *show;
	const char *text, *result;
} type_cases[] = {
	{ &arg_type_bool, show_u8, "yes", "1" },
	{ &arg_type_bool, show_u8, "2", "A: parse error\n" },
	{ &arg_type_u8, show_u8, "0xff", "255" },
	{ &arg_type_u8, show_u8, "256", "A: out of range, bound 255\n" },
	{ &arg_type_u16, show_u16, "65535", "65535" },
	{ &arg_type_u16, show_u16, "65536", "A: out of range, bound 65535\n" },
	{ &arg_type_u32, show_u32, "4294967295", "4294967295" },
	{ &arg_type_u32, show_u32, "4294967296",
	    "A: out of range, bound 4294967295\n" },
	{ &arg_type_u32, show_u32, "-1", "A: invalid number\n" },
	{ &arg_type_u32, show_u32, "08", "A: invalid number\n" },
	{ &arg_type_i32, show_i32, "-2147483648", "-2147483648" },
	{ &arg_type_i32, show_i32, "-2147483649",
	    "A: out of range, bound -2147483648\n" },
	{ &arg_type_i32, show_i32, "2147483648",
	    "A: out of range, bound 2147483647\n" },
	{ &arg_type_i64, show_i64, "-9223372036854775809",
	    "A: out of range, bound -9223372036854775808\n" },
	{ &arg_type_i64, show_i64, "9223372036854775807",
	    "9223372036854775807" },
	{ &arg_type_u64, show_u64, "18446744073709551615",
	    "18446744073709551615" },
	{ &arg_type_u64, show_u64, "18446744073709551616",
	    "A: out of range, bound 18446744073709551615\n" },
	{ &arg_type_double, show_double, "1e3", "1000" },
	{ &arg_type_double, show_double, "inf", "inf" },
	{ &arg_type_double, show_double, "1e999",
	    "A: out of range, bound inf\n" },
	{ &arg_type_double, show_double, "1e-999",
	    "A: underflow, rounded to 0\n" },
	{ &arg_type_double, show_double, "0e-999", "0" },
	{ &arg_type_double, show_double, "x", "A: parse error\n" },
	{ &arg_type_raw, show_str, "\"a b\"  c", "\"a b\"  c" },
	{ &arg_type_word, show_str, "\"ab\"-c", "ab-c" },
	{ &arg_type_word, show_str, "\"a b\"", "A: parse error\n" },
	{ &arg_type_keyword, show_str, "a.b?", "a.b?" },
	{ &arg_type_keyword, show_str, "\"a\"", "A: parse error\n" },
	{ &arg_type_filename, show_str, "\"//a///b/\"", "/a/b/" },
	{ &arg_type_filename, show_str, "\"a b\"", "a b" },
	{ &arg_type_filename, show_str, "\"\"", "A: parse error\n" },
	{ &arg_type_bandwidth, show_u32, "1Mbps", "125000" },
	{ &arg_type_bandwidth, show_u32, "5GBps", "A: out of range\n" },
	{ &arg_type_bandwidth, show_u32, "5k", "A: parse error\n" },
	{ &arg_type_seconds, show_u32, "1.5min", "90" },
	{ &arg_type_seconds, show_u32, "-1", "A: parse error\n" },
	{ &arg_type_seconds, show_u32, "50000d", "A: out of range\n" },
	{ &arg_type_seconds_ms, show_u32, "1.5", "1500" },
	{ &arg_type_seconds_us, show_u32, "1.5ms", "1500" },
	{ &arg_type_stamp, show_i64, "0.000000001", "1" },
	{ &arg_type_stamp, show_i64, "1e10", "A: out of range\n" },
	{ &arg_type_stamp, show_i64, "-1", "A: parse error\n" },
	{ &arg_type_ip4, show_ip4, "1.2.3.4", "1.2.3.4" },
	{ &arg_type_ip4, show_ip4, "1.2.3", "A: parse error\n" },
	{ &arg_type_ip4_prefix, show_ip4_prefix, "10/8", "10.0.0.0/8" },
	{ &arg_type_ip4_prefix, show_ip4_prefix, "10.1.2.3/8", "10.1.2.3/8" },
	{ &arg_type_ip4_prefix, show_ip4_prefix, "1.2.3.4/255.0.255.0",
	    "1.2.3.4/255.0.255.0" },
	{ &arg_type_ip4_prefix, show_ip4_prefix, "1.2.3.4", "1.2.3.4/32" },
	{ &arg_type_ip4_prefix, show_ip4_prefix, "18.26/16", "18.26.0.0/16" },
	{ &arg_type_ip4_prefix, show_ip4_prefix, "10/16", "A: parse error\n" },
	{ &arg_type_ip4_prefix, show_ip4_prefix, "10./8", "A: parse error\n" },
	{ &arg_type_ip4_prefix, show_ip4_prefix, "1.2.3.4/33",
	    "A: parse error\n" },
	{ &arg_type_ip4_prefix, show_ip4_prefix, "1.2.3.4.5/8",
	    "A: parse error\n" },
	{ &arg_type_ip4_prefix, show_ip4_prefix, "/8", "A: parse error\n" },
	{ &arg_type_ip4_net, show_ip4_prefix, "1.2.3.4", "A: parse error\n" },
	{ &arg_type_ip4_net, show_ip4_prefix, "0/0", "0.0.0.0/0" },
	{ &arg_type_ip6, show_ip6, "fe80::1", "fe80::1" },
	{ &arg_type_ip6, show_ip6, "fe80", "A: parse error\n" },
	{ &arg_type_ip6_prefix, show_ip6_prefix, "fe80::/10", "fe80::/10" },
	{ &arg_type_ip6_prefix, show_ip6_prefix, "fe80::1", "fe80::1/128" },
	{ &arg_type_ip6_prefix, show_ip6_prefix, "fe80::/ffff::", "fe80::/16" },
	{ &arg_type_ip6_prefix, show_ip6_prefix, "fe80::/129",
	    "A: parse error\n" },
	{ &arg_type_ip6_net, show_ip6_prefix, "fe80::1", "A: parse error\n" },
	{ &arg_type_ether, show_ether, "0:1:2:a:b:C", "00-01-02-0A-0B-0C" },
	{ &arg_type_ether, show_ether, "0:1:2", "A: parse error\n" },
	{ &arg_type_tcp_port, show_u16, "80", "80" },
	{ &arg_type_tcp_port, show_u16, "www", "80" },
	{ &arg_type_udp_port, show_u16, "dns", "53" },
	{ &arg_type_udp_port, show_u16, "65536",
	    "A: overflow, range 0-65535\n" },
	{ &arg_type_udp_port, show_u16, "no-such-port", "A: parse error\n" },
	{ &arg_type_ip_proto, show_u8, "udp", "17" },
	{ &arg_type_ip_proto, show_u8, "0x11", "17" },
	{ &arg_type_ip_proto, show_u8, "no-such-proto", "A: invalid number\n" },
	{ &arg_type_ip_proto, show_u8, "tcpudp", "A: bad IP protocol\n" },
};

static void
test_types(struct strbuf *sb)
{
	struct errh errh;

	errh_strbuf_init(&errh, sb);
	for (size_t i = 0; i < ARRAY_SIZE(type_cases); i++) {
		struct str conf = str_of(type_cases[i].text);
		struct strs list = { &conf, 1, 1 };
		char out[32] __attribute__((aligned(16)));
		struct args a;
		bool given;

		sb_clear(sb);
		args_init(&a, &list, NULL, &errh);
		given = args_read(&a, "A", ARG_POS, type_cases[i].type, out);
		if (args_execute(&a) == 0)
			type_cases[i].show(sb, out);
		ok(given == (errh.nerrors == 0), "given and good");
		errh.nerrors = 0;
		is_cstr(sb_cstr(sb), type_cases[i].result, "type case \"%s\"",
		    type_cases[i].text);
		args_fini(&a);
	}
	errh_fini(&errh);
}

/* ---- types with a parameter ---- */

static const struct {
	const char *text, *result;
} range_cases[] = {
	{ "-3", "-3" },
	{ "7", "7" },
	{ "-4", "A: out of range, bound -3\n" },
	{ "8", "A: out of range, bound 7\n" },
	{ "-2147483649", "A: out of range, bound -2147483648\n" },
	{ "99999999999999999999", "A: out of range, bound 2147483647\n" },
	{ "x", "A: invalid number\n" },
};

static void
test_ranges(struct strbuf *sb)
{
	struct errh errh;

	errh_strbuf_init(&errh, sb);
	for (size_t i = 0; i < ARRAY_SIZE(range_cases); i++) {
		struct args a;
		int32_t x = 0;

		sb_clear(sb);
		args_init_text(&a, str_of(range_cases[i].text), NULL, &errh);
		args_i32_in(&a, "A", ARG_POS, -3, 7, &x);
		if (args_complete(&a) == 0)
			sb_i64(sb, x);
		is_cstr(sb_cstr(sb), range_cases[i].result, "range case %s",
		    range_cases[i].text);
	}
	errh_fini(&errh);
}

static void
test_parameters(struct strbuf *sb)
{
	struct arg_anno anno = { 99, 99 }, any = { 99, 99 }, bare = { 99, 99 };
	uint32_t half = 0, cents = 0;
	int32_t type = 0, name = 0;
	struct errh errh;
	struct args a;

	sb_clear(sb);
	errh_strbuf_init(&errh, sb);
	args_init_text(&a,
	    STR("0.5, 12.345, VLAN, PAINT, 20, redirect, GRE 47"), NULL, &errh);
	args_fixed2(&a, "HALF", ARG_POS, 16, &half);
	args_fixed10(&a, "CENTS", ARG_POS, 2, &cents);
	args_anno(&a, "ANNO", ARG_POS, 2, &anno);
	args_anno(&a, "ANY", ARG_POS, 0, &any);
	args_anno(&a, "BARE", ARG_POS, 4, &bare);
	args_named(&a, "TYPE", ARG_POS, NAME_ICMP_TYPE, &type);
	args_named(&a, "GRE", 0, NAME_IP_PROTO, &name);
	is_num(half, 0, "nothing is written before the end");
	args_complete(&a);
	is_str(sb_str(sb), STR(""), "no messages");
	is_num(half, 32768, "fixed2");
	is_num(cents, 1235, "fixed10");
	ok(anno.offset == 20 && anno.size == 2, "annotation VLAN");
	ok(any.offset == 16 && any.size == 1, "annotation PAINT");
	ok(bare.offset == 20 && bare.size == 4, "annotation 20");

	args_init_text(
	    &a, STR("A DST_IP6, B 48, C 46, D 16, E -0.5"), NULL, &errh);
	args_anno(&a, "A", 0, 4, &anno);
	args_anno(&a, "B", 0, 0, &anno);
	args_anno(&a, "C", 0, 4, &anno);
	args_fixed2(&a, "D", 0, 28, &half);
	args_fixed10(&a, "E", 0, 3, &cents);
	args_complete(&a);
	is_str(sb_str(sb),
	    STR("A: parse error\nB: parse error\nC: parse error\n"
	        "D: out of range, bound 15.9999999966\nE: parse error\n"),
	    "messages");
	errh_fini(&errh);
}

/* ---- the ways to end ---- */

static bool
collect(struct arg_ctx *c, struct str text, void *arg)
{
	sb_printf(arg, "[%.*s]", STR_ARG(text));
	return !str_is(text, "bad") || arg_error(c, "never %s", "that");
}

static void
test_read_all(struct strbuf *sb)
{
	struct errh errh;
	struct args a;

	errh_strbuf_init(&errh, sb);
	sb_clear(sb);
	args_init_text(&a, STR("A 1, 2, A 3"), NULL, &errh);
	ok(args_read_all(&a, "A", 0, collect, sb), "by keyword");
	is_num(args_complete(&a), ERR_INVAL, "one is left");
	is_str(sb_str(sb), STR("[1][3]too many arguments\n"), "in order");
	sb_clear(sb);
	args_init_text(&a, STR("1, A bad, 2, A 4"), NULL, &errh);
	ok(!args_read_all(&a, "A", ARG_POS | ARG_MAND, collect, sb), "bad");
	is_num(args_complete(&a), ERR_INVAL, "all taken, one bad");
	is_str(sb_str(sb),
	    STR("[1][bad]A: never that\n[4]too many arguments\n"),
	    "what a parser says");
	sb_clear(sb);
	args_init_text(&a, STR(""), NULL, &errh);
	ok(!args_read_all(&a, "A", ARG_MAND, collect, sb), "none");
	args_fini(&a);
	is_str(sb_str(sb), STR("A: required argument missing\n"), "missing");
	errh_fini(&errh);
}

static void
test_consume(struct strbuf *sb)
{
	struct arena mem = ARENA_INIT;
	struct strs rest = VEC_INIT;
	struct errh errh;
	struct args a;
	int32_t x = 0, y = 0;

	errh_strbuf_init(&errh, sb);
	sb_clear(sb);
	args_init_text(&a, STR("A 1, 2, B 3, \"4, 5\""), NULL, &errh);
	args_i32(&a, "A", 0, &x);
	is_num(args_execute(&a), 0, "execute");
	is_num(x, 1, "writes at once");
	x = 7;
	args_i32(&a, "B", 0, &y);
	is_num(args_consume(&a, &mem, &rest), 0, "consume");
	ok(x == 7 && y == 3, "writes once");
	conf_join(sb, &rest);
	is_str(sb_str(sb), STR("2, \"4, 5\""), "what is left over");

	args_init_text(&a, STR("A x"), NULL, NULL);
	args_i32(&a, "A", 0, &x);
	is_num(args_execute(&a), ERR_INVAL, "a bad one, and nobody to tell");
	args_fini(&a);
	vec_fini(&rest);
	arena_fini(&mem);
	errh_fini(&errh);
}

static void
test_one(struct strbuf *sb)
{
	struct arena mem = ARENA_INIT;
	struct errh errh;
	struct str s;
	uint32_t x;

	errh_strbuf_init(&errh, sb);
	sb_clear(sb);
	ok(arg_parse(&arg_type_u32, STR("5"), &x, NULL, &mem, &errh) && x == 5,
	    "one value");
	ok(arg_parse(&arg_type_str, STR("'a b'"), &s, NULL, &mem, &errh),
	    "one string");
	is_str(s, STR("a b"), "lies in mem");
	ok(!arg_parse(&arg_type_ip4, STR("5"), &x, NULL, &mem, &errh), "bad");
	is_str(sb_str(sb), STR("parse error\n"), "without a prefix");
	arena_fini(&mem);
	errh_fini(&errh);
}

int
main(void)
{
	struct strbuf sb = STRBUF_INIT;

	test_places(&sb);
	test_types(&sb);
	test_ranges(&sb);
	test_parameters(&sb);
	test_read_all(&sb);
	test_consume(&sb);
	test_one(&sb);
	sb_fini(&sb);
	return tap_done();
}
