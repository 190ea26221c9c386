/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd_guests.c -- cosmos destroy, suspend, resume: one call a guest named. */
#include "cosmos/cmd.h"

static int
destroy_one(struct cmd_context *x, const struct cosmos_guest *g)
{
	return cosmos_destroy(x->c, g);
}

static int
destroy_run(struct cmd_context *x, int argc, char **argv)
{
	return cmd_each_guest(x, argc, argv, destroy_one);
}

static int
suspend_one(struct cmd_context *x, const struct cosmos_guest *g)
{
	return cosmos_suspend(x->c, g);
}

static int
suspend_run(struct cmd_context *x, int argc, char **argv)
{
	return cmd_each_guest(x, argc, argv, suspend_one);
}

static int
resume_one(struct cmd_context *x, const struct cosmos_guest *g)
{
	return cosmos_resume(x->c, g);
}

static int
resume_run(struct cmd_context *x, int argc, char **argv)
{
	return cmd_each_guest(x, argc, argv, resume_one);
}

const struct cmd cmd_destroy = {
	.name = "destroy",
	.arguments = "GUEST...",
	.summary = "end guests at once",
	.help = "",
	.shorts = "",
	.run = destroy_run,
};

const struct cmd cmd_suspend = {
	.name = "suspend",
	.arguments = "GUEST...",
	.summary = "let guests stand still",
	.help = "",
	.shorts = "",
	.run = suspend_run,
};

const struct cmd cmd_resume = {
	.name = "resume",
	.arguments = "GUEST...",
	.summary = "let guests go on",
	.help = "",
	.shorts = "",
	.run = resume_run,
};
