/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPsecAuthSHA1(VERIFY) -- puts SHA-1 digests behind packets, or verifies them
 *
 *   in 0     any packets
 *   out 0    0: the same with 12 bytes of their digest; 1: packets whose digest
 *            is right, without it
 *   out 1    those whose digest is wrong, if connected; else they are killed
 *
 *   VERIFY   1: verify, 0: compute
 *
 *   drops    read: packets whose digest was wrong
 *
 * There is no key in it: it finds accidents, not forgeries, unless it is
 * encrypted.  Use IPsecAuthHMACSHA1.
 *
 *     ... -> IPsecAuthSHA1(0) -> ...
 */
#include "elements/ipsec/digest.h"

static inline bool
ipsec_auth_sha1_digest(struct element *e, struct thread *t,
    const struct packet *p, uint32_t n, uint8_t digest[static 20])
{
	(void)e;
	(void)t;
	crypto_sha1(p->data, n, digest);
	return true;
}

static inline int
ipsec_auth_sha1_one(struct element *e, struct thread *t, struct packet **pp)
{
	return digest_one(e, t, pp, ipsec_auth_sha1_digest);
}

static void
ipsec_auth_sha1_action(struct element *e, struct batch *b)
{
	batch_route(e, b, ipsec_auth_sha1_one);
}

const struct element_class element_ipsec_auth_sha1 = {
	.name = "IPsecAuthSHA1",
	.ports = "1/1-2",
	.processing = "a/ah",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct esp),
	.configure = digest_configure,
	.cleanup = esp_cleanup,
	.add_handlers = esp_add_handlers,
	.action = ipsec_auth_sha1_action,
};
