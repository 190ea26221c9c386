/* SPDX-License-Identifier: BSD-3-Clause */
/* codes_test.c -- port counts, processing and flow codes. */
#include "click/internal.h"
#include "test/tap.h"

static const struct {
	const char *ports;
	unsigned int in, out; /* connected */
	unsigned int nin, nout;
} ports[] = {
	{ "1/1", 0, 0, 1, 1 },
	{ "1/1", 5, 5, 1, 1 },
	{ "1", 2, 0, 1, 1 },
	{ "0/1", 3, 0, 0, 1 },
	{ "1/1-2", 1, 0, 1, 1 },
	{ "1/1-2", 1, 3, 1, 2 },
	{ "1-/=", 4, 1, 4, 4 },
	{ "-/=+", 4, 1, 4, 5 },
	{ "-/-", 3, 7, 3, 7 },
	{ "1/-", 0, 9, 1, 9 },
	{ "2-3/0", 9, 9, 3, 0 },
};

static const struct {
	const char *code;
	bool output;
	unsigned int port;
	enum processing is;
} processing[] = {
	{ "a/a", false, 0, AGNOSTIC },
	{ "h/l", false, 0, PUSH },
	{ "h/l", true, 3, PULL },
	{ "a/ah", true, 0, AGNOSTIC },
	{ "a/ah", true, 1, PUSH },
	{ "a/ah", true, 9, PUSH },
	{ "hl", true, 1, PULL },
	{ "lh/h", false, 0, PULL },
};

static const struct {
	const char *code;
	unsigned int in, out;
	bool flows;
} flows[] = {
	{ "x/x", 0, 0, true },
	{ "x/x", 3, 5, true },
	{ "x/y", 0, 0, false },
	{ "xy/x", 0, 0, true },
	{ "xy/x", 1, 0, false },
	{ "xy/[xy]x", 1, 0, true },
	{ "xy/[xy]x", 1, 1, false },
	{ "#/#", 2, 2, true },
	{ "#/#", 2, 1, false },
	{ "#/[^#]", 1, 1, false },
	{ "#/[^#]", 1, 2, true },
	{ "COMPLETE", 4, 7, true },
	{ "x/", 0, 0, false },
};

int
main(void)
{
	unsigned int nin, nout;

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		nin = ports[i].in;
		nout = ports[i].out;
		ok(codes_ports(ports[i].ports, &nin, &nout) &&
		        nin == ports[i].nin && nout == ports[i].nout,
		    "ports %s with %u/%u", ports[i].ports, ports[i].in,
		    ports[i].out);
	}
	ok(!codes_ports("x/1", &nin, &nout), "ports x/1 is broken");
	for (size_t i = 0; i < ARRAY_SIZE(processing); i++)
		is_num(codes_processing(processing[i].code,
		           processing[i].output, processing[i].port),
		    processing[i].is, "processing %s %s %u", processing[i].code,
		    processing[i].output ? "output" : "input",
		    processing[i].port);
	for (size_t i = 0; i < ARRAY_SIZE(flows); i++)
		is_num(codes_flow(flows[i].code, flows[i].in, flows[i].out),
		    flows[i].flows, "flow %s from %u to %u", flows[i].code,
		    flows[i].in, flows[i].out);
	is_num(codes_flag("S0", 'S'), 0, "flag S0");
	is_num(codes_flag("A3S1", 'S'), 1, "flag S1 after another");
	is_num(codes_flag("S", 'S'), 1, "a bare flag is 1");
	is_num(codes_flag(NULL, 'S'), -1, "no flags");
	return tap_done();
}
