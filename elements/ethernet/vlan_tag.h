/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * vlan_tag.h -- the 802.1Q tag that an element writes, as its arguments say:
 * VLAN_TCI (or "ANNO"), VLAN_PCP, VLAN_ID, NATIVE_VLAN.  Not an element.
 */
#ifndef ELEMENTS_ETHERNET_VLAN_TAG_H
#define ELEMENTS_ETHERNET_VLAN_TAG_H

#include "base/bytes.h"
#include "click/anno.h"
#include "click/element.h"

struct vlan_tag {
	uint16_t tci;   /* host order */
	bool anno;      /* the packet's annotation in the place of tci */
	int32_t native; /* VLAN whose frames have no tag; -1: none */
};

/* The arguments on their way; zeroed before. */
struct vlan_tag_args {
	struct str tci; /* owned */
	int32_t pcp, id, native;
};

/* Reads them; VLAN_TCI and VLAN_PCP are the next positional ones. */
void vlan_tag_read(struct args *a, struct vlan_tag_args *v);
/*
 * Ends what vlan_tag_read() began, with what args_complete() has returned: 0
 * and *tag, or ERR_INVAL after a report.
 */
int vlan_tag_finish(struct element *e, struct vlan_tag_args *v,
    struct vlan_tag *tag, int err, struct errh *errh);

/* "ANNO" or "VLAN_ID 5, VLAN_PCP 0", and NATIVE_VLAN where it is not 0. */
void vlan_tag_unparse(const struct vlan_tag *tag, struct strbuf *out);
/* vlan_tci, vlan_id, vlan_pcp, native_vlan; tci_position: of VLAN_TCI. */
void vlan_tag_add_handlers(
    struct element *e, const struct vlan_tag *tag, int tci_position);

/* The tag for p, host order; false: its frame has none. */
static inline bool
vlan_tag_of(const struct vlan_tag *tag, const struct packet *p, uint16_t *tci)
{
	*tci = tag->anno ? get_be16(p->anno + ANNO_VLAN_TCI) : tag->tci;
	return (*tci & 0xfff) != tag->native;
}

#endif
