/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_images.c -- cosmos images. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cosmos/cmd.h"

static void
images_line(struct cmd_context *x, char *line, json_t *all)
{
	char *path = strchr(line, ' ');
	struct stat st = { .st_size = 0 };

	if (path == NULL)
		return;
	*path++ = '\0';
	(void)stat(path, &st); /* gone meanwhile: of no size */
	if (x->json)
		json_array_append_new(
		    all, json_pack("{s:s, s:s, s:I}", "platform", line, "path",
		             path, "size_bytes", (json_int_t)st.st_size));
	else
		printf("%-8s %7.1f k  %s\n", line, (double)st.st_size / 1024,
		    path);
}

static int
images_run(struct cmd_context *x, int argc, char **argv)
{
	json_t *all;
	char *text, *line, *rest;
	int status = cmd_no_options(x, argc, argv);

	if (status != COSMOS_OK)
		return status;
	if (optind < argc)
		return cmd_usage(x, "'%s': it takes no argument", argv[optind]);
	status = cosmos_images(x->c, &text, NULL);
	if (status != COSMOS_OK)
		return cmd_fail(x, status);
	all = json_array();
	for (line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest))
		images_line(x, line, all);
	if (x->json)
		cmd_print_json(json_incref(all));
	json_decref(all);
	free(text);
	return COSMOS_OK;
}

const struct cmd cmd_images = {
	.name = "images",
	.arguments = "",
	.summary = "list the images that guests can be made of",
	.help = "",
	.about = "Another one can be given to create, by --image.",
	.shorts = "",
	.run = images_run,
};
