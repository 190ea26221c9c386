/* SPDX-License-Identifier: BSD-3-Clause */
/* vlan_tag.c -- see vlan_tag.h.  Not an element. */
#include "elements/ethernet/vlan_tag.h"

void
vlan_tag_read(struct args *a, struct vlan_tag_args *v)
{
	args_word(a, "VLAN_TCI", ARG_POS, &v->tci);
	args_i32_in(a, "VLAN_PCP", ARG_POS, 0, 7, &v->pcp);
	args_i32_in(a, "VLAN_ID", 0, 0, 0xfff, &v->id);
	args_i32_in(a, "NATIVE_VLAN", 0, -1, 0xfff, &v->native);
}

/* VLAN_TCI that is not "ANNO": a number. */
static int
vlan_tag_tci(
    struct element *e, struct str text, int32_t *tci, struct errh *errh)
{
	struct args a;

	args_init_text(&a, text, e, errh);
	args_i32_in(&a, "VLAN_TCI", ARG_POS, 0, 0xffff, tci);
	return args_complete(&a);
}

int
vlan_tag_finish(struct element *e, struct vlan_tag_args *v,
    struct vlan_tag *tag, int err, struct errh *errh)
{
	bool anno = str_is(v->tci, "ANNO");
	int32_t tci = v->id;

	if (err == 0 && v->tci.n > 0 && !anno)
		err = vlan_tag_tci(e, v->tci, &tci, errh);
	if (err == 0) {
		tag->tci = (uint16_t)(tci | v->pcp << 13);
		tag->anno = anno;
		tag->native = v->native;
	}
	str_free(&v->tci);
	return err;
}

void
vlan_tag_unparse(const struct vlan_tag *tag, struct strbuf *out)
{
	if (tag->anno)
		sb_adds(out, "ANNO");
	else
		sb_printf(out, "VLAN_ID %d, VLAN_PCP %d", tag->tci & 0xfff,
		    tag->tci >> 13);
	if (tag->native != 0)
		sb_printf(out, ", NATIVE_VLAN %d", tag->native);
}

static int
vlan_tag_read_tci(struct element *e, uintptr_t tag, struct handler_call *call)
{
	const struct vlan_tag *t = (const struct vlan_tag *)tag;

	(void)e;
	if (t->anno)
		sb_adds(call->out, "ANNO");
	else
		sb_printf(call->out, "%u", t->tci);
	return 0;
}

void
vlan_tag_add_handlers(
    struct element *e, const struct vlan_tag *tag, int tci_position)
{
	static const char *const names[][2] = { { "vlan_id", "VLAN_ID" },
		{ "vlan_pcp", "VLAN_PCP" }, { "native_vlan", "NATIVE_VLAN" } };

	handler_add_read(
	    e, "vlan_tci", vlan_tag_read_tci, (uintptr_t)tag, HANDLER_CALM);
	handler_add_rewrite_arg(e, "vlan_tci", tci_position, "VLAN_TCI");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		handler_add_arg(e, names[i][0], -1, names[i][1]);
		handler_add_rewrite_arg(e, names[i][0], -1, names[i][1]);
	}
}
