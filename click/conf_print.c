/* SPDX-License-Identifier: BSD-3-Clause */
/* conf_print.c -- numbers as Click writes them, so that they parse again. */
#include "click/conf.h"

/* Ten to the digits, up to 10^18. */
static uint64_t
print_power10(int digits)
{
	uint64_t x = 1;

	for (; digits > 0; digits--)
		x *= 10;
	return x;
}

/* |x|, after a minus sign when it is negative. */
static uint64_t
print_sign(struct strbuf *sb, int64_t x)
{
	if (x >= 0)
		return (uint64_t)x;
	sb_addc(sb, '-');
	return 0 - (uint64_t)x;
}

/*
 * A short decimal fraction that rounds to the same bits: digits come out while
 * what is left is more than the error they may still have (Knuth, "A simple
 * program whose proof isn't", 1990).  The words have 32 bits, as in Click, and
 * from the tenth digit on the error wraps round: with 25 bits and more that
 * shows in the last digits, and handlers must print the same ones.
 */
void
sb_fixed2(struct strbuf *sb, int64_t x, int frac_bits)
{
	uint64_t value = print_sign(sb, x);
	uint32_t one = 1u << frac_bits, rest = (uint32_t)value & (one - 1);
	uint32_t error = 10, half = 5;

	sb_u64(sb, value >> frac_bits);
	if (rest == 0)
		return;
	while (half < one / 2)
		half *= 10;
	sb_addc(sb, '.');
	rest = rest * 10 + 5;
	do {
		if (error > one)
			rest += one / 2 - half;
		sb_addc(sb, (char)('0' + (rest >> frac_bits)));
		rest = 10 * (rest & (one - 1));
		error *= 10;
	} while (rest > error);
}

void
sb_fixed10(struct strbuf *sb, int64_t x, int digits)
{
	uint64_t one = print_power10(digits), value = print_sign(sb, x);
	uint64_t rest = value % one;

	sb_u64(sb, value / one);
	if (rest != 0)
		sb_addc(sb, '.');
	for (; rest != 0; rest %= one) {
		one /= 10;
		sb_addc(sb, (char)('0' + rest / one));
	}
}

void
sb_double(struct strbuf *sb, double x)
{
	sb_printf(sb, "%.12g", x);
}

void
sb_bandwidth(struct strbuf *sb, uint64_t bytes_per_sec)
{
	int64_t bits = (int64_t)(bytes_per_sec * 8);

	if (bytes_per_sec >= 0x20000000) {
		sb_fixed10(sb, (int64_t)bytes_per_sec, 6);
		sb_adds(sb, "MBps");
	} else if (bytes_per_sec >= 125000000) {
		sb_fixed10(sb, bits, 9);
		sb_adds(sb, "Gbps");
	} else if (bytes_per_sec >= 125000) {
		sb_fixed10(sb, bits, 6);
		sb_adds(sb, "Mbps");
	} else {
		sb_fixed10(sb, bits, 3);
		sb_adds(sb, "kbps");
	}
}
