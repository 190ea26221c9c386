/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ipsec_test.c -- packets through tunnels and back: whole, in every order of
 * elements, changed or cut on their way, and sent again.
 */
#include "elements/ipsec/sa.h"
#include "test/net.h"
#include "test/state.h"

#define KEYS                                                                   \
	"\\<00112233445566778899aabbccddeeff>"                                 \
	" \\<ffeeddccbbaa99887766554433221100>"

/* An IPv4 packet from 10.0.0.1 to 10.0.8.2; more may follow. */
#define PACKET                                                                 \
	"45000018000100004011"                                                 \
	"5ccd"                                                                 \
	"0a0000010a000802"

/*
 * A machine that sends what it gets through a tunnel to itself: c counts what
 * comes out as it went in, bad the rest.
 */
struct tunnel {
	const char *enc, *wire, *dec;
	unsigned int more; /* bytes behind the header */
	unsigned int limit;
	const char *rest;
};

static void
tunnel_text(const struct tunnel *u, struct strbuf *sb)
{
	struct strbuf hex = STRBUF_INIT;

	sb_adds(&hex, PACKET);
	for (unsigned int i = 0; i < u->more; i++)
		sb_printf(&hex, "%02x", 'a' + i);
	sb_printf(sb,
	    "rt :: RadixIPsecLookup(1.0.0.1/32 0,"
	    " 10.0.8.0/24 1.0.0.1 1 234 " KEYS " 7 32, 9.0.0.0/8 1);"
	    " InfiniteSource(DATA \\<%s>, LIMIT %u) -> MarkIPHeader"
	    " -> GetIPAddress(16) -> [0] rt;"
	    " rt[1] -> %s -> IPsecEncap(50) -> %s -> q :: Queue -> Unqueue"
	    " -> GetIPAddress(16) -> [0] rt;"
	    " rt[0] -> Strip(20) -> %s -> f :: Classifier(0/%s, -);"
	    " f[0] -> k :: CheckLength(%u) -> c :: Counter -> Discard;"
	    " k[1] -> bad :: Counter -> Discard; f[1] -> bad;"
	    " rt[2] -> other :: Counter -> Discard;%s"
	    " Script(wait 1s, stop)",
	    sb_cstr(&hex), u->limit, u->enc, u->wire, u->dec, sb_cstr(&hex),
	    20 + u->more, u->rest != NULL ? u->rest : "");
	sb_fini(&hex);
}

/* Runs u; its handlers must then read want: "NAME=VALUE NAME=VALUE". */
static void
tunnel_reads(const struct tunnel *u, const char *want, const char *name)
{
	struct strbuf sb = STRBUF_INIT, got = STRBUF_INIT;
	struct str rest = str_of(want), word;
	struct trun t;

	tunnel_text(u, &sb);
	if (trun_start(&t, sb_cstr(&sb)) != 0)
		tap_note_str("log:", sb_str(&t.log));
	else
		trun_run(&t);
	while (t.r != NULL && rest.n > 0) {
		size_t n = 0, eq = 0;
		char handler[32];

		while (n < rest.n && rest.s[n] != ' ')
			n++;
		word = str_make(rest.s, n);
		while (eq < n && word.s[eq] != '=')
			eq++;
		snprintf(handler, sizeof(handler), "%.*s", (int)eq, word.s);
		sb_printf(&got, "%s%s=", got.n > 0 ? " " : "", handler);
		sb_adds(&got, trun_read(&t, handler));
		n += n < rest.n;
		rest = str_make(rest.s + n, rest.n - n);
	}
	is_cstr(sb_cstr(&got), want, "%s", name);
	is_num(trun_stop(&t), 0, "%s: every packet is back", name);
	sb_fini(&sb);
	sb_fini(&got);
}

static const struct {
	const char *name, *enc, *dec;
	unsigned int iv;
	bool open; /* not encrypted */
} ways[] = {
	{ "AES as RFC 3602",
	    "IPsecESPEncap(IV 16) -> IPsecAES(1, 0, IV 16)"
	    " -> IPsecAuthHMACSHA1(0)",
	    "v :: IPsecAuthHMACSHA1(1) -> IPsecAES(0, 0, IV 16)"
	    " -> u :: IPsecESPUnencap(IV 16)",
	    16, false },
	{ "AES in Click's order",
	    "IPsecESPEncap -> IPsecAuthHMACSHA1(0) -> IPsecAES(1)",
	    "IPsecAES(0) -> v :: IPsecAuthHMACSHA1(1) -> u :: IPsecESPUnencap",
	    8, false },
	{ "DES", "IPsecESPEncap -> IPsecDES(1, 0) -> IPsecAuthHMACSHA1(0)",
	    "v :: IPsecAuthHMACSHA1(1) -> IPsecDES(0, 0)"
	    " -> u :: IPsecESPUnencap",
	    8, false },
	{ "DES over SHA-1", "IPsecESPEncap -> IPsecAuthSHA1(0) -> IPsecDES(1)",
	    "IPsecDES(0) -> v :: IPsecAuthSHA1(1) -> u :: IPsecESPUnencap", 8,
	    false },
	/* RFC 2410 */
	{ "no encryption", "IPsecESPEncap -> IPsecAuthHMACSHA1(0)",
	    "v :: IPsecAuthHMACSHA1(1) -> u :: IPsecESPUnencap", 8, true },
};
enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

static void
test_way(size_t i)
{
	struct tunnel u = { ways[i].enc, "Null", ways[i].dec, 0, 3, NULL };
	struct strbuf wire = STRBUF_INIT;
	char name[64];
	/* IP header, ESP header, payload padded, digest. */
	unsigned int length = 20 + 8 + ways[i].iv + 32 + 12;

	for (u.more = 0; u.more < 20; u.more++) {
		snprintf(name, sizeof(name), "%s, %u bytes more", ways[i].name,
		    u.more);
		tunnel_reads(
		    &u, "c.count=3 bad.count=0 v.drops=0 u.drops=0", name);
	}
	u.more = 4;
	sb_printf(&wire,
	    " t[1] -> x :: Classifier(%u/" PACKET ", -); x[0] -> seen ::"
	    " Counter -> Discard; x[1] -> Discard;",
	    20 + 8 + ways[i].iv);
	u.wire = "t :: Tee";
	u.rest = sb_cstr(&wire);
	snprintf(name, sizeof(name), "%s: what the wire shows", ways[i].name);
	tunnel_reads(&u, ways[i].open ? "seen.count=3" : "seen.count=0", name);
	u.rest = " t[1] -> q;";
	snprintf(name, sizeof(name), "%s: sent twice", ways[i].name);
	tunnel_reads(&u, "c.count=3 u.drops=3", name);
	u.rest = NULL;
	for (unsigned int at = 20; at + 4 <= length; at++) {
		sb_clear(&wire);
		sb_printf(&wire, "StoreData(%u, \\<5aa55aa5>)", at);
		u.wire = sb_cstr(&wire);
		snprintf(
		    name, sizeof(name), "%s: changed at %u", ways[i].name, at);
		tunnel_reads(&u,
		    at < 24 ? "c.count=0 bad.count=0 rt.drops=3"
		            : "c.count=0 bad.count=0 v.drops=3",
		    name);
	}
	for (unsigned int n = 20; n < length; n++) {
		sb_clear(&wire);
		sb_printf(&wire, "Truncate(%u)", n);
		u.wire = sb_cstr(&wire);
		snprintf(name, sizeof(name), "%s: cut to %u", ways[i].name, n);
		tunnel_reads(&u, "c.count=0 bad.count=0", name);
	}
	sb_fini(&wire);
}

/* ---- what is in no packet ---- */

static const struct {
	const char *name;
	struct tunnel u;
	const char *want;
} others[] = {
	{ "padding that is none",
	    { "IPsecESPEncap", "StoreData(61, \\<09>)", "u :: IPsecESPUnencap",
	        4, 2, NULL },
	    "c.count=0 u.drops=2" },
	{ "longer than the packet",
	    { "IPsecESPEncap", "StoreData(66, \\<ff>)", "u :: IPsecESPUnencap",
	        4, 2, NULL },
	    "c.count=0 u.drops=2" },
	{ "the SHA-1 of a packet is no secret: but it is of that packet",
	    { "IPsecESPEncap -> IPsecAuthSHA1(0)", "Null",
	        "v :: IPsecAuthHMACSHA1(1) -> IPsecESPUnencap", 4, 2,
	        " v[1] -> refused :: Counter -> Discard;" },
	    "c.count=0 v.drops=2 refused.count=2" },
	{ "the IP header around it",
	    { "IPsecESPEncap", "CheckIPHeader", "IPsecESPUnencap", 4, 2, NULL },
	    "c.count=2" },
	{ "no association",
	    { "n :: IPsecESPEncap", "Null", "IPsecESPUnencap", 4, 2,
	        " InfiniteSource(DATA abcd, LIMIT 5) -> n;" },
	    "c.count=2 n.drops=5" },
	{ "one that is gone",
	    { "IPsecESPEncap", "Null", "IPsecESPUnencap", 4, 0,
	        " i :: InfiniteSource(DATA \\<" PACKET ">, LIMIT 2,"
	        " ACTIVE false) -> MarkIPHeader -> GetIPAddress(16)"
	        " -> [0] rt; t :: SATable;"
	        " Script(write t.remove 234, write i.active true);" },
	    "c.count=0 rt.drops=2 t.count=0" },
	{ "a route to output 1 that is no tunnel",
	    { "IPsecESPEncap", "Null", "IPsecESPUnencap", 4, 0,
	        " InfiniteSource(DATA abcd, LIMIT 5) -> SetIPAddress(9.0.0.1)"
	        " -> [0] rt;" },
	    "rt.drops=5" },
	{ "packets to this machine that are not ESP",
	    { "IPsecESPEncap", "Null", "IPsecESPUnencap", 4, 0,
	        " InfiniteSource(DATA \\<" PACKET ">, LIMIT 5)"
	        " -> SetIPAddress(1.0.0.1) -> [0] rt;" },
	    "other.count=5 rt.drops=0" },
	{ "the table",
	    { "IPsecESPEncap", "Null", "IPsecESPUnencap", 4, 2,
	        " t :: SATable; Script(write t.insert 9 " KEYS " 1 64,"
	        " write t.remove 9);" },
	    "t.count=1" },
};

static const struct {
	const char *text, *log;
} errors[] = {
	{ "Idle -> RadixIPsecLookup(1.0.0.0/8 0 5 \\<00> \\<00> 1 1)"
	  " -> Discard",
	    "keys must have 16 bytes\n" },
	{ "Idle -> RadixIPsecLookup(1.0.0.0/8 0 0 " KEYS " 1 1) -> Discard",
	    "SPI and REPLAY cannot be 0\n" },
	{ "Idle -> RadixIPsecLookup(1.0.0.0/8 0 5 " KEYS " 0 1) -> Discard",
	    "SPI and REPLAY cannot be 0\n" },
	{ "Idle -> RadixIPsecLookup(1.0.0.0/8 0 5 " KEYS " 1 65) -> Discard",
	    "OOSIZE must be 1..64\n" },
	{ "Idle -> RadixIPsecLookup(1.0.0.0/8 65536) -> Discard",
	    "argument 1 bad OUTPUT\n" },
	{ "Idle -> IPsecESPEncap(IV 12) -> Discard", "IV must be 8 or 16\n" },
	{ "Idle -> IPsecEncap(256) -> Discard", "bad IP protocol\n" },
};

/* ---- sequence numbers ---- */

static void
test_window(void)
{
	/* A window of 4 that begins at 10, number by number. */
	static const struct {
		uint32_t seq;
		bool good;
	} steps[] = { { 0, false }, { 10, true }, { 10, false }, { 12, true },
		{ 11, true }, { 11, false }, { 9, true }, { 8, false },
		{ 13, true }, { 9, false }, { 200, true }, { 197, true },
		{ 196, false }, { 199, true }, { 199, false },
		{ UINT32_MAX, true }, { 0, false }, { 1, false },
		{ UINT32_MAX, false } };
	const struct sa_conf c = { .spi = 5, .replay = 10, .window = 4 };
	struct sa_table table = { .users = 0 };
	struct thread t = { .alone = true };
	struct sa *sa;
	uint32_t number;

	flowtable_init(&table.table, sizeof(struct sa), 1);
	is_num(sa_add(&table, &c), 0, "an association");
	sa = sa_find(&table, 5, &number);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		is_num(sa_check(sa, &t, steps[i].seq), steps[i].good,
		    "step %zu, number %u", i, steps[i].seq);
	is_num((int64_t)sa->replays, 10, "those refused are counted");
	is_num(sa_next(sa, &t), 10, "numbers begin with REPLAY");
	sa->next = UINT32_MAX;
	is_num(sa_next(sa, &t), UINT32_MAX, "the last one");
	is_num(sa_next(sa, &t), 0, "there is none behind it");
	is_num(sa_next(sa, &t), 0, "ever");
	flowtable_fini(&table.table);
}

/* After a hot swap an association goes on, unless it has other keys. */
static void
test_take(void)
{
	struct sa_conf c = { .spi = 5, .replay = 10, .window = 4 };
	struct sa_table old = { .users = 0 }, same = old, other = old;
	struct thread t = { .alone = true };
	uint32_t number;

	flowtable_init(&old.table, sizeof(struct sa), 1);
	flowtable_init(&same.table, sizeof(struct sa), 1);
	flowtable_init(&other.table, sizeof(struct sa), 1);
	ok(sa_add(&old, &c) == 0 && sa_add(&same, &c) == 0, "two alike");
	c.auth[0] = 1;
	ok(sa_add(&other, &c) == 0, "one with another key");
	(void)sa_next(sa_find(&old, 5, &number), &t); /* 10 */
	ok(sa_check(sa_find(&old, 5, &number), &t, 30), "30 was seen");
	sa_table_take(&same, &old);
	sa_table_take(&other, &old);
	is_num(sa_next(sa_find(&same, 5, &number), &t), 11, "goes on");
	ok(!sa_check(sa_find(&same, 5, &number), &t, 30), "30 was seen there");
	is_num(sa_next(sa_find(&other, 5, &number), &t), 10, "begins");
	ok(sa_check(sa_find(&other, 5, &number), &t, 30), "30 was not");
	flowtable_fini(&old.table);
	flowtable_fini(&same.table);
	flowtable_fini(&other.table);
}

/* What to write to have an association of SPI, with keys of that byte. */
static const char *
insertion(struct strbuf *sb, unsigned int spi, const char *byte)
{
	sb_clear(sb);
	sb_printf(sb, "%u \\<", spi);
	for (unsigned int i = 0; i < SA_KEY; i++)
		sb_adds(sb, byte);
	sb_adds(sb, "> \\<");
	for (unsigned int i = 0; i < SA_KEY; i++)
		sb_adds(sb, byte);
	sb_adds(sb, "> 300 64");
	return sb_cstr(sb);
}

/* Two packets of 7 were sent; 8 is gone; 9 is new. */
static void
knows(struct trun *t, const char *name)
{
	is_cstr(trun_read(t, "sas.count"), "2", "%s: two", name);
	ok(strstr(trun_read(t, "sas.table"), "7 302 300 64 0\n") != NULL &&
	        strstr(trun_read(t, "sas.table"), "9 300 300 64 0\n") != NULL,
	    "%s: these: %s", name, trun_read(t, "sas.table"));
}

/*
 * Another process knows the same associations: those inserted, none of those
 * removed, and each where it was.
 */
static void
test_move(void)
{
	struct strbuf text = STRBUF_INIT, sb = STRBUF_INIT;
	struct trun t;
	uint32_t lost;

	sb_printf(&text,
	    "sas :: SATable; Idle -> rt :: RadixIPsecLookup(10.0.0.1/32 0,"
	    " 10.1.0.0/16 10.9.9.9 1 %s,",
	    insertion(&sb, 7, "01"));
	sb_printf(
	    &text, " 10.2.0.0/16 10.9.9.9 1 %s);", insertion(&sb, 8, "02"));
	sb_adds(&text, "rt[0] -> d :: Discard; rt[1] -> esp ::"
	               " IPsecESPEncap() -> d; rt[2] -> d;"
	               "Idle -> un :: IPsecESPUnencap() -> d;");
	if (!ok(trun_start(&t, sb_cstr(&text)) == 0, "move: starts"))
		tap_note("%s", trun_log(&t));
	for (unsigned int i = 0; i < 3; i++) {
		struct packet *p = net_ip_packet(
		    &t, &(struct net_ip){ .src = "10.0.0.1",
		            .dst = i < 2 ? "10.1.0.1" : "10.2.0.1",
		            .proto = IPPROTO4_UDP,
		            .text = "12345678" });

		anno_set_u32(p, ANNO_DST_IP,
		    get_u32(((struct ip4 *)(void *)p->data)->dst));
		net_feed(&t, "rt", 0, p);
	}
	is_num(trun_write(&t, "sas.insert", insertion(&sb, 9, "03")), 0, "one");
	is_num(trun_write(&t, "sas.remove", "8"), 0, "one less");
	knows(&t, "before");
	if (!ok(tstate_move(&t, sb_cstr(&text), &lost) == 0, "move"))
		tap_note("%s", trun_log(&t));
	is_num(lost, 0, "move: all packets are back");
	knows(&t, "move");
	ok(net_swap(&t, sb_cstr(&text)) == 0, "swap");
	ok(strstr(trun_read(&t, "sas.table"), "7 302 300 64 0\n") != NULL,
	    "swap: it goes on");
	sb_fini(&text);
	sb_fini(&sb);
	net_end(&t);
}

int
main(void)
{
	test_window();
	test_take();
	test_move();
	for (size_t i = 0; i < WAYS; i++)
		test_way(i);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		tunnel_reads(&others[i].u, others[i].want, others[i].name);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct trun t;

		if (!ok(trun_start(&t, errors[i].text) != 0 &&
		            strstr(trun_log(&t), errors[i].log) != NULL,
		        "refused: %s", errors[i].text))
			tap_note_str("log:", sb_str(&t.log));
		is_num(trun_stop(&t), 0, "nothing is left");
	}
	return tap_done();
}
