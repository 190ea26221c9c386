/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * from_ip_summary_dump_fuzz.c -- any bytes as a summary dump; the packets that
 * come of it are described by all fields, in text and in binary.
 */
#include "test/fuzz_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FIELDS                                                                 \
	"timestamp ntimestamp ts_sec ts_usec ts_usec1 first_timestamp count "  \
	"link direction aggregate wire_len eth_src eth_dst eth_type ip_src "   \
	"ip_dst ip_tos ip_dscp ip_ecn ip_ttl ip_frag ip_fragoff ip_id ip_sum " \
	"ip_proto ip_hl ip_len ip_capture_len ip_opt sport dport udp_len "     \
	"tcp_seq tcp_ack tcp_off tcp_flags tcp_window tcp_urp tcp_opt "        \
	"tcp_ntopt tcp_sack icmp_type icmp_code icmp_type_name "               \
	"icmp_code_name icmp_flowid icmp_seq icmp_nextmtu payload_len "        \
	"payload_md5 payload_md5_hex"

static const char config[] =
    "FromIPSummaryDump(%s, STOP true, CHECKSUM true)"
    " -> ToIPSummaryDump(/dev/null, BAD_PACKETS true, FIELDS " FIELDS
    " payload)"
    " -> ToIPSummaryDump(/dev/null, BINARY true, FIELDS " FIELDS ")"
    " -> ToDump(/dev/null, ENCAP IP) -> Discard;";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_file(data, size, config);
	return 0;
}
