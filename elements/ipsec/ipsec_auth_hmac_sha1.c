/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPsecAuthHMACSHA1(VERIFY) -- puts HMAC-SHA1-96 digests behind packets, or
 * verifies them (RFC 2404)
 *
 *   in 0     packets from the ESP header on, with an association, whose key is
 *            used
 *   out 0    0: the same with a digest of 12 bytes; 1: authentic packets
 * without their digest out 1    those that are not, if connected; else they are
 * killed
 *
 *   VERIFY   1: verify, 0: compute
 *
 *   drops    read: packets that were not authentic, or had no association
 *
 *     ... -> IPsecAuthHMACSHA1(1) -> IPsecAES(0, 0) -> IPsecESPUnencap -> ...
 */
#include "elements/ipsec/digest.h"

static inline bool
ipsec_auth_hmac_sha1_digest(struct element *e, struct thread *t,
    const struct packet *p, uint32_t n, uint8_t digest[static 20])
{
	const struct esp *s = element_state(e);
	const struct sa *sa = sa_of(s->table, p);

	if (sa == NULL) {
		(void)esp_drop(e, t, "packet without association");
		return false;
	}
	crypto_hmac(&sa->hmac, p->data, n, digest);
	return true;
}

static inline int
ipsec_auth_hmac_sha1_one(
    struct element *e, struct thread *t, struct packet **pp)
{
	return digest_one(e, t, pp, ipsec_auth_hmac_sha1_digest);
}

static void
ipsec_auth_hmac_sha1_action(struct element *e, struct batch *b)
{
	batch_route(e, b, ipsec_auth_hmac_sha1_one);
}

const struct element_class element_ipsec_auth_hmac_sha1 = {
	.name = "IPsecAuthHMACSHA1",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct esp),
	.configure = digest_configure,
	.cleanup = esp_cleanup,
	.add_handlers = esp_add_handlers,
	.action = ipsec_auth_hmac_sha1_action,
};
