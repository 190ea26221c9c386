/* SPDX-License-Identifier: BSD-3-Clause */
/* esp.c -- see esp.h.  Not an element. */
#include "elements/ipsec/esp.h"

#include "elements/ip/chatter.h"

int
esp_complete(struct element *e, struct args *a, bool has_iv, struct errh *errh)
{
	struct esp *s = element_state(e);

	s->iv = CRYPTO_DES_BLOCK;
	if (has_iv)
		args_u32(a, "IV", 0, &s->iv);
	if (args_complete(a) != 0)
		return ERR_INVAL;
	if (s->iv != CRYPTO_DES_BLOCK && s->iv != CRYPTO_AES_BLOCK)
		return errh_error(errh, "IV must be 8 or 16");
	s->table = sa_table_get(e);
	return s->table == NULL ? errh_error(errh, "out of memory") : 0;
}

void
esp_cleanup(struct element *e, enum cleanup_stage stage)
{
	struct esp *s = element_state(e);

	(void)stage;
	sa_table_put(e, s->table);
	s->table = NULL;
}

void
esp_add_handlers(struct element *e)
{
	struct esp *s = element_state(e);

	handler_add_data(e, "drops", HANDLER_READ, DATA_U64, &s->drops);
}

int
esp_drop(struct element *e, struct thread *t, const char *why)
{
	struct esp *s = element_state(e);

	if (load_relaxed(&s->drops) == 0)
		element_chatter(e, "%s", why);
	counter_add(&s->drops, t, 1);
	return PACKET_DROP;
}
