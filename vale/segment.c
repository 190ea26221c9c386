/* SPDX-License-Identifier: BSD-3-Clause */
/* segment.c -- see segment.h. */
#include "vale/segment.h"

#include <string.h>

#include "base/bytes.h"
#include "base/csum.h"
#include "base/proto.h"
#include "vale/vnet.h"

bool
segment_begin(struct segmenter *s, const struct vale_frame *f)
{
	uint32_t tcp_at = f->csum_start, ip_at, ip_length;

	if (!vnet_valid(f) || tcp_at + sizeof(struct tcp) > f->head_length)
		return false;
	s->from = f;
	s->six = (f->flags & VALE_GSO_TCP6) != 0;
	s->tcp_at = tcp_at;
	s->headers = tcp_at + tcp_hlen((const void *)(f->head + tcp_at));
	ip_length = s->six ? sizeof(struct ip6) : sizeof(struct ip4);
	/* Behind Ethernet and what tags there are; options before TCP. */
	ip_at = VALE_FRAME_MIN;
	while (ip_at + ip_length <= tcp_at &&
	       get_be16(f->head + ip_at - 2) == ETHERTYPE_VLAN)
		ip_at += 4;
	s->ip_at = ip_at;
	s->sent = 0;
	s->count = 0;
	if (ip_at + ip_length > tcp_at || s->headers > f->head_length ||
	    s->headers < tcp_at + sizeof(struct tcp) || s->headers >= f->total)
		return false;
	if (s->six)
		return get_be16(f->head + ip_at - 2) == ETHERTYPE_IP6 &&
		       f->head[ip_at] >> 4 == 6;
	return get_be16(f->head + ip_at - 2) == ETHERTYPE_IP4 &&
	       f->head[ip_at] >> 4 == 4 && f->head[ip_at + 9] == IPPROTO4_TCP &&
	       ip_at + ip4_hlen((const void *)(f->head + ip_at)) == tcp_at;
}

/* Shows bytes from..from+n of the frame as data and rest of segment i. */
static void
segment_pieces(struct segmenter *s, unsigned int i, uint32_t from, uint32_t n)
{
	const struct vale_frame *f = s->from;
	struct vale_piece *piece = s->piece[i];
	struct vale_frame *to = &s->segment[i];
	unsigned int k = 0;

	for (int j = -2; j < (int)f->nrest && n > 0; j++) {
		const uint8_t *data = j == -2   ? f->head
		                      : j == -1 ? f->data
		                                : f->rest[j].data;
		uint32_t length = j == -2   ? f->head_length
		                  : j == -1 ? f->length
		                            : f->rest[j].length;

		if (from >= length) {
			from -= length;
			continue;
		}
		piece[k].data = data + from;
		piece[k].length = length - from < n ? length - from : n;
		n -= piece[k++].length;
		from = 0;
	}
	to->data = piece[0].data;
	to->length = piece[0].length;
	to->rest = piece + 1;
	to->nrest = (uint16_t)(k - 1);
}

/* The headers of a segment of n bytes, at p. */
static void
segment_headers(struct segmenter *s, uint8_t *p, uint32_t n, bool last)
{
	uint32_t tcp_length = s->headers - s->tcp_at + n;
	uint8_t *ip = p + s->ip_at, *tcp = p + s->tcp_at;
	uint64_t sum;

	if (s->six) {
		put_be16(ip + 4, (uint16_t)(s->tcp_at - s->ip_at -
		                            sizeof(struct ip6) + tcp_length));
		sum = csum_pseudo6(ip + 8, ip + 24, IPPROTO4_TCP, tcp_length);
	} else {
		put_be16(ip + 2, (uint16_t)(s->tcp_at - s->ip_at + tcp_length));
		put_be16(ip + 4, (uint16_t)(get_be16(ip + 4) + s->count));
		put_u16(ip + 10, 0);
		put_u16(ip + 10, csum(ip, s->tcp_at - s->ip_at));
		sum = csum_pseudo4(
		    ip + 12, ip + 16, IPPROTO4_TCP, (uint16_t)tcp_length);
	}
	put_be32(tcp + 4, get_be32(tcp + 4) + s->sent);
	if (!last)
		tcp[13] &= (uint8_t) ~(TCP_FIN | TCP_PSH);
	if (s->count > 0)
		tcp[13] &= (uint8_t)~TCP_CWR;
	put_u16(tcp + 16, csum_fold(sum));
}

unsigned int
segment_next(struct segmenter *s)
{
	const struct vale_frame *f = s->from;
	uint32_t payload = f->total - s->headers;
	unsigned int i = 0;

	for (; i < SEGMENTS && s->sent < payload; i++) {
		uint32_t left = payload - s->sent;
		uint32_t n = left < f->gso_size ? left : f->gso_size;
		struct vale_frame *to = &s->segment[i];
		uint8_t *head = s->head[i] + VALE_HEADROOM;

		*to = *f;
		to->flags &= (uint16_t) ~(
		    VALE_GSO_TCP4 | VALE_GSO_TCP6 | VALE_UNCHANGED);
		to->region = NULL;
		to->head = head;
		to->head_length = s->headers;
		to->total = s->headers + n;
		memcpy(head, f->head, s->headers);
		segment_headers(s, head, n, n == left);
		segment_pieces(s, i, s->headers + s->sent, n);
		s->sent += n;
		s->count++;
	}
	return i;
}
