/* SPDX-License-Identifier: BSD-3-Clause */
/* args_element.c -- arguments that name elements and annotations. */
#include "click/args.h"
#include "click/conf.h"
#include "click/nameinfo.h"
#include "click/router.h"

/*
 * An element seen from the one that is being configured, which there must be;
 * it casts to type->name, if that is not NULL.
 */
static bool
arg_parse_element(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	struct element *e = router_find(c->e->router, text, c->e);

	if (e == NULL)
		return arg_error(c, "does not name an element");
	if (type->name != NULL && element_cast(e, type->name) == NULL)
		return arg_error(
		    c, "element type mismatch, expected %s", type->name);
	memcpy(out, &e, sizeof(e));
	return true;
}

const struct arg_type arg_type_element = {
	.size = sizeof(struct element *),
	.parse = arg_parse_element,
};

bool
args_element(struct args *a, const char *keyword, unsigned int flags,
    const char *class_name, struct element **out)
{
	struct arg_type type = arg_type_element;

	type.name = class_name;
	return args_read(a, keyword, flags, &type, out);
}

/* type->param: the size that it must have, 0 for any. */
static bool
arg_parse_anno(
    struct arg_ctx *c, const struct arg_type *type, struct str text, void *out)
{
	uint32_t value, offset, size, want = (uint32_t)type->param;
	struct arg_anno anno;
	bool overflow;
	uint64_t x;

	if (!name_query(NAME_ANNOTATION, c->e, text, &value, sizeof(value))) {
		if (!conf_u64(text, 0, &x, &overflow) || x > UINT32_MAX)
			return false;
		value = (uint32_t)x;
	}
	offset = value & 0xffff;
	size = value >> 16;
	if (want != 0 && size != 0 && size != want)
		return false;
	if (want != 0)
		size = want;
	if (offset + size > PACKET_ANNO_SIZE || offset >= PACKET_ANNO_SIZE)
		return false;
	anno = (struct arg_anno){ (uint8_t)offset, (uint8_t)size };
	memcpy(out, &anno, sizeof(anno));
	return true;
}

bool
args_anno(struct args *a, const char *keyword, unsigned int flags,
    unsigned int size, struct arg_anno *out)
{
	struct arg_type type = { .size = sizeof(*out),
		.parse = arg_parse_anno,
		.param = (int)size };

	return args_read(a, keyword, flags, &type, out);
}
