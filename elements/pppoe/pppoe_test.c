/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * pppoe_test.c -- MD5, PPPoE frames, and PPPoEServer with a subscriber whose
 * every frame is written here.
 */
#include "test/net.h"
#include "test/state.h"

#include "base/md5.h"

/* ---- MD5 ---- */

static const struct {
	const char *text, *digest;
} md5_cases[] = {
	/* RFC 1321, A.5 */
	{ "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ "a", "0cc175b9c0f1b6a831c399e269772661" },
	{ "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
	{ "abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b" },
	{ "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
	    "d174ab98d277d9f5a5611c2c9f419d9f" },
	{ "1234567890123456789012345678901234567890123456789012345678901234567"
	  "8901234567890",
	    "57edf4a22be3c955ac49da2e2107b67a" },
};

static void
digest_is(const uint8_t *digest, const char *want, const char *name)
{
	uint8_t bytes[16];

	net_bytes(want, bytes, sizeof(bytes));
	ok(memcmp(digest, bytes, 16) == 0, "%s", name);
}

static void
test_md5(void)
{
	uint8_t digest[16], key[16];
	struct md5 m;

	for (size_t i = 0; i < ARRAY_SIZE(md5_cases); i++) {
		const char *text = md5_cases[i].text;

		md5_init(&m);
		md5_update(&m, text, strlen(text));
		md5_final(&m, digest);
		digest_is(digest, md5_cases[i].digest, text);
		md5_init(&m);
		for (const char *c = text; *c != '\0'; c++)
			md5_update(&m, c, 1);
		md5_final(&m, digest);
		digest_is(digest, md5_cases[i].digest, "byte by byte");
	}
	/* RFC 2202, 2, cases 1 and 3 */
	memset(key, 0x0b, sizeof(key));
	md5_hmac(key, "Hi There", 8, digest);
	digest_is(digest, "9294727a3638bb1c13f48ef8158bfc9d", "HMAC 1");
	memset(key, 0xaa, sizeof(key));
	{
		uint8_t data[50];

		memset(data, 0xdd, sizeof(data));
		md5_hmac(key, data, sizeof(data), digest);
		digest_is(digest, "56be34521d144c88dbb8c733f0e8b3f6", "HMAC 3");
	}
}

/* ---- frames ---- */

#define IP4 "4500001c00010000401166ce0a0000010a00000204d200350008fba9"
#define IP6                                                                    \
	"6000000000003b40fe800000000000000000000000000001"                     \
	"fe800000000000000000000000000255"
#define HEAD "0a0b0c0d0e0f010203040506"

static const struct {
	const char *name, *element, *in, *out, *rejected;
} passages[] = {
	{ "PPPoEEncap", "PPPoEEncap(1:2:3:4:5:6, a:b:c:d:e:f, 258)", IP4,
	    HEAD "886411000102001e0021" IP4, "none" },
	{ "PPPoEEncap, IPv6", "PPPoEEncap(1:2:3:4:5:6, a:b:c:d:e:f, 258)", IP6,
	    HEAD "886411000102002a0057" IP6, "none" },
	{ "PPPoEEncap, a protocol",
	    "PPPoEEncap(1:2:3:4:5:6, a:b:c:d:e:f, 1, PROTO 0xc021)", "0901",
	    HEAD "8864110000010004c0210901", "none" },
	{ "PPPoEEncap, no IP", "PPPoEEncap(1:2:3:4:5:6, a:b:c:d:e:f, 1)", "55",
	    "none", "55" },
	{ "PPPoEEncap, too long",
	    "PPPoEEncap(1:2:3:4:5:6, a:b:c:d:e:f, 1, MTU 27)", IP4, "none",
	    IP4 },
	{ "PPPoEDecap", "PPPoEDecap", HEAD "886411000102001e0021" IP4 "0000",
	    IP4, "none" },
	{ "PPPoEDecap, IPv6", "PPPoEDecap(258)",
	    HEAD "886411000102002a0057" IP6, IP6, "none" },
	{ "PPPoEDecap, a compressed protocol", "PPPoEDecap",
	    HEAD "886411000102001d21" IP4, IP4, "none" },
	{ "PPPoEDecap, another session", "PPPoEDecap(259)",
	    HEAD "886411000102001e0021" IP4, "none",
	    HEAD "886411000102001e0021" IP4 },
	{ "PPPoEDecap, LCP", "PPPoEDecap", HEAD "8864110000010004c0210901",
	    "none", HEAD "8864110000010004c0210901" },
	{ "PPPoEDecap, LCP wanted", "PPPoEDecap(PROTO 0xc021)",
	    HEAD "8864110000010004c0210901", "0901", "none" },
	{ "PPPoEDecap, discovery", "PPPoEDecap", HEAD "8863110900000000",
	    "none", HEAD "8863110900000000" },
	{ "PPPoEDecap, a long length", "PPPoEDecap",
	    HEAD "88641100010200200021" IP4, "none",
	    HEAD "88641100010200200021" IP4 },
	{ "PPPoEDecap, no protocol", "PPPoEDecap", HEAD "886411000102000100",
	    "none", HEAD "886411000102000100" },
	{ "PPPoEDecap, the version is another", "PPPoEDecap",
	    HEAD "886411000102001e0057" IP4, "none",
	    HEAD "886411000102001e0057" IP4 },
	{ "PPPoEDecap, type 2", "PPPoEDecap", HEAD "886421000102001e0021" IP4,
	    "none", HEAD "886421000102001e0021" IP4 },
};

static void
test_passages(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(passages); i++) {
		const char *name = passages[i].name;
		struct strbuf sb = STRBUF_INIT;
		struct trun t;

		sb_printf(&sb,
		    "Idle -> x :: %s; x[0] -> q :: Queue -> Idle;"
		    " x[1] -> r :: Queue -> Idle",
		    passages[i].element);
		if (ok(trun_start(&t, sb_cstr(&sb)) == 0, "%s: starts", name)) {
			net_feed(&t, "x", 0, net_hex(&t, passages[i].in));
			is_cstr(net_took(&t, "q"), passages[i].out, "%s: out",
			    name);
			is_cstr(net_took(&t, "r"), passages[i].rejected,
			    "%s: rejected", name);
		} else {
			tap_note("%s", trun_log(&t));
		}
		is_num(trun_stop(&t), 0, "%s: all packets are back", name);
		sb_fini(&sb);
	}
}

/* ---- a subscriber ---- */

/* The server's address and the subscriber's. */
#define SERVER "020000000001"
#define CLIENT "020000000099"

#define CONF(more)                                                             \
	"s :: PPPoEServer(2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/29" more ");"        \
	" s[0] -> a :: Queue -> Idle; s[1] -> ip :: Queue -> Idle;"            \
	" s[2] -> other :: Queue -> Idle; Idle -> [0]s; Idle -> [1]s"

static char cookie[64];    /* of the last PADO, in hexadecimal */
static char session[8];    /* of the last PADS */
static char magic[16];     /* of the server, from its last request */
static char challenge[80]; /* of the last CHAP challenge: value */

/* want may have '?' for any digit, and end with '*'. */
static bool
matches(const char *got, const char *want)
{
	for (; *want != '\0' && *want != '*'; got++, want++)
		if (*got == '\0' || (*want != '?' && *want != *got))
			return false;
	return *want == '*' || *got == '\0';
}

static void
discover(struct trun *t, const char *dst, const char *code_and_session,
    const char *tags)
{
	struct strbuf sb = STRBUF_INIT;

	sb_printf(&sb, "%s" CLIENT "886311%s%04x%s", dst, code_and_session,
	    (unsigned)strlen(tags) / 2, tags);
	net_feed(t, "s", 0, net_hex(t, sb_cstr(&sb)));
	sb_fini(&sb);
}

/* A frame in the session: hex is the PPP protocol and what follows. */
static void
say(struct trun *t, const char *hex)
{
	struct strbuf sb = STRBUF_INIT;

	sb_printf(&sb, SERVER CLIENT "88641100%s%04x%s", session,
	    (unsigned)strlen(hex) / 2, hex);
	net_feed(t, "s", 0, net_hex(t, sb_cstr(&sb)));
	sb_fini(&sb);
}

/*
 * The next frame for the subscriber, without Ethernet addresses, type, padding
 * and the session's number: "07..." of discovery, "c021..." of a session.
 */
static const char *
hear(struct trun *t)
{
	static char text[4096];
	struct packet *p = net_take(t, "a");
	uint32_t from, to;

	if (p == NULL)
		return "none";
	from = get_be16(p->data + 12) == ETHERTYPE_PPPOE_DISC ? 15 : 20;
	to = 20u + get_be16(p->data + 18);
	if (memcmp(p->data, "\x02\0\0\0\0\x99", 6) != 0 ||
	    memcmp(p->data + 6, "\x02\0\0\0\0\x01", 6) != 0 || to > p->length ||
	    p->length < 60) {
		net_kill(t, p);
		return "bad frame";
	}
	for (uint32_t i = from, n = 0; i < to; i++, n += 2)
		snprintf(text + n, sizeof(text) - n, "%02x", p->data[i]);
	net_kill(t, p);
	return text;
}

static void
heard(struct trun *t, const char *want, const char *name)
{
	const char *got = hear(t);

	if (!ok(matches(got, want), "%s", name)) {
		tap_note("     got: %s", got);
		tap_note("expected: %s", want);
	}
}

/* PADI to PADS; LCP's first request is still to be heard. */
static void
connect(struct trun *t)
{
	const char *got;
	char tags[128];

	discover(t, "ffffffffffff", "090000",
	    "01010000"
	    "0103000412345678");
	got = hear(t);
	ok(matches(got, "070000????0102000"
	                "7636c69636b6f73"
	                "01010000"
	                "01040011??????????????????????????????????"
	                "0103000412345678"),
	    "PADO: %s", got);
	snprintf(cookie, sizeof(cookie), "%.34s",
	    strstr(got, "01040011") == NULL ? "" : strstr(got, "01040011") + 8);
	snprintf(tags, sizeof(tags),
	    "01010000"
	    "0103000412345678"
	    "01040011%s",
	    cookie);
	discover(t, SERVER, "190000", tags);
	got = hear(t);
	ok(matches(got, "65????000c01010000"
	                "0103000412345678") &&
	        strncmp(got + 2, "0000", 4) != 0,
	    "PADS: %s", got);
	snprintf(session, sizeof(session), "%.4s", got + 2);
}

/* LCP up to its opening, where the server asks for auth ("" none). */
static void
lcp(struct trun *t, const char *auth)
{
	char want[128], ack[160];
	const char *got = hear(t);

	snprintf(want, sizeof(want), "c0210101%04x010405d4%s0506????????",
	    14u + (unsigned)strlen(auth) / 2, auth);
	ok(matches(got, want), "LCP request: %s", got);
	snprintf(magic, sizeof(magic), "%.8s", got + strlen(got) - 8);
	snprintf(ack, sizeof(ack), "c0210201%s", got + 8);
	say(t, ack);
	say(t, "c02101050"
	       "00e010405d40506"
	       "0badcafe");
	heard(t, "c0210205000e010405d405060badcafe", "LCP: ack");
}

/* IPCP: 10.0.0.X is suggested and taken. */
static void
ipcp(struct trun *t, const char *addr)
{
	char text[64], want[64];

	heard(t, "8021010?000a03060a000001", "IPCP request");
	say(t, "80210201000a03060a000001");
	say(t, "80210107000a030600000000");
	snprintf(want, sizeof(want), "80210307000a0306%s", addr);
	heard(t, want, "IPCP: the address is suggested");
	snprintf(text, sizeof(text), "80210108000a0306%s", addr);
	say(t, text);
	snprintf(want, sizeof(want), "80210208000a0306%s", addr);
	heard(t, want, "IPCP: and acknowledged");
}

static void
begin(struct trun *t, const char *text)
{
	if (!ok(trun_start(t, text) == 0, "starts"))
		tap_note("%s", trun_log(t));
}

/* A whole session without authentication, by hand. */
/* IPCP: what it gives; up: the end of its address. */
static void
session_ipcp(struct trun *t, char up[16])
{
	const char *sessions;

	lcp(t, "");
	heard(t, "8021010?000a03060a000001", "IPCP request");
	say(t, "80210201000a03060a000001");
	/* Address, compression, both name servers. */
	say(t, "80210107001c030600000000"
	       "0206002d0f01"
	       "810600000000"
	       "830600000000");
	heard(t,
	    "802104070010"
	    "0206002d0f01"
	    "830600000000",
	    "IPCP: unknown ones are rejected");
	say(t, "802101080010030600000000"
	       "810600000000");
	sessions = hear(t);
	ok(matches(sessions, "80210308001003060a00000?"
	                     "810608080808"),
	    "IPCP: address and name server: %s", sessions);
	snprintf(up, 16, "%.8s", sessions + 16);
	{
		char text[64];

		snprintf(
		    text, sizeof(text), "8021010900100306%s810608080808", up);
		say(t, text);
	}
	heard(t, "802102090010*", "IPCP: taken");
	sessions = trun_read(t, "s.sessions");
	ok(strstr(sessions, "02:00:00:00:00:99\t-\t10.0.0.") != NULL &&
	        strstr(sessions, "\tup\t") != NULL,
	    "sessions: %s", sessions);
	is_cstr(trun_read(t, "s.count"), "1", "count");
	is_cstr(trun_read(t, "s.addresses"), "1", "addresses");
}

/* Packets there and back. */
static void
session_packets(struct trun *t, const char *up)
{
	struct net_ip out = {
		.dst = "9.9.9.9", .proto = IPPROTO4_UDP, .text = "hello"
	};
	struct strbuf sb = STRBUF_INIT;
	uint8_t buf[512];
	uint32_t n;
	char src[32];

	snprintf(src, sizeof(src), "10.0.0.%ld", strtol(up + 6, NULL, 16));
	out.src = src;
	n = net_build(buf, &out);
	sb_printf(&sb, "0021");
	for (uint32_t i = 0; i < n; i++)
		sb_printf(&sb, "%02x", buf[i]);
	say(t, sb_cstr(&sb));
	is_cstr(net_took(t, "ip"), sb_cstr(&sb) + 4,
	    "a packet from the subscriber");
	out.src = "10.0.0.77";
	n = net_build(buf, &out);
	sb_clear(&sb);
	sb_printf(&sb, "0021");
	for (uint32_t i = 0; i < n; i++)
		sb_printf(&sb, "%02x", buf[i]);
	say(t, sb_cstr(&sb));
	is_cstr(net_took(t, "ip"), "none", "one with a false source");
	out = (struct net_ip){ .src = "9.9.9.9",
		.dst = src,
		.proto = IPPROTO4_UDP,
		.text = "ho" };
	net_feed_ip(t, "s", 1, &out);
	n = net_build(buf, &out);
	sb_clear(&sb);
	sb_printf(&sb, CLIENT SERVER "88641100%s%04x0021", session, n + 2);
	for (uint32_t i = 0; i < n; i++)
		sb_printf(&sb, "%02x", buf[i]);
	is_cstr(net_took(t, "a"), sb_cstr(&sb), "a packet for the subscriber");
	out.dst = "10.0.0.7";
	net_feed_ip(t, "s", 1, &out);
	is_num(net_drain(t, "other"), 1, "for nobody");
	sb_fini(&sb);
}

/* Echo, and what is unknown. */
static void
session_lcp(struct trun *t)
{
	say(t, "c021090900080badcafe");
	{
		char want[64];

		snprintf(want, sizeof(want), "c0210a090008%s", magic);
		heard(t, want, "echo reply");
		snprintf(want, sizeof(want), "c02109090008%s", magic);
		say(t, want);
		heard(t, "none", "our own echo request is not answered");
	}
	say(t, "c021770100080badcafe");
	heard(t, "c02107??000c770100080badcafe", "Code-Reject");
	say(t, "80570101000e010a0000000000000001");
	heard(t,
	    "c02108??0014"
	    "80570101000e010a0000000000000001",
	    "Protocol-Reject");
}

static void
session_end(struct trun *t)
{
	say(t, "c021050a0004");
	heard(t, "c021060a0004", "Terminate-Ack");
	heard(t, "a7????0000", "PADT");
	is_cstr(trun_read(t, "s.count"), "0", "none left");
	is_cstr(trun_read(t, "s.addresses"), "0", "its address is free");
	ok(strstr(trun_read(t, "s.ended"), "ended by the subscriber\t0\t1\t33"
	                                   "\t1\t30\t0\n") != NULL,
	    "ended: %s", trun_read(t, "s.ended"));
	say(t, "c021090900080badcafe");
	heard(t, "none", "silence afterwards");
}

static void
test_session(void)
{
	struct trun t;
	const char *sessions;
	char up[16];

	begin(&t, CONF(", DNS 8.8.8.8"));
	connect(&t);
	session_ipcp(&t, up);
	session_packets(&t, up);
	sessions = trun_read(&t, "s.sessions");
	ok(strstr(sessions, "\t1\t33\t1\t30\t0\n") != NULL, "accounting: %s",
	    sessions);
	session_lcp(&t);
	session_end(&t);
	net_end(&t);
}

/* PADI: who is answered, and with what. */
static void
discovery_offer(struct trun *t)
{
	discover(t, "ffffffffffff", "090000", "");
	heard(t, "none", "no Service-Name");
	discover(t, "ffffffffffff", "090000", "010100026162");
	heard(t, "none", "another service");
	discover(t, "020000000002", "090000", "01010000");
	heard(t, "none", "for another concentrator");
	discover(t, "ffffffffffff", "090000", "01010009");
	heard(t, "none", "a tag cut short");
	/* Relay-Session-Id goes back, and the service is named. */
	discover(t, "ffffffffffff", "090000",
	    "01010000"
	    "01100002abcd");
	{
		const char *got = hear(t);

		ok(matches(got, "070000????01020007636c69636b6f73"
		                "01010000"
		                "01010008696e7465726e6574"
		                "01040011??????????????????????????????????"
		                "01100002abcd"),
		    "PADO: %s", got);
		snprintf(cookie, sizeof(cookie), "%.34s",
		    strstr(got, "01040011") + 8);
	}
}

/* PADR: false ones, and one that begins a session; tags: its. */
static void
discovery_request(struct trun *t, char tags[256])
{
	discover(t, SERVER, "190000", "01010000");
	heard(t, "none", "no cookie");
	snprintf(tags, 256, "0101000001040011%s", cookie);
	tags[20] = tags[20] == '0' ? '1' : '0';
	discover(t, SERVER, "190000", tags);
	heard(t, "none", "a false cookie");
	snprintf(tags, 256, "01010002616201040011%s", cookie);
	discover(t, SERVER, "190000", tags);
	heard(t,
	    "6500000019"
	    "010100026162"
	    "0201000f*",
	    "a service that we have not");
	snprintf(tags, 256, "01010008696e7465726e657401040011%s", cookie);
	discover(t, "ffffffffffff", "190000", tags);
	heard(t, "none", "a broadcast PADR");
	discover(t, SERVER, "190000", tags);
	{
		const char *got = hear(t);

		ok(matches(got, "65????000c01010008696e7465726e6574"),
		    "PADS: %s", got);
		snprintf(session, sizeof(session), "%.4s", got + 2);
	}
	heard(t, "c0210101*", "LCP begins");
}

/* The same once more, and for a second session. */
static void
discovery_again(struct trun *t, const char *tags)
{
	/* The PADS was lost. */
	discover(t, SERVER, "190000", tags);
	{
		char want[64];

		snprintf(want, sizeof(want), "65%s*", session);
		heard(t, want, "the same session again");
	}
	is_cstr(trun_read(t, "s.count"), "1", "still one");
	say(t, "c021090900080badcafe");
	discover(t, SERVER, "190000", tags);
	heard(t, "65????*", "a second session");
	is_cstr(trun_read(t, "s.count"), "2", "two");
	heard(t, "c0210101*", "its LCP");
}

/* PADT, and a cookie that is too old. */
static void
discovery_end(struct trun *t)
{
	char tags[256];

	/* PADT, of another's session and of ours. */
	snprintf(tags, sizeof(tags), "a7%s", session);
	net_feed(t, "s", 0,
	    net_hex(t, SERVER "020000000098"
	                      "886311a700010000"));
	is_cstr(trun_read(t, "s.count"), "2", "not theirs to end");
	discover(t, SERVER, tags, "");
	is_cstr(trun_read(t, "s.count"), "1", "PADT ends it");
	heard(t, "none", "without a word");
	/* The cookie is good for two minutes. */
	net_pass(t, 125 * NS_PER_SEC);
	net_drain(t, "a");
	snprintf(tags, sizeof(tags), "0101000001040011%s", cookie);
	discover(t, SERVER, "190000", tags);
	heard(t, "none", "an old cookie");
	is_cstr(trun_read(t, "s.stats"),
	    "3\tPADI\n7\tPADR\n3\tPADR without our cookie\n"
	    "3\tdiscovery refused\n2\tsessions begun\n3\tbad frames\n"
	    "0\tframes and packets of no session\n"
	    "0\tpackets with another source address\n"
	    "0\tpackets longer than the subscriber takes\n"
	    "1\tended by the subscriber\n0\tno answer\n"
	    "0\twrong name or secret\n1\tnegotiation failed\n"
	    "0\tno address\n0\treplaced\n0\tended by hand\n",
	    "stats");
}

static void
test_discovery(void)
{
	struct trun t;
	char tags[256];

	begin(&t, CONF(", SERVICE internet, SESSIONS 2, PER_MAC 2"));
	discovery_offer(&t);
	discovery_request(&t, tags);
	discovery_again(&t, tags);
	discovery_end(&t);
	net_end(&t);
}

/* LCP: what it says to all kinds of options, and how it gives up. */
/* What the subscriber asks for: options that are broken, and unknown. */
static void
lcp_reject(struct trun *t)
{
	/* Compression of fields, a character map: RFC 2516, 7. */
	say(t, "c02101010014"
	       "010405d4"
	       "0702"
	       "0802"
	       "020600000000"
	       "00");
	heard(t, "none", "an option of length 0");
	say(t, "c02101010008010805d4");
	heard(t, "none", "an option beyond the end");
	say(t, "c02101010012"
	       "010405d4"
	       "0702"
	       "0802"
	       "020600000000");
	heard(t,
	    "c0210401000e"
	    "0702"
	    "0802"
	    "020600000000",
	    "Reject");
}

/* Values that will not do: Nak, five times, then Reject. */
static void
lcp_nak(struct trun *t)
{
	const char *got;

	say(t, "c02101020008010405dc");
	heard(t, "c02103020008010405d4", "an MRU of 1500: Nak");
	say(t, "c0210103000801040010");
	heard(t, "c02103030008010405d4", "an MRU of 16: Nak");
	{
		char text[64];

		snprintf(text, sizeof(text), "c0210104000a0506%s", magic);
		say(t, text);
		got = hear(t);
		ok(matches(got, "c0210304000a0506????????") &&
		        strcmp(got + 16, magic) != 0,
		    "our own magic number: Nak: %s", got);
	}
	say(t, "c0210105000a050600000000");
	heard(t, "c0210305000a0506????????", "magic 0: Nak");
	say(t, "c0210106000a050600000000");
	heard(t, "c0210306000a0506????????", "the fifth Nak");
	say(t, "c0210107000a050600000000");
	heard(t, "c0210407000a050600000000", "then a Reject");
}

/* Our own options are refused: they go. */
static void
lcp_refused(struct trun *t)
{
	const char *got;

	/* Answers to something else. */
	say(t, "c0210209000e010405d4050600000000");
	say(t, "c02102010003");
	heard(t, "none", "no answer to those");
	say(t, "c02104010008010405d4");
	heard(t, "c0210102000a0506????????", "without MRU");
	{
		char text[64];

		snprintf(text, sizeof(text), "c0210302000a0506%s", "01020304");
		say(t, text);
	}
	got = hear(t);
	ok(matches(got, "c0210103000a0506????????") &&
	        strcmp(got + 16, magic) != 0,
	    "another magic number: %s", got);
	say(t, "c0210403000a050601020304");
	heard(t, "c02101040004", "without magic number");
}

/* Nothing more comes: requests are said again, then it ends. */
static void
lcp_silence(struct trun *t)
{
	unsigned int requests = 0;
	const char *got;

	net_pass(t, 60 * NS_PER_SEC);
	while (matches(got = hear(t), "c02101??0004"))
		requests++;
	ok(requests >= 5 && requests <= 10, "%u requests", requests);
	ok(matches(got, "c02105??0004"), "Terminate-Request: %s", got);
	heard(t, "a7????0000", "PADT");
	is_cstr(trun_read(t, "s.count"), "0", "given up");
	ok(strstr(trun_read(t, "s.ended"), "negotiation failed") != NULL,
	    "ended");
}

static void
test_lcp(void)
{
	struct trun t;
	const char *got;

	begin(&t, CONF(""));
	connect(&t);
	got = hear(&t);
	ok(matches(got, "c0210101000e010405d40506????????"), "request");
	snprintf(magic, sizeof(magic), "%.8s", got + strlen(got) - 8);
	lcp_reject(&t);
	lcp_nak(&t);
	lcp_refused(&t);
	lcp_silence(&t);
	net_end(&t);
}

/* Acknowledgements of something else, or of long ago, open nothing. */
static void
test_stale(void)
{
	const char *got;
	char ack[160];
	struct trun t;

	begin(&t, CONF(""));
	connect(&t);
	got = hear(&t);
	snprintf(ack, sizeof(ack), "c0210277%s", got + 8);
	say(&t, ack);
	say(&t, "c02101050004");
	heard(&t, "c02102050004", "our acknowledgement");
	heard(&t, "none", "that of another request opens nothing");
	say(&t, "c02101060008010405dc");
	heard(&t, "c02103060008010405d4", "a Nak");
	/* Now it has ours, then says nothing until we ask again. */
	memcpy(ack, "c0210201", 8);
	say(&t, ack);
	net_pass(&t, 4 * NS_PER_SEC);
	heard(&t, "c0210102000e*", "our request again");
	say(&t, "c02101070004");
	heard(&t, "c02102070004", "our acknowledgement");
	heard(&t, "none", "that of long ago opens nothing");
	net_end(&t);
}

/* Who takes 128 bytes gets no more. */
static void
test_mru(void)
{
	static char text[120];
	struct net_ip s = { .src = "9.9.9.9", .proto = IPPROTO4_UDP };
	const char *got;
	char line[160], addr[32];
	struct trun t;

	begin(&t, CONF(""));
	connect(&t);
	got = hear(&t);
	snprintf(line, sizeof(line), "c0210201%s", got + 8);
	say(&t, line);
	say(&t, "c0210105000801040080");
	heard(&t, "c0210205000801040080", "an MRU of 128");
	heard(&t, "8021010?000a03060a000001", "IPCP request");
	say(&t, "80210201000a03060a000001");
	say(&t, "80210107000a030600000000");
	got = hear(&t);
	snprintf(line, sizeof(line), "80210108000a0306%.8s", got + 16);
	snprintf(addr, sizeof(addr), "10.0.0.%ld", strtol(got + 22, NULL, 16));
	say(&t, line);
	heard(&t, "80210208*", "IPCP is open");
	s.dst = addr;
	memset(text, 'x', 100);
	s.text = text;
	net_feed_ip(&t, "s", 1, &s);
	is_num(net_drain(&t, "a"), 1, "128 bytes");
	text[100] = 'x';
	net_feed_ip(&t, "s", 1, &s);
	is_num(net_drain(&t, "a"), 0, "129 bytes do not go");
	is_num(net_drain(&t, "other"), 1, "but elsewhere");
	net_end(&t);
}

/* LCP begins anew in an open session. */
static void
test_again(void)
{
	struct trun t;

	begin(&t, CONF(", USER \"joe secret\", AUTH pap"));
	connect(&t);
	lcp(&t, "0304c023");
	say(&t, "c0230101000f"
	        "036a6f65"
	        "06736563726574");
	heard(&t, "c0230201000c0777656c636f6d65", "welcome");
	heard(&t, "8021010?000a03060a000001", "IPCP begins");
	say(&t, "c02101110004");
	heard(&t, "c021010200120104*", "our request");
	heard(&t, "c02102110004", "the answer");
	ok(strstr(trun_read(&t, "s.sessions"), "establishing") != NULL,
	    "establishing again");
	say(&t, "80210107000a030600000000");
	heard(&t, "none", "IPCP has to wait");
	net_end(&t);
}

static void
chap(struct trun *t, const char *secret, const char *name)
{
	const char *got = hear(t);
	uint8_t value[16], digest[16], id;
	struct strbuf sb = STRBUF_INIT;
	struct md5 m;

	ok(matches(got, "c22301??001c10????????????????????????????????"
	                "636c69636b6f73"),
	    "challenge: %s", got);
	snprintf(challenge, sizeof(challenge), "%.32s", got + 14);
	net_bytes(challenge, value, 16);
	id = (uint8_t)(char_hex(got[6]) * 16 + char_hex(got[7]));
	md5_init(&m);
	md5_update(&m, &id, 1);
	md5_update(&m, secret, strlen(secret));
	md5_update(&m, value, 16);
	md5_final(&m, digest);
	sb_printf(
	    &sb, "c22302%02x%04x10", id, (unsigned)(4 + 1 + 16 + strlen(name)));
	for (unsigned int i = 0; i < 16; i++)
		sb_printf(&sb, "%02x", digest[i]);
	for (; *name != '\0'; name++)
		sb_printf(&sb, "%02x", *name);
	say(t, sb_cstr(&sb));
	sb_fini(&sb);
}

#define USERS                                                                  \
	", USER \"joe secret 10.0.0.5\", USER \"ann \\\"two words\\\" -"       \
	" 1000Bps\", USER bob x"

static void
test_chap(void)
{
	struct trun t;
	char first[8];

	begin(&t, CONF(USERS));
	connect(&t);
	lcp(&t, "0305c22305");
	chap(&t, "secret", "joe");
	heard(&t, "c22303??000b77656c636f6d65", "welcome");
	ipcp(&t, "0a000005");
	ok(strstr(trun_read(&t, "s.sessions"), "\tjoe\t10.0.0.5\tup") != NULL,
	    "joe is there");
	is_cstr(trun_read(&t, "s.users"),
	    "ann\t-\t1000\nbob\t-\t0\njoe\t10.0.0.5\t0\n", "users");
	/* Said again: its success was lost. */
	say(&t, "c2230201001810000000000000000000000000000000006a6f65");
	heard(&t, "c22303010004", "success again");

	/* A second session of the same Ethernet address replaces it. */
	snprintf(first, sizeof(first), "%s", session);
	discover(&t, "ffffffffffff", "090000", "01010000");
	(void)hear(&t);
	{
		char tags[128];

		snprintf(tags, sizeof(tags), "0101000001040011%s", cookie);
		discover(&t, SERVER, "190000", tags);
	}
	heard(&t, "c02105??0004", "the old one is told");
	heard(&t, "a7????0000", "and ended");
	heard(&t, "65????*", "PADS");
	is_cstr(trun_read(&t, "s.count"), "1", "one session");
	ok(strstr(trun_read(&t, "s.ended"), "\treplaced\t") != NULL, "ended");
	net_end(&t);

	begin(&t, CONF(USERS));
	connect(&t);
	lcp(&t, "0305c22305");
	chap(&t, "wrong", "joe");
	heard(&t, "c22304??001877726f6e67206e616d65206f7220736563726574",
	    "a wrong secret");
	heard(&t, "c02105??0004", "Terminate-Request");
	heard(&t, "a7????0000", "PADT");
	is_cstr(trun_read(&t, "s.count"), "0", "out");
	connect(&t);
	lcp(&t, "0305c22305");
	chap(&t, "", "nobody");
	heard(&t, "c22304??0018*", "an unknown name");
	(void)hear(&t);
	(void)hear(&t);
	connect(&t);
	lcp(&t, "0305c22305");
	chap(&t, "two words", "ann");
	heard(&t, "c22303??000b*", "a secret of two words");
	net_end(&t);
}

/* A hot swap keeps the sessions, unless the pool is another. */
static void
test_swap(void)
{
	struct trun t;

	begin(&t, CONF(USERS));
	connect(&t);
	lcp(&t, "0305c22305");
	chap(&t, "secret", "joe");
	(void)hear(&t);
	ipcp(&t, "0a000005");
	ok(net_swap(&t, CONF(", USER \"eve e\"")) == 0, "swap");
	ok(strstr(trun_read(&t, "s.sessions"), "\tjoe\t10.0.0.5\tup") != NULL,
	    "swap: joe is there");
	say(&t, "c021090900080badcafe");
	heard(&t, "c0210a090008*", "swap: and is answered");
	{
		struct net_ip s = { .src = "9.9.9.9",
			.dst = "10.0.0.5",
			.proto = IPPROTO4_UDP };

		net_feed_ip(&t, "s", 1, &s);
		is_num(net_drain(&t, "a"), 1, "swap: and gets packets");
	}
	ok(net_swap(&t, "s :: PPPoEServer(2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/28);"
	                " s[0] -> a :: Queue -> Idle; s[1] -> Discard;"
	                " Idle -> [0]s; Idle -> [1]s") == 0,
	    "swap: another pool");
	is_cstr(trun_read(&t, "s.count"), "0", "swap: nothing is kept");
	net_end(&t);
}

/* The challenge is sent again; who stays silent is out. */
/* Another process: who was connected is, with his numbers. */
static void
test_move(void)
{
	struct net_ip s = {
		.src = "9.9.9.9", .dst = "10.0.0.5", .proto = IPPROTO4_UDP
	};
	struct trun t;
	uint32_t lost;

	begin(&t, CONF(USERS));
	connect(&t);
	lcp(&t, "0305c22305");
	chap(&t, "secret", "joe");
	(void)hear(&t);
	ipcp(&t, "0a000005");
	(void)net_drain(&t, "a");
	net_feed_ip(&t, "s", 1, &s);
	is_num(net_drain(&t, "a"), 1, "move: a packet before");
	net_pass(&t, 7 * NS_PER_SEC);
	if (!ok(tstate_move(&t, CONF(USERS), &lost) == 0, "move"))
		tap_note("%s", trun_log(&t));
	is_num(lost, 0, "move: all packets are back");
	ok(strstr(trun_read(&t, "s.sessions"),
	       "\tjoe\t10.0.0.5\tup\t7\t0\t0\t1\t") != NULL,
	    "move: joe is there, since seven seconds, with his packet");
	is_cstr(trun_read(&t, "s.addresses"), "1", "move: with his address");
	say(&t, "c021090900080badcafe");
	heard(&t, "c0210a090008*", "move: and is answered");
	net_feed_ip(&t, "s", 1, &s);
	is_num(net_drain(&t, "a"), 1, "move: and gets packets");
	net_end(&t);
}

static void
test_chap_silence(void)
{
	unsigned int challenges = 0;
	const char *got;
	struct trun t;

	begin(&t, CONF(USERS));
	connect(&t);
	lcp(&t, "0305c22305");
	net_pass(&t, 60 * NS_PER_SEC);
	while (matches(got = hear(&t), "c22301*"))
		challenges++;
	ok(challenges >= 5 && challenges <= 10, "%u challenges", challenges);
	ok(matches(got, "c02105*"), "then the end: %s", got);
	net_end(&t);
}

/* Who refuses CHAP is asked by PAP. */
static void
test_pap(void)
{
	const char *got;
	struct trun t;

	begin(&t, CONF(USERS));
	connect(&t);
	got = hear(&t);
	ok(matches(got, "c02101010013010405d40305c223050506????????"),
	    "asks for CHAP: %s", got);
	say(&t, "c021030100080304c023");
	got = hear(&t);
	ok(matches(got, "c02101020012010405d40304c0230506????????"),
	    "asks for PAP: %s", got);
	{
		char ack[128];

		snprintf(ack, sizeof(ack), "c0210202%s", got + 8);
		say(&t, ack);
	}
	say(&t, "c02101050004");
	heard(&t, "c02102050004", "LCP is open");
	say(&t, "80210107000a030600000000");
	heard(&t, "none", "IPCP has to wait");
	say(&t, "c0230101000803626f6205");
	heard(&t, "none", "a name cut short");
	say(&t, "c0230101000903626f6205");
	heard(&t, "none", "a secret cut short");
	say(&t, "c0230101000a03626f620178");
	heard(&t, "c0230201000c0777656c636f6d65", "welcome, bob");
	say(&t, "c0230101000a03626f620178");
	heard(&t, "8021010?000a03060a000001", "IPCP begins");
	heard(&t, "c0230201000500", "said again");
	net_end(&t);

	begin(&t, CONF(USERS ", AUTH pap"));
	connect(&t);
	lcp(&t, "0304c023");
	say(&t, "c0230101000a03626f620179");
	heard(&t, "c02303010019*", "a wrong secret");
	heard(&t, "c02105??0004", "Terminate-Request");
	heard(&t, "a7????0000", "PADT");
	connect(&t);
	heard(&t, "c0210101*", "LCP");
	say(&t, "c021040100080304c023");
	heard(&t, "c02105??0004", "who refuses to say who it is must go");
	heard(&t, "a7????0000", "PADT");
	connect(&t);
	lcp(&t, "0304c023");
	net_pass(&t, 40 * NS_PER_SEC);
	heard(&t, "c02105??0004", "who does not say it must go, too");
	net_end(&t);
}

static void
test_keepalive(void)
{
	unsigned int echoes = 0;
	const char *got;
	struct trun t;

	begin(&t, CONF(", KEEPALIVE 10, FAILURES 4"));
	connect(&t);
	lcp(&t, "");
	heard(&t, "8021010?000a03060a000001", "IPCP request");
	say(&t, "80210201000a03060a000001");
	say(&t, "80210107000a030600000000");
	got = hear(&t);
	{
		char text[64];

		snprintf(text, sizeof(text), "80210108000a0306%.8s", got + 16);
		say(&t, text);
	}
	heard(&t, "80210208*", "IPCP is open");
	for (unsigned int i = 0; i < 8; i++) {
		net_pass(&t, 10 * NS_PER_SEC);
		say(&t, "c0210a0100080badcafe");
	}
	is_cstr(trun_read(&t, "s.count"), "1", "it answers, it lives");
	/* The timer looks ten times a second. */
	is_num(net_drain(&t, "a"), 7, "an echo request every ten seconds");
	net_pass(&t, 60 * NS_PER_SEC);
	{
		char want[64];

		snprintf(want, sizeof(want), "c02109??0008%s", magic);
		while (matches(got = hear(&t), want))
			echoes++;
	}
	is_num(echoes, 4, "four without an answer");
	ok(matches(got, "c02105??0004"), "then the end");
	ok(strstr(trun_read(&t, "s.ended"), "no answer") != NULL, "ended");
	net_end(&t);
}

/* The pool: five addresses besides ours; handlers. */
static void
test_pool(void)
{
	struct trun t;

	begin(&t, "s :: PPPoEServer(2:0:0:0:0:1, 10.0.0.1, 10.0.0.1-10.0.0.2,"
	          " USER \"joe a\", USER \"ann b 10.0.0.2\", USER \"eve c\","
	          " AUTH pap, PER_MAC 5);"
	          " s[0] -> a :: Queue -> Idle; s[1] -> ip :: Queue -> Idle;"
	          " Idle -> [0]s; Idle -> [1]s");
	connect(&t);
	lcp(&t, "0304c023");
	say(&t, "c0230101000a036a6f650161");
	heard(&t, "c0230301000f0a6e6f2061646472657373",
	    "joe: ann's address is not his");
	(void)hear(&t);
	(void)hear(&t);
	ok(trun_write(&t, "s.remove_user", "ann") == 0, "ann leaves");
	ok(trun_write(&t, "s.remove_user", "ann") != 0, "once");
	connect(&t);
	lcp(&t, "0304c023");
	say(&t, "c0230101000a036a6f650161");
	heard(&t, "c02302*", "joe gets it now");
	ipcp(&t, "0a000002");
	ok(trun_write(&t, "s.add_user", "ann b 10.0.0.2 8kbps") == 0,
	    "ann comes back");
	ok(trun_write(&t, "s.add_user", "ann") != 0, "a user without secret");
	ok(trun_write(&t, "s.add_user", "ann b 10.0.0.9") != 0,
	    "an address of another pool");
	connect(&t);
	lcp(&t, "0304c023");
	say(&t, "c0230101000a03616e6e0162");
	heard(&t, "c02105??0004", "joe must give it up");
	heard(&t, "a7????0000", "PADT");
	heard(&t, "c02302*", "ann has it");
	ipcp(&t, "0a000002");
	/* 1000 bytes a second, 3000 at once. */
	for (unsigned int i = 0; i < 120; i++) {
		struct net_ip s = { .src = "9.9.9.9",
			.dst = "10.0.0.2",
			.proto = IPPROTO4_UDP,
			.text = "12" };

		net_feed_ip(&t, "s", 1, &s);
	}
	is_num(net_drain(&t, "a"), 100, "ann's rate");
	ok(strstr(trun_read(&t, "s.sessions"), "\t100\t3000\t20\n") != NULL,
	    "counted: %s", trun_read(&t, "s.sessions"));
	ok(trun_write(&t, "s.end", "eve") != 0, "eve is not there");
	ok(trun_write(&t, "s.end", "10.0.0.2") == 0, "by address");
	heard(&t, "c02105??0004", "Terminate-Request");
	is_cstr(trun_read(&t, "s.count"), "0", "ended by hand");
	ok(trun_write(&t, "s.end_all", "") == 0, "all of none");
	net_end(&t);
}

/* Sessions by the hundred: numbers, addresses, what is left at the end. */
static void
test_many(void)
{
	unsigned int made = 0;
	struct trun t;

	begin(&t, "s :: PPPoEServer(2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/16,"
	          " SESSIONS 300); s[0] -> a :: Queue(5000) -> Idle;"
	          " s[1] -> Discard; Idle -> [0]s; Idle -> [1]s");
	for (unsigned int i = 0; i < 400; i++) {
		char text[256];
		const char *at;
		struct packet *p;

		snprintf(text, sizeof(text),
		    "ffffffffffff02000001%04x"
		    "8863110900000004"
		    "01010000",
		    i);
		net_feed(&t, "s", 0, net_hex(&t, text));
		p = net_take(&t, "a");
		if (p == NULL)
			break;
		sb_clear(&t.result);
		for (uint32_t k = 20; k < p->length; k++)
			sb_printf(&t.result, "%02x", p->data[k]);
		net_kill(&t, p);
		at = strstr(sb_cstr(&t.result), "01040011");
		snprintf(text, sizeof(text),
		    SERVER "02000001%04x"
		           "8863111900000019"
		           "01010000%.42s",
		    i, at);
		net_feed(&t, "s", 0, net_hex(&t, text));
		made += net_drain(&t, "a") == 2;
	}
	is_num(made, 300, "sessions");
	is_cstr(trun_read(&t, "s.count"), "300", "count");
	ok(trun_write(&t, "s.end_all", "") == 0, "all end");
	is_cstr(trun_read(&t, "s.count"), "0", "none");
	net_end(&t);
}

static const struct mistake mistakes[] = {
	{ "2:0:0:0:0:1, 10.0.0.1", "required argument missing" },
	{ "2:0:0:0:0:1, 10.0.0.1, x", "POOL: a prefix or FIRST-LAST" },
	{ "2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/15", "POOL: a prefix" },
	{ "2:0:0:0:0:1, 10.0.0.1, 10.0.0.9-10.0.0.8", "POOL: a prefix" },
	{ "2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/24, AUTH eap", "AUTH: 'chap'" },
	{ "2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/24, USER x", "USER: expected" },
	{ "2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/24, USER x y z",
	    "the address must be one of the pool" },
	{ "2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/24, USER x y 10.0.0.1",
	    "the address must be one of the pool" },
	{ "2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/24, USER x y - z", "bad rate" },
	{ "2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/24, SESSIONS 0",
	    "SESSIONS: from 1" },
	{ "2:0:0:0:0:1, 10.0.0.1, 10.0.0.0/24, FAILURES 0",
	    "FAILURES: from 1" },
};

static void
test_mistakes(void)
{
	test_refused("s :: PPPoEServer(", mistakes, ARRAY_SIZE(mistakes),
	    "); s[0] -> Discard; s[1] -> Discard;"
	    " Idle -> [0]s; Idle -> [1]s");
}

static void
test_hostile(void)
{
	static const char *const seeds[] = {
		SERVER CLIENT "88641100000100"
		              "10c0210101000e010405d40506"
		              "0badcafe",
		SERVER CLIENT "88641100000100"
		              "10c0210201000e010405d40506"
		              "0badcafe",
		SERVER CLIENT "88641100000100"
		              "0cc0210301000a0506"
		              "0badcafe",
		SERVER CLIENT "88641100000100"
		              "0c80210107000a030600000000",
		SERVER CLIENT "88641100000100"
		              "0cc0230101000a03626f620178",
		SERVER CLIENT "88641100000100"
		              "1ac2230201001810000000000000"
		              "000000000000000000006a6f65",
		SERVER CLIENT "88641100000100"
		              "0ac021090900080badcafe",
		SERVER CLIENT "886411000001001e0021" IP4,
		"ffffffffffff" CLIENT "8863110900000010010100000103000412345"
		"67801100000",
	};
	static char mine[ARRAY_SIZE(seeds)][256];
	const char *use[ARRAY_SIZE(seeds)];
	struct trun t;

	begin(&t, CONF(USERS));
	for (unsigned int i = 0; i < 30; i++) {
		trun_write(&t, "s.end_all", "");
		net_drain(&t, "a");
		connect(&t);
		/* In the session that there is. */
		for (unsigned int k = 0; k + 1 < ARRAY_SIZE(seeds); k++) {
			snprintf(mine[k], sizeof(mine[k]), "%s", seeds[k]);
			memcpy(mine[k] + 32, session, 4);
			use[k] = mine[k];
		}
		use[ARRAY_SIZE(seeds) - 1] = seeds[ARRAY_SIZE(seeds) - 1];
		net_storm(&t, "s", 0, use, ARRAY_SIZE(seeds), 1000);
		net_storm(&t, "s", 1, (const char *const[]){ IP4 }, 1, 50);
		net_drain(&t, "a");
		net_drain(&t, "other");
		net_pass(&t, 5 * NS_PER_SEC);
	}
	net_end(&t);
	ok(trun_start(&t, "Idle -> x :: PPPoEDecap -> Discard;"
	                  " Idle -> y :: PPPoEEncap(1:2:3:4:5:6, "
	                  "1:2:3:4:5:7, 1) -> Discard") == 0,
	    "hostile: starts");
	net_storm(&t, "x", 0, seeds, ARRAY_SIZE(seeds), 20000);
	net_storm(&t, "y", 0, seeds, ARRAY_SIZE(seeds), 5000);
	net_end(&t);
}

int
main(void)
{
	test_md5();
	test_passages();
	test_session();
	test_discovery();
	test_lcp();
	test_stale();
	test_mru();
	test_again();
	test_chap();
	test_swap();
	test_move();
	test_chap_silence();
	test_pap();
	test_keepalive();
	test_pool();
	test_many();
	test_mistakes();
	test_hostile();
	return tap_done();
}
