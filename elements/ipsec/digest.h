/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * digest.h -- 12 bytes of a digest put behind packets or verified there: what
 * IPsecAuthHMACSHA1 and IPsecAuthSHA1 have in common.  Not an element.
 */
#ifndef ELEMENTS_IPSEC_DIGEST_H
#define ELEMENTS_IPSEC_DIGEST_H

#include "elements/ipsec/esp.h"

/* The digest of n bytes of a packet; false after a drop was counted. */
typedef bool digest_fn(struct element *e, struct thread *t,
    const struct packet *p, uint32_t n, uint8_t digest[static 20]);

static inline int
digest_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct esp *s = element_state(e);
	struct args a;

	args_init(&a, conf, e, errh);
	args_bool(&a, "VERIFY", ARG_POS | ARG_MAND, &s->forward);
	return esp_complete(e, &a, false, errh);
}

ALWAYS_INLINE int
digest_one(
    struct element *e, struct thread *t, struct packet **pp, digest_fn *digest)
{
	const struct esp *s = element_state(e);
	uint32_t n = (*pp)->length;
	uint8_t got[CRYPTO_SHA1];

	if (!s->forward) {
		if (!digest(e, t, *pp, n, got))
			return PACKET_DROP;
		if (packet_put(t, pp, ESP_DIGEST) == NULL)
			return PACKET_GONE;
		memcpy((*pp)->data + n, got, ESP_DIGEST);
		return 0;
	}
	if (n < ESP_DIGEST) {
		(void)esp_drop(e, t, "packet too short"); /* to output 1 */
		return 1;
	}
	n -= ESP_DIGEST;
	if (!digest(e, t, *pp, n, got))
		return 1;
	if (!crypto_equal(got, (*pp)->data + n, ESP_DIGEST)) {
		(void)esp_drop(e, t, "Invalid SHA1 authentication digest");
		return 1;
	}
	packet_take(*pp, ESP_DIGEST);
	return 0;
}

#endif
