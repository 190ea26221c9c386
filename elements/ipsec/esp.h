/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * esp.h -- the encapsulating security payload (RFC 4303), and what the elements
 * that handle it share.  Not an element.
 *
 *	SPI (4) | sequence number (4) | IV (8 or 16) | payload, padding,
 *	padding length (1), next header (1) | digest (12)
 *
 * Everything from the payload to next header is encrypted, in whole blocks.
 */
#ifndef ELEMENTS_IPSEC_ESP_H
#define ELEMENTS_IPSEC_ESP_H

#include "base/bytes.h"
#include "elements/ipsec/sa.h"

enum {
	ESP_SPI = 0,
	ESP_SEQ = 4,
	ESP_IV = 8,
	ESP_IV_MAX = 16,
	ESP_TRAILER = 2,
	ESP_DIGEST = 12, /* of a SHA-1's 20 (RFC 2404) */
	ESP_IPIP = 4,
	ESP_NO_NEXT = 59,
};

/* What every element of the kind has; begins its state. */
struct esp {
	struct sa_table *table;
	uint32_t iv;     /* bytes */
	uint32_t ignore; /* bytes at the end that are no payload (ciphers) */
	bool forward;    /* ciphers: encrypt; digests: verify */
	uint64_t drops;
};

/* Reads IV if has_iv; ends a, gets the table. */
int esp_complete(
    struct element *e, struct args *a, bool has_iv, struct errh *errh);
void esp_cleanup(struct element *e, enum cleanup_stage stage);
/* drops */
void esp_add_handlers(struct element *e);
/* Counts a packet that is to be dropped, and says why the first time. */
int esp_drop(struct element *e, struct thread *t, const char *why);

#endif
