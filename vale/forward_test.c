/* SPDX-License-Identifier: BSD-3-Clause */
/* forward_test.c -- the forwarding functions, and what they refuse. */
#include "test/vale.h"

/* One frame sent at a port, and where it arrived: "0>1,2". */
static const struct {
	const char *function;
	unsigned int from;
	const char *frame, *arrives;
} ways[] = {
	{ "wire", 0, "1>9", "1" },
	{ "wire", 1, "1>9", "0" },
	{ "wire", 2, "1>9", "" },
	{ "wire p2 p3", 3, "1>9", "2" },
	{ "wire p2 p3", 0, "1>9", "" },
	{ "wire p2 px", 2, "1>9", "" },
	{ "chain p0 p2 p3 p1", 0, "1>9", "2" },
	{ "chain p0 p2 p3 p1", 2, "1>9", "0" },
	{ "chain p0 p2 p3 p1", 3, "1>*", "1" },
	{ "chain p0 p2", 1, "1>9", "" },
	{ "mac 02:00:00:00:00:05=p2", 0, "1>5", "2" },
	{ "mac 02:00:00:00:00:05=p2", 0, "1>6", "" },
	{ "mac 02:00:00:00:00:05=p2 default=p3", 0, "1>6", "3" },
	{ "mac 02:00:00:00:00:05=p2 default=flood", 0, "1>6", "1,2,3" },
	{ "mac 02:00:00:00:00:05=p2", 1, "1>*", "0,2,3" },
	{ "mac 02:00:00:00:00:05=p2 02:00:00:00:00:04=p1", 0, "1>4", "1" },
	{ "ip", 0, "1>5", "" },
	{ "ip default=p1", 0, "1>5", "1" },
	{ "learning age=1 limit=1", 3, "1>5", "0,1,2" },
};

static const char *const refused[] = {
	"",
	"bridge",
	"learning age=0",
	"learning limit=x",
	"learning foo",
	"wire p0",
	"wire p0 p0",
	"wire a b c",
	"chain",
	"chain a b c",
	"chain a a",
	"mac 02:00=p1",
	"mac ff:ff:ff:ff:ff:ff=p1",
	"mac p1",
	"ip 10.0.0.0/40=p1",
	"ip x=p1",
	"ip 10.0.0.0/8",
};

static void
test_ways(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++) {
		struct vtest t;
		char got[32] = "";

		vtest_start(&t, ways[i].function, 4);
		vtest_send(&t, ways[i].from, ways[i].frame, 60);
		vtest_run(&t);
		for (unsigned int p = 0; p < 4; p++)
			if (vtest_got(&t, p)[0] != '\0')
				snprintf(got + strlen(got),
				    sizeof(got) - strlen(got), "%s%u",
				    got[0] != '\0' ? "," : "", p);
		is_cstr(got, ways[i].arrives, "%s: %s from p%u",
		    ways[i].function, ways[i].frame, ways[i].from);
		vtest_stop(&t);
	}
}

static void
test_refused(void)
{
	struct vtest t;

	vtest_start(&t, "wire", 1);
	for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
		struct diag why = { "" };

		ok(vale_switch_function(
		       t.vale, STR("v"), str_of(refused[i]), &why) < 0 &&
		        why.text[0] != '\0',
		    "'%s': %s", refused[i], why.text);
	}
	ok(vale_switch_function(t.vale, STR("v"), STR("learning"), NULL) == 0,
	    "a function can be exchanged");
	vtest_stop(&t);
}

/* By destination address; ARP and solicitations by whom they ask for. */
static void
test_ip(void)
{
	static const struct {
		uint8_t type[2], at, addr[16];
		uint32_t n;
		const char *name;
		int to;
	} c[] = {
		{ { 8, 0 }, 30, { 10, 0, 0, 9 }, 4, "10.0.0.9", 1 },
		{ { 8, 0 }, 30, { 10, 1, 0, 9 }, 4, "10.1.0.9", 2 },
		{ { 8, 6 }, 38, { 10, 1, 0, 9 }, 4, "ARP for 10.1.0.9", 2 },
		{ { 0x86, 0xdd }, 38, { 0xfd, 1 }, 16, "fd01::", 3 },
		{ { 8, 0 }, 30, { 11, 0, 0, 9 }, 4, "11.0.0.9", -1 },
	};
	struct vtest t;

	vtest_start(&t, "ip 10.0.0.0/8=p1 10.1.0.0/16=p2 fd01::/16=p3", 4);
	for (size_t i = 0; i < ARRAY_SIZE(c); i++) {
		int got = -1;

		vtest_make(&t, "1>2");
		memset(t.frame + 14, 0, 100);
		memcpy(t.frame + 12, c[i].type, 2);
		memcpy(t.frame + c[i].at, c[i].addr, c[i].n);
		vale_mem_put(t.port[0], t.frame, 100);
		vtest_run(&t);
		for (int p = 1; p < 4; p++)
			if (vtest_got(&t, (unsigned int)p)[0] != '\0')
				got = p;
		is_num(got, c[i].to, "%s", c[i].name);
	}
	memset(t.frame + 14, 0, 100);
	t.frame[12] = 0x86, t.frame[13] = 0xdd;
	t.frame[20] = 58, t.frame[38] = 0xff, t.frame[39] = 2;
	t.frame[54] = 135, t.frame[62] = 0xfd, t.frame[63] = 1;
	vale_mem_put(t.port[0], t.frame, 100);
	vtest_run(&t);
	ok(vtest_got(&t, 3)[0] != '\0', "a solicitation goes to its target");
	vtest_stop(&t);
}

/* A sender of many addresses fills its own share only. */
static void
test_learning_limit(void)
{
	struct vtest t;
	struct strbuf out = STRBUF_INIT;

	vtest_start(&t, "learning limit=100", 3);
	vtest_send(&t, 1, "1>9", 60);
	vtest_run(&t);
	for (unsigned int i = 0; i < 5000; i++) {
		vtest_make(&t, "2>9");
		t.frame[8] = (uint8_t)(i >> 8);
		t.frame[9] = (uint8_t)i;
		vale_mem_put(t.port[0], t.frame, 60);
		vtest_run(&t);
		if (i % 64 == 0)
			vtest_got(&t, 1), vtest_got(&t, 2);
	}
	vale_show(t.vale, STR("v"), &out, NULL);
	ok(strstr(sb_cstr(&out), "\"addresses\": 101, \"refused\": 4900") !=
	        NULL,
	    "5000 addresses at one port: 100 are learnt");
	sb_fini(&out);
	vtest_got(&t, 0), vtest_got(&t, 1), vtest_got(&t, 2);
	vtest_send(&t, 2, "3>1", 60);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 1), "3>1/60", "another port's stays known");
	is_cstr(vtest_got(&t, 0), "", "and is not flooded");
	vtest_stop(&t);
}

int
main(void)
{
	test_ways();
	test_refused();
	test_ip();
	test_learning_limit();
	return tap_done();
}
