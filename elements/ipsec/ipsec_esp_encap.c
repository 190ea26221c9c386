/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPsecESPEncap([IV]) -- puts packets into encapsulating security payloads (RFC
 * 4303), not yet encrypted
 *
 *   in 0     packets with an association (see RadixIPsecLookup); others are
 *            killed
 *   out 0    the same between ESP header and trailer, padded to whole blocks
 *
 *   IV       8: header and padding for DES, and for AES as Click has it
 *            (default); 16: for AES as RFC 3602 has it
 *
 *   drops    read: packets killed: no association, or its sequence numbers are
 *            used up
 *
 *     rt[1] -> IPsecESPEncap(IV 16) -> IPsecAES(1, IV 16, IGNORE 0)
 *           -> IPsecAuthHMACSHA1(0) -> IPsecEncap(50) -> ...
 */
#include "elements/ipsec/esp.h"
#include "os/os.h"

static int
ipsec_esp_encap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct args a;

	args_init(&a, conf, e, errh);
	return esp_complete(e, &a, true, errh);
}

/* Padding (1, 2, 3...), its length and what the payload is. */
static void
esp_trailer(uint8_t *at, uint32_t pad, uint8_t next)
{
	for (uint32_t i = 0; i < pad; i++)
		at[i] = (uint8_t)(i + 1);
	at[pad] = (uint8_t)pad;
	at[pad + 1] = next;
}

static inline int
ipsec_esp_encap_one(struct element *e, struct thread *t, struct packet **pp)
{
	const struct esp *s = element_state(e);
	struct sa *sa = sa_of(s->table, *pp);
	uint32_t length = (*pp)->length, pad, seq, header = ESP_IV + s->iv;
	uint8_t next = ESP_NO_NEXT;

	if (sa == NULL)
		return esp_drop(e, t, "packet without association");
	seq = sa_next(sa, t);
	if (seq == 0)
		return esp_drop(e, t, "sequence numbers are used up");
	if ((*pp)->network >= 0 && packet_network_offset(*pp) == 0)
		next = ESP_IPIP;
	pad = (s->iv - (length + ESP_TRAILER) % s->iv) % s->iv;
	if (packet_push(t, pp, header) == NULL ||
	    packet_put(t, pp, pad + ESP_TRAILER) == NULL)
		return PACKET_GONE;
	put_be32((*pp)->data + ESP_SPI, sa->key.src);
	put_be32((*pp)->data + ESP_SEQ, seq);
	os_random((*pp)->data + ESP_IV, s->iv);
	esp_trailer((*pp)->data + header + length, pad, next);
	return 0;
}

static void
ipsec_esp_encap_action(struct element *e, struct batch *b)
{
	batch_route(e, b, ipsec_esp_encap_one);
}

const struct element_class element_ipsec_esp_encap = {
	.name = "IPsecESPEncap",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct esp),
	.configure = ipsec_esp_encap_configure,
	.cleanup = esp_cleanup,
	.add_handlers = esp_add_handlers,
	.action = ipsec_esp_encap_action,
};
