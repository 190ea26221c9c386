/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IP6NDAdvertiser -- answer neighbour solicitations for addresses and nets.
 *
 *	IP6NDAdvertiser(ADDR/LENGTH... ETH, ...)
 *
 *   in 0      neighbour solicitations, with their Ethernet header
 *   out 0     an advertisement for each that asks for an address here, from
 *             it, router and solicited flags set; all others are dropped, and
 *             those that RFC 4861, 7.1.1 wants ignored
 *
 *   ADDR/LENGTH  one or more IPv6 addresses or nets; where several fit, the
 *                longest counts, and of two the same the later
 *   ETH          their Ethernet address
 *
 * Who asks without an address of his own (duplicate address detection) is
 * answered by multicast to all nodes (7.2.4).
 *
 *	c :: Classifier(12/86dd 20/3a 54/87, ...);
 *	c[0] -> IP6NDAdvertiser(2001:db8::5/128 2001:db8:1::/64
 *	                        00:00:c0:ae:67:ef) -> ToDevice(0);
 */
#include "click/conf.h"
#include "elements/ip/quiet.h"
#include "elements/ip6/ip6_lpm.h"
#include "elements/ip6/nd.h"

struct ip6_nd_advertiser {
	struct ip6_lpm lpm; /* values are 1 + index in macs */
	VEC(struct ether_addr6) macs;
};

/* One argument; its words lie in mem. */
static int
ip6_nd_advertiser_words(
    struct element *e, const struct strs *words, size_t arg, struct errh *errh)
{
	struct ip6_nd_advertiser *self = element_state(e);
	struct ether_addr6 *mac = &self->macs.v[arg];
	bool have_mac = false, have_net = false;
	struct ip6_prefix net;
	int err = 0;

	for (size_t i = 0; i < words->n; i++)
		if (arg_quiet(&arg_type_ip6_prefix, words->v[i], &net, e)) {
			struct ip6_addr mask = ip6_mask(net.len);

			have_net = true;
			for (unsigned int k = 0; k < sizeof(mask.b); k++)
				mask.b[k] &= net.addr.b[k];
			if (ip6_lpm_set(&self->lpm, &mask, net.len,
			        (uint32_t)arg + 1) != 0)
				err = errh_error(errh, "out of memory");
		} else if (arg_quiet(&arg_type_ether, words->v[i], mac, e)) {
			if (have_mac)
				err = errh_error(errh,
				    "argument %zu has more than one Ethernet "
				    "address",
				    arg);
			have_mac = true;
		} else {
			err = errh_error(errh,
			    "argument %zu should be 'IP6/MASK ETHADDR'", arg);
			break;
		}
	if (!have_net)
		err = errh_error(
		    errh, "argument %zu had no IP6 address and masks", arg);
	return err;
}

static int
ip6_nd_advertiser_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct ip6_nd_advertiser *self = element_state(e);
	const struct ether_addr6 none = { { 0 } };
	struct arena mem = ARENA_INIT;
	int err = 0;

	ip6_lpm_init(&self->lpm);
	if (vec_reserve(&self->macs, conf->n) != 0)
		return errh_error(errh, "out of memory");
	for (size_t i = 0; i < conf->n; i++) {
		struct strs words = VEC_INIT;

		self->macs.v[self->macs.n++] = none;
		if (conf_split_space(conf->v[i], &mem, &words) != 0)
			err = errh_error(errh, "out of memory");
		else if (ip6_nd_advertiser_words(e, &words, i, errh) != 0)
			err = ERR_INVAL;
		vec_fini(&words);
	}
	arena_fini(&mem);
	return err;
}

static void
ip6_nd_advertiser_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct ip6_nd_advertiser *self = element_state(e);

	(void)stage;
	ip6_lpm_fini(&self->lpm);
	vec_fini(&self->macs);
}

static struct packet *
ip6_nd_advertiser_answer(
    struct element *e, struct thread *t, const struct packet *p)
{
	static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 1 };
	struct ip6_nd_advertiser *self = element_state(e);
	const struct nd_message *m = nd_parse(p, ICMP6_ND_SOLICIT);
	struct nd_content c;
	uint8_t group[6];
	uint32_t n;

	n = m == NULL ? 0 : ip6_lpm_lookup(&self->lpm, m->target);
	if (n == 0)
		return NULL;
	c = (struct nd_content){ .ether_dst = m->ether.src,
		.mac = self->macs.v[n - 1].b,
		.src = m->target,
		.dst = m->ip.src,
		.target = m->target,
		.type = ICMP6_ND_ADVERT,
		.flags = ND_ROUTER | ND_SOLICITED };
	if (ip6_unspecified(m->ip.src)) {
		nd_multicast_mac(all_nodes, group);
		c.ether_dst = group;
		c.dst = all_nodes;
		c.flags = ND_ROUTER;
	}
	return nd_new(t, &c);
}

static inline struct packet *
ip6_nd_advertiser_one(struct element *e, struct thread *t, struct packet *p)
{
	struct packet *q = ip6_nd_advertiser_answer(e, t, p);

	packet_kill(t, p);
	return q;
}

static void
ip6_nd_advertiser_action(struct element *e, struct batch *b)
{
	batch_each(e, b, ip6_nd_advertiser_one);
}

const struct element_class element_ip6_nd_advertiser = {
	.name = "IP6NDAdvertiser",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct ip6_nd_advertiser),
	.configure = ip6_nd_advertiser_configure,
	.cleanup = ip6_nd_advertiser_cleanup,
	.action = ip6_nd_advertiser_action,
};
