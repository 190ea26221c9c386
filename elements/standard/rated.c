/* SPDX-License-Identifier: BSD-3-Clause */
/* rated.c -- see rated.h. */
#include "elements/standard/rated.h"

#include "click/conf.h"

int
rated_configure(struct element *e, const struct strs *conf, bool bytes,
    struct token_bucket *b, struct errh *errh)
{
	uint32_t rate = 0, ms = 20, burst = 0;
	bool has_ms, has_burst;
	uint64_t tokens;
	struct args a;

	args_init(&a, conf, e, errh);
	if (bytes)
		args_bandwidth(&a, "RATE", ARG_POS | ARG_MAND, &rate);
	else
		args_u32(&a, "RATE", ARG_POS | ARG_MAND, &rate);
	has_ms = args_seconds_ms(&a, "BURST_DURATION", 0, &ms);
	has_burst =
	    args_u32(&a, bytes ? "BURST_BYTES" : "BURST_SIZE", 0, &burst);
	if (args_complete(&a) != 0)
		return ERR_INVAL;
	if (has_ms && has_burst)
		return errh_error(
		    errh, "cannot specify both BURST_DURATION and BURST_SIZE");
	tokens = has_burst ? burst : (uint64_t)rate * ms / TOKEN_HZ;
	if (bytes)
		tokens += RATED_THRESHOLD;
	if (tokens > UINT32_MAX)
		tokens = UINT32_MAX;
	tokens_assign(b, rate, tokens > 0 ? (uint32_t)tokens : 1);
	return 0;
}

void
rated_print(const struct token_bucket *b, bool bytes, struct strbuf *out)
{
	if (bytes)
		sb_bandwidth(out, tokens_rate(b));
	else
		sb_u64(out, tokens_rate(b));
}
