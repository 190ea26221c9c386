/* SPDX-License-Identifier: BSD-3-Clause */
/* ipsum_link.c -- fields of summary dumps: the Ethernet header. */
#include "elements/analysis/ipsum.h"

#include "base/addr.h"
#include "base/bytes.h"
#include "click/nameinfo.h"

enum link_what { LINK_SRC, LINK_DST, LINK_TYPE };

/* The header that ends where the network's begins, or NULL. */
static const struct ether *
link_header(const struct packet *p)
{
	const uint8_t *mac = packet_mac(p), *network = packet_network(p);

	if (network == NULL)
		network = packet_end(p);
	if (mac == NULL)
		mac = p->data;
	/* Somebody may have moved data: is it within the buffer still? */
	if (mac < p->head || mac + sizeof(struct ether) != network ||
	    network > packet_end(p))
		return NULL;
	return (const struct ether *)(const void *)mac;
}

static bool
link_get(
    struct ipsum_out *o, const struct ipsum_field *f, struct ipsum_value *v)
{
	const struct ether *h = link_header(o->p);

	if (h == NULL)
		return ipsum_missing(o, IPSUM_ETHER, 0);
	switch ((enum link_what)f->what) {
	case LINK_SRC:
		v->s = str_make((const char *)h->src, 6);
		break;
	case LINK_DST:
		v->s = str_make((const char *)h->dst, 6);
		break;
	case LINK_TYPE:
		v->n = get_be16(h->type);
		break;
	}
	return true;
}

static void
link_put(struct ipsum_in *in, const struct ipsum_field *f,
    const struct ipsum_value *v)
{
	struct ether *h;

	if (in->p->mac < 0) {
		if (packet_push(in->t, &in->p, sizeof(*h)) == NULL)
			return;
		memset(in->p->data, 0, sizeof(*h));
		packet_set_mac(in->p, in->p->data);
		packet_set_network(in->p, in->p->data + sizeof(*h), 0);
		h = (struct ether *)(void *)in->p->data;
		put_be16(h->type, ETHERTYPE_IP4);
	}
	h = (struct ether *)(void *)(in->p->head + in->p->mac);
	switch ((enum link_what)f->what) {
	case LINK_SRC:
		memcpy(h->src, v->s.s, 6);
		break;
	case LINK_DST:
		memcpy(h->dst, v->s.s, 6);
		break;
	case LINK_TYPE:
		put_be16(h->type, (uint16_t)v->n);
		in->not_ip = v->n != ETHERTYPE_IP4 && v->n != ETHERTYPE_IP6;
		break;
	}
}

static void
link_print(struct ipsum_out *o, const struct ipsum_field *f,
    const struct ipsum_value *v, struct strbuf *sb)
{
	(void)o;
	if (f->what == LINK_TYPE)
		sb_printf(sb, "%04X", (unsigned int)v->n);
	else
		sb_ether(sb, (const uint8_t *)v->s.s);
}

static bool
link_parse(struct ipsum_in *in, const struct ipsum_field *f, struct str s,
    struct ipsum_value *v)
{
	uint8_t mac[6];

	if (f->what == LINK_TYPE) {
		for (size_t i = 0; i < s.n; i++) {
			if (char_hex(s.s[i]) < 0 || v->n > 0xfff)
				return false;
			v->n = v->n << 4 | (unsigned int)char_hex(s.s[i]);
		}
		return true;
	}
	if (!ether_parse(s, mac) &&
	    !name_query(NAME_ETHER, in->e, s, mac, sizeof(mac)))
		return false;
	sb_clear(&in->work);
	sb_add(&in->work, str_make((const char *)mac, sizeof(mac)));
	v->s = sb_str(&in->work);
	return v->s.n == sizeof(mac);
}

#define LINK_FIELD(n, t, w)                                                    \
	{                                                                      \
		.name = n, .type = t, .order = IPSUM_ORDER_LINK, .what = w,    \
		.get = link_get, .print = link_print, .parse = link_parse,     \
		.put = link_put                                                \
	}

static const struct ipsum_field link_fields[] = {
	LINK_FIELD("eth_src", IPSUM_MAC, LINK_SRC),
	LINK_FIELD("eth_dst", IPSUM_MAC, LINK_DST),
	LINK_FIELD("eth_type", IPSUM_U16, LINK_TYPE),
};

const struct ipsum_fields ipsum_link_fields = { link_fields,
	ARRAY_SIZE(link_fields) };
