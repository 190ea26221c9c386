/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPsecDES(ENCRYPT [, IGNORE]) -- encrypts or decrypts encapsulating security
 * payloads with DES in CBC mode (RFC 2405)
 *
 *   in 0     packets from the ESP header on, with an association, of whose key
 *            the first 8 bytes are used
 *   out 0    the same, encrypted or decrypted; those that are no whole blocks
 *            are killed
 *
 *   ENCRYPT  1: encrypt, 0: decrypt
 *   IGNORE   bytes at the end that are not for it, default 12: the digest of
 *            an IPsecAuthHMACSHA1 in front of it; 0 where that comes behind it
 *
 *   drops    read: packets killed
 *
 * A key of DES is found in hours: this is for peers that know nothing better.
 *
 *     rt[1] -> IPsecESPEncap -> IPsecDES(1, 0) -> IPsecAuthHMACSHA1(0)
 *           -> IPsecEncap(50) -> ...
 */
#include "elements/ipsec/esp.h"

static int
ipsec_des_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct esp *s = element_state(e);
	struct args a;

	s->ignore = ESP_DIGEST;
	args_init(&a, conf, e, errh);
	args_bool(&a, "ENCRYPT", ARG_POS | ARG_MAND, &s->forward);
	args_u32(&a, "IGNORE", ARG_POS, &s->ignore);
	return esp_complete(e, &a, false, errh);
}

static inline int
ipsec_des_one(struct element *e, struct thread *t, struct packet **pp)
{
	const struct esp *s = element_state(e);
	const struct sa *sa = sa_of(s->table, *pp);
	uint32_t header = ESP_IV + CRYPTO_DES_BLOCK, n;
	uint8_t *data;

	if (sa == NULL)
		return esp_drop(e, t, "packet without association");
	if ((*pp)->length <= header || (*pp)->length - header <= s->ignore)
		return esp_drop(e, t, "packet too short");
	n = (*pp)->length - header - s->ignore;
	if (n % CRYPTO_DES_BLOCK != 0)
		return esp_drop(e, t, "payload is not in whole blocks");
	if (packet_uniqueify(t, pp) == NULL)
		return PACKET_GONE;
	data = (*pp)->data;
	if (s->forward)
		crypto_des_encrypt(&sa->des, data + ESP_IV, data + header, n);
	else
		crypto_des_decrypt(&sa->des, data + ESP_IV, data + header, n);
	return 0;
}

static void
ipsec_des_action(struct element *e, struct batch *b)
{
	batch_route(e, b, ipsec_des_one);
}

const struct element_class element_ipsec_des = {
	.name = "IPsecDES",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct esp),
	.configure = ipsec_des_configure,
	.cleanup = esp_cleanup,
	.add_handlers = esp_add_handlers,
	.action = ipsec_des_action,
};
