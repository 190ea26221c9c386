/* SPDX-License-Identifier: BSD-3-Clause */
/* from_dump_fuzz.c -- any bytes as a capture file, pcap or pcapng. */
#include "test/fuzz_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What it says is a link type decides where IP is looked for. */
static const char config[] =
    "f :: FromDump(%s, STOP true, FORCE_IP true)"
    " -> ToDump(/dev/null, USE_ENCAP_FROM f)"
    " -> ToIPSummaryDump(/dev/null, BAD_PACKETS true, FIELDS ip_src sport"
    " tcp_opt icmp_type payload_md5 ip_opt eth_src) -> Discard;"
    "f [1] -> ToDump(/dev/null) -> Discard;";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_file(data, size, config);
	return 0;
}
