/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * summary_dumps_test.c -- files of lines, read and written: every field of a
 * summary dump in text and in binary, and the files of other programs.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elements/host/host_element.h"
#include "test/run.h"
#include "test/tap.h"

/* A file in memory that has a name. */
struct memory_file {
	int fd;
	char name[32];
};

static struct memory_file
memory_file(const char *text, size_t n)
{
	struct memory_file f = { .fd = memfd_create("test", MFD_CLOEXEC) };

	snprintf(f.name, sizeof(f.name), "/proc/self/fd/%d", f.fd);
	if (f.fd < 0 || !fd_write_all(f.fd, str_make(text, n)))
		tap_note("no file in memory");
	return f;
}

static void
memory_file_read(const struct memory_file *f, struct strbuf *sb)
{
	char buf[65536];
	ssize_t n = pread(f->fd, buf, sizeof(buf), 0);

	sb_clear(sb);
	if (n > 0)
		sb_add(sb, str_make(buf, (size_t)n));
}

/*
 * Runs "source -> middle -> ToIPSummaryDump(fields)"; what it wrote, in *out.
 */
static void
run_to(const char *source, const char *fields, const char *options,
    struct strbuf *out, const char *name)
{
	struct memory_file f = memory_file("", 0);
	struct strbuf config = STRBUF_INIT;
	struct trun t;

	sb_printf(&config, "%s -> ToIPSummaryDump(%s, FIELDS %s, %s)", source,
	    f.name, fields, options);
	if (trun_start(&t, sb_cstr(&config)) == 0)
		trun_run(&t);
	else
		tap_note("%s", trun_log(&t));
	is_num(trun_stop(&t), 0, "%s: packets are back", name);
	memory_file_read(&f, out);
	close(f.fd);
	sb_fini(&config);
}

/* One value of one field, with others that it needs: in and out again. */
static const struct {
	const char *fields, *in, *out;
} fields[] = {
	{ "timestamp ip_src", "5.25 1.2.3.4", "5.250000 1.2.3.4" },
	{ "ntimestamp ip_src", "5.000000007 1.2.3.4", "5.000000007 1.2.3.4" },
	{ "ts_sec ts_usec", "7 250000", "7 250000" },
	{ "ts_usec1", "996033261451094", "996033261451094" },
	{ "first_timestamp first_ntimestamp", "- 8.5", "8.500000 8.500000" },
	{ "count link direction aggregate", "3 - 7 973", "3 7 7 973" },
	{ "direction paint", "- <", "< 1" },
	{ "direction", ">", ">" },
	{ "wire_len ip_len ip_ttl", "100 - 9", "40 100 9" },
	{ "eth_src eth_dst eth_type",
	    "00-0A-95-A6-D9-BC 02:00:00:00:00:01 0806",
	    "00-0A-95-A6-D9-BC 02-00-00-00-00-01 0806" },
	{ "eth_src eth_dst ip_dst",
	    "00-0A-95-A6-D9-BC 02:00:00:00:00:01 1.2.3.4",
	    "00-0A-95-A6-D9-BC 02-00-00-00-00-01 1.2.3.4" },
	{ "ip_src ip_dst ip_tos", "1.2.3.4 5.6.7.8 29", "1.2.3.4 5.6.7.8 29" },
	{ "ip_dscp ip_ecn", "46 ect2", "46 ect2" },
	{ "ip_ecn", "CE", "ce" },
	{ "ip_ttl ip_id ip_sum", "3 48759 43812", "3 48759 43812" },
	{ "ip_frag ip_fragoff", "F -", "F 0+" },
	{ "ip_ttl ip_frag ip_fragoff", "9 ! -", "9 ! 0!" },
	{ "ip_frag ip_fragoff ip_proto", "- 1480+ U", "f 1480+ U" },
	{ "ip_proto", "89", "89" },
	{ "ip_hl tcp_off", "32 28", "32 28" },
	{ "ip_len ip_capture_len", "132 -", "132 40" },
	{ "ip_opt ip_hl", "rr{1.0.0.1}+2 -", "rr{1.0.0.1}+2 36" },
	{ "sport dport ip_proto", "22 2943 U", "22 2943 U" },
	{ "tcp_seq tcp_ack tcp_window tcp_urp", "4294967295 1 480 9",
	    "4294967295 1 480 9" },
	{ "tcp_flags", "FSRPAUEC", "FSRPAUEC" },
	{ "tcp_flags", "0x12", "SA" },
	{ "tcp_flags", "XYW", "EC" },
	{ "tcp_opt tcp_ntopt tcp_sack", "mss1400;ts1:2;sack5-6 - -",
	    "mss1400;ts1:2;sack5-6 mss1400;sack5-6 sack5-6" },
	{ "tcp_ntopt tcp_off", "sackok;wscale4 -", "sackok;wscale4 28" },
	{ "udp_len ip_proto", "34 U", "34 U" },
	{ "icmp_type icmp_code ip_proto", "3 4 I", "3 4 I" },
	{ "icmp_type_name icmp_code_name ip_proto", "unreachable needfrag I",
	    "unreachable needfrag I" },
	{ "icmp_type icmp_flowid icmp_seq ip_proto", "8 256 77 I",
	    "8 256 77 I" },
	{ "icmp_type icmp_code icmp_nextmtu ip_proto", "3 4 1300 I",
	    "3 4 1300 I" },
	{ "icmp_type icmp_flowid ip_proto", "3 7 I", "3 - I" },
	{ "payload_len ip_len", "34 -", "34 74" },
	{ "payload payload_len ip_proto", "\"a\\<00>b\" - U",
	    "\"a\\000b\" 3 U" },
	/* More room than header and payload take: options that were not told.
	 */
	{ "ip_len payload_len tcp_off ip_hl", "60 12 - -", "60 12 28 20" },
	{ "ip_len payload_len tcp_off ip_hl", "100 0 - -", "100 0 60 40" },
	/* Values that do not fit are none. */
	{ "ip_src ip_tos", "1.2.3.4 256", "1.2.3.4 0" },
	{ "ip_src sport", "1.2.3.4 65536", "1.2.3.4 0" },
	{ "ip_src ip_opt", "1.2.3.4 rr{1.2.3}", "1.2.3.4 ." },
	{ "ip_src tcp_opt", "1.2.3.4 mss70000", "1.2.3.4 ." },
	{ "ip_src tcp_opt", "1.2.3.4 sack1", "1.2.3.4 ." },
};

static void
test_field(size_t i)
{
	struct strbuf source = STRBUF_INIT, out = STRBUF_INIT,
	              want = STRBUF_INIT;

	sb_printf(&source, "!data %s\n%s\n", fields[i].fields, fields[i].in);
	{
		struct memory_file f = memory_file(source.s, source.n);

		sb_clear(&source);
		sb_printf(&source, "FromIPSummaryDump(%s, STOP true)", f.name);
		run_to(sb_cstr(&source), fields[i].fields, "HEADER false", &out,
		    fields[i].in);
		close(f.fd);
	}
	sb_printf(&want, "%s\n", fields[i].out);
	is_str(sb_str(&out), sb_str(&want), "%s: %s", fields[i].fields,
	    fields[i].in);
	sb_fini(&source);
	sb_fini(&out);
	sb_fini(&want);
}

/* What is told in binary is the same when it is read back. */
static void
test_binary(size_t i)
{
	struct strbuf source = STRBUF_INIT, text = STRBUF_INIT,
	              binary = STRBUF_INIT, again = STRBUF_INIT;
	struct memory_file f, g;

	if (strstr(fields[i].fields, "payload ") != NULL)
		return; /* has no binary form */
	sb_printf(&source, "!data %s\n%s\n", fields[i].fields, fields[i].in);
	f = memory_file(source.s, source.n);
	sb_clear(&source);
	sb_printf(&source, "FromIPSummaryDump(%s, STOP true)", f.name);
	run_to(
	    sb_cstr(&source), fields[i].fields, "HEADER false", &text, "text");
	run_to(
	    sb_cstr(&source), fields[i].fields, "BINARY true", &binary, "bin");
	g = memory_file(binary.s, binary.n);
	sb_clear(&source);
	sb_printf(&source, "FromIPSummaryDump(%s, STOP true)", g.name);
	run_to(
	    sb_cstr(&source), fields[i].fields, "BINARY true", &again, "again");
	is_str(sb_str(&again), sb_str(&binary), "binary: %s %s",
	    fields[i].fields, fields[i].in);
	close(f.fd);
	close(g.fd);
	sb_fini(&source);
	sb_fini(&text);
	sb_fini(&binary);
	sb_fini(&again);
}

/* Bytes of a record, from the IP summary dump's own description. */
static void
test_record(void)
{
	static const char want[] =
	    "!IPSummaryDump 1.3\n!data ts_usec1 ip_src tcp_opt tcp_ntopt "
	    "ip_frag\n!binary\n"
	    "\0\0\0\x1f\0\0\0\0\x55\x62\xfc\xd2\x01\x02\x03\x04"
	    "\x0c\1\1\x08\x0a\0\0\0\1\0\0\0\2"
	    "\0.";
	struct strbuf out = STRBUF_INIT;

	run_to("FromIPSummaryDump(STOP true, DATA '!data ts_usec1 ip_src "
	       "tcp_opt\n1432550610 1.2.3.4 ts1:2\n')",
	    "ts_usec1 ip_src tcp_opt tcp_ntopt ip_frag", "BINARY true", &out,
	    "record");
	is_str(sb_str(&out), str_make(want, sizeof(want) - 1),
	    "a record, byte by byte");
	sb_fini(&out);
}

/* ---- files of other programs ---- */

static const struct {
	const char *name, *class, *file, *fields, *want;
} others[] = {
	{ "NetFlow", "FromNetFlowSummaryDump(%s, STOP true, LINK both)",
	    "# comment\n"
	    "1.0.0.1|2.0.0.2|x|14|99|3|1000|100|104|39|80|0|18|6|5|more\n"
	    "1.0.0.1|2.0.0.2|x|1|2|1|60|100|0|39|53|0|0|17|0\n",
	    "timestamp first_timestamp ip_src sport ip_dst dport ip_proto "
	    "tcp_flags ip_tos ip_len link count",
	    "104.000000 100.000000 1.0.0.1 39 2.0.0.2 80 T SA 5 1000 239 3\n"
	    "100.000000 100.000000 1.0.0.1 39 2.0.0.2 53 U - 0 60 18 1\n" },
	{ "NetFlow, all packets",
	    "FromNetFlowSummaryDump(%s, STOP true, MULTIPACKET true)",
	    "1.0.0.1|2.0.0.2|x|14|9|3|302|100|104|39|80|0|18|6|5\n",
	    "timestamp ip_len link count",
	    "100.000000 100 14 1\n102.000000 100 14 1\n"
	    "104.000000 102 14 1\n" },
	{ "cap", "FromCapDump(%s, STOP true, AGGREGATE 5)",
	    "SND 0\nINF - cap v2.13\n"
	    "SYN > 1046102982.856142 0 0 40 0\n"
	    "SYN < 1046102982.931832 0 0 40 0\n"
	    "DAT > 1046102982.931941 1 1 1500 1460\n"
	    "ACK < 1046102983.156387 1 1 40 0 SACK:3-4\n"
	    "DAT > 1046102983.2 2 2 1500 1460 FIN\n",
	    "ip_src sport tcp_flags tcp_seq tcp_ack ip_len link aggregate "
	    "tcp_opt",
	    "1.0.0.1 1 S 0 0 40 0 5 .\n2.0.0.2 2 SA 0 1 40 1 5 .\n"
	    "1.0.0.1 1 A 1 1 1500 0 5 .\n"
	    "2.0.0.2 2 A 1 1461 52 1 5 sack2921-5841\n"
	    "1.0.0.1 1 FA 1461 1 1500 0 5 .\n" },
	{ "cap at the receiver", "FromCapDump(%s, STOP true)",
	    "RCV 0\nDAT < 1.5 1 1 1500 1460\n", "ip_src link", "2.0.0.2 0\n" },
	{ "tcpdump", "FromTcpdump(%s, STOP true)",
	    "5.25 1.0.0.1.1025 > 2.0.0.2.80: S 10:10(0) win 5840 <mss 1460,"
	    "nop,wscale 2> (DF) (ttl 64, id 7, len 48)\n"
	    "5.5 2.0.0.2.80 > 1.0.0.1.1025: S 90:90(0) ack 11 win 100\n"
	    "6 1.0.0.1.1025 > 2.0.0.2.80: P 1:6(5) ack 1 win 5 [tos 0x10]\n"
	    "7 1.0.0.1.53 > 2.0.0.2.53: [udp sum ok] udp 10\n",
	    "timestamp ip_src sport ip_dst dport tcp_flags tcp_seq tcp_ack "
	    "tcp_opt ip_len ip_ttl ip_id ip_tos tcp_window ip_fragoff",
	    "5.250000 1.0.0.1 1025 2.0.0.2 80 S 10 0 mss1460;wscale2 48 64 7 "
	    "0 5840 0!\n"
	    "5.500000 2.0.0.2 80 1.0.0.1 1025 SA 90 11 . 40 2 0 0 100 0\n"
	    "6.000000 1.0.0.1 1025 2.0.0.2 80 PA 11 91 . 45 2 0 16 5 0\n"
	    "7.000000 1.0.0.1 53 2.0.0.2 53 - - - - 38 2 0 0 - 0\n" },
};

static void
test_other(size_t i)
{
	struct memory_file f =
	    memory_file(others[i].file, strlen(others[i].file));
	struct strbuf source = STRBUF_INIT, out = STRBUF_INIT;
	const char *name = strstr(others[i].class, "%s");

	sb_printf(&source, "%.*s%s%s", (int)(name - others[i].class),
	    others[i].class, f.name, name + 2);
	run_to(sb_cstr(&source), others[i].fields, "HEADER false", &out,
	    others[i].name);
	is_str(sb_str(&out), str_of(others[i].want), "%s", others[i].name);
	close(f.fd);
	sb_fini(&source);
	sb_fini(&out);
}

/* ---- a file a flow ---- */

static void
test_flow_dumps(void)
{
	static const char want[] =
	    "!IPSummaryDump 1.3\n!flowid 1.0.0.1 5 2.0.0.2 80 T\n"
	    "!aggregate 1\n"
	    "!data timestamp direction tcp_flags tcp_seq payload_len tcp_ack "
	    "tcp_opt\n"
	    "!firstseq > 100\n!firstseq < 7\n!firsttime 9.999999\n"
	    "0.000001 > S 0 0 0 mss9\n"
	    "1.000001 < SA 0 0 1 .\n"
	    "2.000001 > A 1 3 1 sack10-20\n";
	struct strbuf config = STRBUF_INIT, out = STRBUF_INIT;
	struct memory_file f = memory_file("", 0);
	struct trun t;

	sb_printf(&config,
	    "FromIPSummaryDump(STOP true, DATA '!data timestamp ip_src sport "
	    "ip_dst dport tcp_flags tcp_seq tcp_ack tcp_opt payload_len\n"
	    "10 1.0.0.1 5 2.0.0.2 80 S 100 0 mss9 0\n"
	    "11 2.0.0.2 80 1.0.0.1 5 SA 7 101 . 0\n"
	    "12 1.0.0.1 5 2.0.0.2 80 A 101 8 sack17-27 3\n"
	    "13 1.0.0.1 6 2.0.0.2 80 A 1 1 . 0\n')"
	    " -> f :: AggregateIPFlows"
	    " -> ToIPFlowDumps(/proc/self/fd/%%.3n, NOTIFIER f, TCP_OPT true, "
	    "MINCOUNT 2)");
	/* The first flow's file is number 1's: its descriptor is the name. */
	if (dup2(f.fd, 201) == 201) {
		struct strbuf named = STRBUF_INIT;
		const char *at = strstr(sb_cstr(&config), "%.3n");

		sb_printf(
		    &named, "%.*s20%s", (int)(at - config.s), config.s, at);
		if (trun_start(&t, sb_cstr(&named)) == 0)
			trun_run(&t);
		else
			tap_note("%s", trun_log(&t));
		is_num(trun_stop(&t), 0, "ToIPFlowDumps: packets are back");
		memory_file_read(&f, &out);
		close(201);
		sb_fini(&named);
	}
	is_str(sb_str(&out), str_of(want), "ToIPFlowDumps");
	close(f.fd);
	sb_fini(&config);
	sb_fini(&out);
}

/* ---- configurations that are none ---- */

static const struct {
	const char *config, *want;
} wrong[] = {
	{ "FromIPSummaryDump", "FILENAME: required argument missing" },
	{ "FromIPSummaryDump(a, DATA b)", "FILENAME and DATA conflict" },
	{ "FromCapDump(/dev/null)", "empty file" },
	{ "FromCapDump(/dev/null, FLOWID '1.0.0.1 5')",
	    "FLOWID should be 'SRC SPORT DST DPORT'" },
	{ "FromNetFlowSummaryDump(/dev/null, LINK up)",
	    "'LINK' should be 'input', 'output', or 'both'" },
	{ "FromTcpdump(/nowhere)", "/nowhere: No such file or directory" },
	{ "Idle -> ToIPSummaryDump(/dev/null, FIELDS payload, BINARY true);"
	  "Idle",
	    "cannot use field payload with BINARY" },
	{ "Idle -> ToIPFlowDumps(a%q); Idle", "bad filename pattern '%q'" },
	{ "Idle -> i :: Idle; Idle -> ToIPFlowDumps(a%n, NOTIFIER i); Idle",
	    "i is not an AggregateNotifier" },
};

int
main(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		test_field(i);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		test_binary(i);
	test_record();
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		test_other(i);
	test_flow_dumps();
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct strbuf config = STRBUF_INIT;
		struct trun t;

		sb_printf(&config, "%s -> Discard", wrong[i].config);
		ok(trun_start(&t, sb_cstr(&config)) != 0 &&
		        strstr(trun_log(&t), wrong[i].want) != NULL,
		    "%s", wrong[i].want);
		if (strstr(trun_log(&t), wrong[i].want) == NULL)
			tap_note("%s", trun_log(&t));
		trun_stop(&t);
		sb_fini(&config);
	}
	return tap_done();
}
