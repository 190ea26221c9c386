/* SPDX-License-Identifier: BSD-3-Clause */
/* csum_test.c -- the checksum against the plainest way to compute it. */
#include "base/csum.h"

#include "base/rand.h"
#include "test/tap.h"

/* RFC 1071, 4.1, word by word. */
static uint16_t
plain(const unsigned char *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < n; i += 2) {
		sum += get_u16(p + i);
		sum = (sum & 0xffff) + (sum >> 16);
	}
	if (n % 2 != 0)
		sum += p[n - 1];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void
fill(unsigned char *p, size_t n, struct rand_state *r, unsigned int how)
{
	for (size_t i = 0; i < n; i++)
		p[i] = how == 0 ? 0 : how == 1 ? 0xff : (uint8_t)rand_u32(r);
}

/* Every length and alignment; all ones makes every carry. */
static void
test_lengths(struct rand_state *r)
{
	static unsigned char bytes[2100];

	for (unsigned int how = 0; how < 3; how++) {
		size_t n, at = 0;

		for (n = 0; n < 2000; n++) {
			at = n % 9;
			fill(bytes, sizeof(bytes), r, how);
			if (csum(bytes + at, n) != plain(bytes + at, n))
				break;
		}
		is_num((int64_t)n, 2000, "fill %u: lengths that agree", how);
	}
}

static void
test_pieces(struct rand_state *r)
{
	unsigned char bytes[300];
	uint64_t whole, parts;

	fill(bytes, sizeof(bytes), r, 2);
	whole = csum_add(0, bytes, 300);
	parts = csum_add(csum_add(0, bytes, 122), bytes + 122, 178);
	is_hex(csum_fold(parts), csum_fold(whole), "a running sum");
	parts = csum_add(0, bytes, 122) + csum_add(0, bytes + 122, 178);
	is_hex(csum_fold(parts), csum_fold(whole), "sums of pieces added");
	is_hex(csum_fold(csum_add(UINT64_MAX, bytes, 300)), csum_fold(whole),
	    "a sum of all ones is a zero");
}

static void
test_repair(struct rand_state *r)
{
	unsigned char bytes[64];
	unsigned int bad = 0;

	for (unsigned int i = 0; i < 10000; i++) {
		size_t at = rand_below(r, 15) * 4;
		uint32_t old, new_ = rand_u32(r);
		uint16_t field;

		fill(bytes, sizeof(bytes), r, 2);
		old = get_u32(bytes + at);
		field = csum(bytes, 64);
		put_u32(bytes + at, new_);
		bad += csum_update32(field, old, new_) != csum(bytes, 64);
	}
	is_num(bad, 0, "repaired sums that differ from new ones");
}

/* A DNS query over UDP, its checksum from a capture (in network order). */
static void
test_pseudo(void)
{
	static const unsigned char src[4] = { 10, 0, 0, 1 };
	static const unsigned char dst[4] = { 10, 0, 0, 2 };
	static const unsigned char udp[8] = { 0x04, 0xd2, 0x00, 0x35, 0, 8 };
	static const unsigned char one[16] = { [15] = 1 };
	uint64_t sum = csum_pseudo4(src, dst, 17, sizeof(udp));

	sum = csum_add(sum, udp, sizeof(udp));
	/* 0a00+0001+0a00+0002+0011+0008 + 04d2+0035+0008 = 192b */
	is_hex(__builtin_bswap16(csum_fold(sum)), 0x192b, "UDP over IPv4");
	sum = csum_pseudo6(one, one, 58, 8);
	is_hex(__builtin_bswap16(csum_fold(sum)), 1 + 1 + 58 + 8,
	    "pseudo header of IPv6");
}

int
main(void)
{
	struct rand_state r;

	rand_seed(&r, 1);
	test_lengths(&r);
	test_pieces(&r);
	test_repair(&r);
	test_pseudo();
	return tap_done();
}
