/* SPDX-License-Identifier: BSD-3-Clause */
/* images.c -- what guests can be made of. */
#include <limits.h>
#include <unistd.h>

#include "cosmos/internal.h"

int
cosmos_images(struct cosmos *c, char **text, size_t *n)
{
	static const struct {
		const char *platform, *name;
		int mode;
	} images[] = {
		{ "xen", "clickos", R_OK },
		{ "kvm", "clickos", R_OK },
		{ "process", "clickos-process", X_OK },
	};
	struct strbuf out = STRBUF_INIT;
	char path[PATH_MAX];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(images); i++)
		if (installed_path(
		        images[i].name, images[i].mode, path, sizeof(path)))
			sb_printf(&out, "%s %s\n", images[i].platform, path);
	return text_give(c, &out, COSMOS_OK, text, n);
}
