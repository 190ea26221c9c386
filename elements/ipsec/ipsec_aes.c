/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPsecAES(ENCRYPT [, IGNORE, IV]) -- encrypts or decrypts encapsulating
 * security payloads with AES-128 in CBC mode (RFC 3602)
 *
 *   in 0     packets from the ESP header on, with an association, whose key is
 *            used
 *   out 0    the same, encrypted or decrypted; those that are no whole blocks
 *            are killed
 *
 *   ENCRYPT  1: encrypt, 0: decrypt
 *   IGNORE   bytes at the end that are not for it, default 12: the digest of
 *            an IPsecAuthHMACSHA1 in front of it; 0 where that comes behind it
 *   IV       bytes of the initialization vector: 16 as in RFC 3602; 8, the
 *            default, as in Click: zeros make it 16, and 8 bytes of the digest
 *            are encrypted, too, where that makes a whole block
 *
 *   drops    read: packets killed
 *
 *     rt[1] -> IPsecESPEncap -> IPsecAuthHMACSHA1(0) -> IPsecAES(1)
 *           -> IPsecEncap(50) -> ...
 */
#include "elements/ipsec/esp.h"

static int
ipsec_aes_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct esp *s = element_state(e);
	struct args a;

	s->ignore = ESP_DIGEST;
	args_init(&a, conf, e, errh);
	args_bool(&a, "ENCRYPT", ARG_POS | ARG_MAND, &s->forward);
	args_u32(&a, "IGNORE", ARG_POS, &s->ignore);
	return esp_complete(e, &a, true, errh);
}

/* Bytes to encrypt of those behind the header, 0: they make no blocks. */
static uint32_t
ipsec_aes_span(const struct esp *s, uint32_t length)
{
	uint32_t n = length - s->ignore;

	if (length < s->ignore)
		return 0;
	if (s->iv < CRYPTO_AES_BLOCK && n % CRYPTO_AES_BLOCK == s->iv &&
	    s->ignore >= s->iv)
		n += s->iv;
	return n % CRYPTO_AES_BLOCK == 0 ? n : 0;
}

static inline int
ipsec_aes_one(struct element *e, struct thread *t, struct packet **pp)
{
	const struct esp *s = element_state(e);
	const struct sa *sa = sa_of(s->table, *pp);
	uint32_t header = ESP_IV + s->iv, n;
	uint8_t iv[CRYPTO_AES_BLOCK] = { 0 };

	if (sa == NULL)
		return esp_drop(e, t, "packet without association");
	if ((*pp)->length <= header)
		return esp_drop(e, t, "packet too short");
	n = ipsec_aes_span(s, (*pp)->length - header);
	if (n == 0)
		return esp_drop(e, t, "payload is not in whole blocks");
	if (packet_uniqueify(t, pp) == NULL)
		return PACKET_GONE;
	memcpy(iv, (*pp)->data + ESP_IV, s->iv);
	if (s->forward)
		crypto_aes_encrypt(&sa->aes, iv, (*pp)->data + header, n);
	else
		crypto_aes_decrypt(&sa->aes, iv, (*pp)->data + header, n);
	return 0;
}

static void
ipsec_aes_action(struct element *e, struct batch *b)
{
	batch_route(e, b, ipsec_aes_one);
}

const struct element_class element_ipsec_aes = {
	.name = "IPsecAES",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct esp),
	.configure = ipsec_aes_configure,
	.cleanup = esp_cleanup,
	.add_handlers = esp_add_handlers,
	.action = ipsec_aes_action,
};
