/* SPDX-License-Identifier: BSD-3-Clause */
/* nameinfo_test.c -- names in tables, in compounds, and addresses by them. */
#include "click/nameinfo.h"

#include "click/args.h"
#include "click/router.h"
#include "os/os.h"
#include "test/tap.h"

static const struct {
	unsigned int type;
	const char *name;
	int64_t value; /* -1: no such name */
} table_cases[] = {
	{ NAME_IP_PROTO, "udp", 17 },
	{ NAME_IP_PROTO, "tcpudp", 256 },
	{ NAME_IP_PROTO, "UDP-", -1 },
	{ NAME_IP_PROTO, "", -1 },
	{ NAME_TCP_PORT, "www", 80 },
	{ NAME_UDP_PORT, "snmp-trap", 162 },
	{ NAME_ICMP_TYPE, "echo-reply", 0 },
	{ NAME_ICMP_CODE + 3, "port", 3 },
	{ NAME_ICMP_CODE + 11, "reassembly", 1 },
	{ NAME_ICMP_CODE + 11, "port", -1 },
	{ NAME_ICMP6_TYPE, "neighborsolicit", 135 },
	{ NAME_ANNOTATION, "VLAN_TCI", 2 << 16 | 20 },
	{ NAME_ANNOTATION, "DST_IP6", 16 << 16 },
	{ NAME_IP4_ADDR, "udp", -1 },
};

static void
test_tables(void)
{
	uint32_t x;

	for (size_t i = 0; i < ARRAY_SIZE(table_cases); i++) {
		bool found;

		x = 77;
		found = name_query((enum name_type)table_cases[i].type, NULL,
		    str_of(table_cases[i].name), &x, sizeof(x));
		is_num(found ? (int64_t)x : -1, table_cases[i].value,
		    "table name \"%s\"", table_cases[i].name);
	}
	x = 53;
	is_str(name_reverse(NAME_UDP_PORT, NULL, &x, sizeof(x)), STR("dns"),
	    "the first name of a port");
	x = 54321;
	is_str(name_reverse(NAME_UDP_PORT, NULL, &x, sizeof(x)), STR(""),
	    "a port without a name");
}

/* Names that only the system's own files have, where there are any. */
static void
test_system(void)
{
	struct strbuf text = STRBUF_INIT;
	uint32_t port = 0, proto = 0;

	os_file_read(STR("/etc/services"), &text, NULL);
	os_file_read(STR("/etc/protocols"), &text, NULL);
	if (str_search(sb_str(&text), STR("kerberos"), 0) == text.n ||
	    str_search(sb_str(&text), STR("OSPFIGP"), 0) == text.n) {
		tap_skip("no /etc/services and /etc/protocols to speak of");
	} else {
		name_query(NAME_TCP_PORT, NULL, STR("kerberos"), &port, 4);
		is_num(port, 88, "a service");
		port = 0;
		name_query(NAME_UDP_PORT, NULL, STR("krb5"), &port, 4);
		is_num(port, 88, "its alias");
		name_query(NAME_IP_PROTO, NULL, STR("ospf"), &proto, 4);
		is_num(proto, 89, "a protocol");
	}
	sb_fini(&text);
}

static struct element
make_element(struct router *r, const char *name)
{
	return (struct element){ .router = r, .name = str_of(name) };
}

/* The value of "n" as seen from e, or 0. */
static uint32_t
see(const struct element *e)
{
	uint32_t x = 0;

	name_query(NAME_TCP_PORT, e, STR("n"), &x, sizeof(x));
	return x;
}

static void
define(struct element *e, uint32_t x)
{
	is_num(name_define(NAME_TCP_PORT, e, STR("n"), &x, sizeof(x)), 0,
	    "define %u", x);
}

static void
test_scopes(struct router *r)
{
	struct element top = make_element(r, "x"), in = make_element(r, "a/x");
	struct element deep = make_element(r, "a/b/x");
	struct element beside = make_element(r, "ab/x");
	uint32_t x = 3;

	is_num(see(&deep), 0, "no names yet");
	define(&in, 2);
	is_num(see(&top), 0, "a compound's name is not seen outside");
	is_num(see(&beside), 0, "nor in another compound");
	is_num(see(&deep), 2, "but within it");
	define(&top, 1);
	is_num(see(&in), 2, "the nearest wins");
	is_num(see(&beside), 1, "the outer one is seen");
	define(&deep, 3);
	is_num(see(&deep), 3, "the innermost wins");
	is_str(name_reverse(NAME_TCP_PORT, &deep, &x, sizeof(x)), STR("n"),
	    "its name");
	is_str(name_reverse(NAME_TCP_PORT, &in, &x, sizeof(x)), STR(""),
	    "which is not seen outside");
	define(&in, 4);
	is_num(see(&in), 4, "replaced");
	x = 8080;
	is_num(name_define(NAME_TCP_PORT, &in, STR("www"), &x, sizeof(x)), 0,
	    "a name of the table");
	name_query(NAME_TCP_PORT, &in, STR("www"), &x, sizeof(x));
	is_num(x, 8080, "is hidden by the router's");
	is_num(name_define(NAME_TCP_PORT, &in, STR(""), &x, sizeof(x)),
	    ERR_INVAL, "no empty names");
}

static const struct {
	const char *text, *result;
} address_cases[] = {
	{ "A h", "18.26.4.9" },
	{ "A h:ip", "18.26.4.9" },
	{ "A h:IP4", "18.26.4.9" },
	{ "A h:eth", "A: parse error\n" },
	{ "A net:bcast", "10.1.255.255" },
	{ "A net:gw", "10.1.0.1" },
	{ "A net", "A: parse error\n" },
	{ "A other", "A: parse error\n" },
	{ "P net", "10.1.2.0/16" },
	{ "P net:ipnet", "10.1.2.0/16" },
	{ "P h/24", "18.26.4.9/24" },
	{ "P h", "18.26.4.9/32" },
	{ "P 1.2.3.4/mask", "1.2.3.4/12" },
	{ "P net:ip", "P: parse error\n" },
	{ "E h", "00-01-02-03-04-05" },
	{ "E h:ether", "00-01-02-03-04-05" },
	{ "E h:ip", "E: parse error\n" },
	{ "S h", "fe80::9" },
	{ "S h:ip6", "fe80::9" },
	{ "S fe80::h", "fe80::121a:409" },
	{ "S h:eth", "S: parse error\n" },
};

static void
define_addresses(struct element *e)
{
	uint32_t addr = ip4_net(0x121a0409), mask = ip4_mask(12);
	uint32_t net[2] = { ip4_net(0x0a010200), ip4_mask(16) };
	static const uint8_t mac[6] = { 0, 1, 2, 3, 4, 5 };
	struct ip6_addr addr6 = { { 0xfe, 0x80, [15] = 9 } };

	name_define(NAME_IP4_ADDR, e, STR("h"), &addr, sizeof(addr));
	name_define(NAME_IP4_ADDR, e, STR("mask"), &mask, sizeof(mask));
	name_define(NAME_IP4_PREFIX, e, STR("net"), net, sizeof(net));
	name_define(NAME_ETHER, e, STR("h"), mac, sizeof(mac));
	name_define(NAME_IP6_ADDR, e, STR("h"), &addr6, sizeof(addr6));
}

static void
test_addresses(struct router *r)
{
	struct element e = make_element(r, "a/e");
	struct strbuf sb = STRBUF_INIT;
	struct errh errh;

	define_addresses(&e);
	errh_strbuf_init(&errh, &sb);
	for (size_t i = 0; i < ARRAY_SIZE(address_cases); i++) {
		struct ip4_prefix p = { 0, 0 };
		struct ip6_addr addr6;
		uint32_t addr = 0;
		uint8_t mac[6];
		struct args a;
		bool is_a, is_p, is_e, is_s;

		sb_clear(&sb);
		args_init_text(&a, str_of(address_cases[i].text), &e, &errh);
		is_a = args_ip4(&a, "A", 0, &addr);
		is_p = args_ip4_prefix(&a, "P", 0, &p);
		is_e = args_ether(&a, "E", 0, mac);
		is_s = args_ip6(&a, "S", 0, &addr6);
		args_complete(&a);
		if (is_a)
			sb_ip4(&sb, addr);
		if (is_p)
			sb_ip4_prefix(&sb, p.addr, p.mask);
		if (is_e)
			sb_ether(&sb, mac);
		if (is_s)
			sb_ip6(&sb, &addr6);
		is_str(sb_str(&sb), str_of(address_cases[i].result),
		    "address %s", address_cases[i].text);
	}
	errh_fini(&errh);
	sb_fini(&sb);
}

int
main(void)
{
	struct router r = { .names = NULL };

	test_tables();
	test_system();
	test_scopes(&r);
	test_addresses(&r);
	name_router_fini(&r);
	ok(r.names == NULL, "all given back");
	name_router_fini(&r);
	return tap_done();
}
