/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * IPsecESPUnencap([IV]) -- takes packets out of encapsulating security payloads
 * (RFC 4303) that are decrypted and found authentic
 *
 *   in 0     packets from ESP header to trailer, with an association
 *   out 0    what is in them; packets seen before or too late, and those whose
 *            padding is wrong, are killed
 *
 *   IV       bytes of the initialization vector, as at IPsecESPEncap: 8 or 16
 *
 *   drops    read: packets killed
 *
 *     ... -> IPsecAuthHMACSHA1(1) -> IPsecAES(0, IV 16, IGNORE 0)
 *         -> IPsecESPUnencap(IV 16) -> CheckIPHeader -> ...
 */
#include "elements/ipsec/esp.h"

static int
ipsec_esp_unencap_configure(
    struct element *e, const struct strs *conf, struct errh *errh)
{
	struct args a;

	args_init(&a, conf, e, errh);
	return esp_complete(e, &a, true, errh);
}

/* Whether length bytes end in padding as RFC 4303, 2.4 has it. */
static bool
esp_padding(const uint8_t *data, uint32_t length)
{
	uint32_t pad = data[length - ESP_TRAILER];
	const uint8_t *at;

	if (pad > length - ESP_TRAILER)
		return false;
	at = data + length - ESP_TRAILER - pad;
	for (uint32_t i = 0; i < pad; i++)
		if (at[i] != i + 1)
			return false;
	return true;
}

static inline int
ipsec_esp_unencap_one(struct element *e, struct thread *t, struct packet **pp)
{
	const struct esp *s = element_state(e);
	struct packet *p = *pp;
	struct sa *sa = sa_of(s->table, p);
	uint32_t header = ESP_IV + s->iv;

	if (sa == NULL)
		return esp_drop(e, t, "packet without association");
	if (p->length < header + ESP_TRAILER)
		return esp_drop(e, t, "packet too short");
	if (!esp_padding(p->data + header, p->length - header))
		return esp_drop(e, t, "corrupt padding");
	if (!sa_check(sa, t, get_be32(p->data + ESP_SEQ)))
		return esp_drop(e, t, "packet seen before or too late");
	packet_pull(p, header);
	packet_take(p, ESP_TRAILER + p->data[p->length - ESP_TRAILER]);
	return 0;
}

static void
ipsec_esp_unencap_action(struct element *e, struct batch *b)
{
	batch_route(e, b, ipsec_esp_unencap_one);
}

const struct element_class element_ipsec_esp_unencap = {
	.name = "IPsecESPUnencap",
	.ports = "1/1",
	.flags = ELEMENT_SHAREABLE,
	.state_size = sizeof(struct esp),
	.configure = ipsec_esp_unencap_configure,
	.cleanup = esp_cleanup,
	.add_handlers = esp_add_handlers,
	.action = ipsec_esp_unencap_action,
};
