/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * text_dump_fuzz.c -- any bytes as one of the files of lines of other
 * programs; the first byte says which.
 */
#include "test/fuzz_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REST                                                                   \
	" -> f :: AggregateIPFlows(ICMP true) -> ToIPSummaryDump(/dev/null, "  \
	"FIELDS timestamp tcp_opt payload_len) -> Discard;"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	switch (data[0] % 3) {
	case 0:
		fuzz_file(data + 1, size - 1,
		    "FromNetFlowSummaryDump(%s, STOP true, LINK both)" REST);
		break;
	case 1:
		fuzz_file(data + 1, size - 1,
		    "FromCapDump(%s, STOP true, CHECKSUM true)" REST);
		break;
	default:
		fuzz_file(data + 1, size - 1,
		    "FromTcpdump(%s, STOP true, CHECKSUM true)" REST);
		break;
	}
	return 0;
}
