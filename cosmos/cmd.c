/* SPDX-License-Identifier: BSD-3-Clause */
/* cmd.c -- what subcommands have in common; see cmd.h. */
#include "cosmos/cmd.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"

enum { LONGS_MAX = 32, CHUNK = 65536 };

static void
cmd_help(const struct cmd_context *x)
{
	printf("Usage: cosmos %s%s%s\n%s.\n\n", x->cmd->name,
	    x->cmd->arguments[0] != '\0' ? " " : "", x->cmd->arguments,
	    x->cmd->summary);
	printf("%s"
	       "  -j, --json            print JSON\n"
	       "  -h, --help            this\n",
	    x->cmd->help);
	if (x->cmd->about[0] != '\0')
		printf("\n%s\n", x->cmd->about);
}

int
cmd_option(struct cmd_context *x, int argc, char **argv)
{
	static const struct option common[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct option longs[LONGS_MAX];
	char shorts[64];
	size_t n = 0;
	int option;

	for (; x->cmd->longs != NULL && x->cmd->longs[n].name != NULL; n++)
		longs[n] = x->cmd->longs[n];
	memcpy(longs + n, common, sizeof(common));
	snprintf(shorts, sizeof(shorts), "%sjh", x->cmd->shorts);
	option = getopt_long(argc, argv, shorts, longs, NULL);
	if (option == 'h') {
		cmd_help(x);
		exit(COSMOS_OK);
	}
	if (option == 'j') {
		x->json = true;
		return cmd_option(x, argc, argv);
	}
	if (option == '?')
		fprintf(stderr, "cosmos %s: try --help\n", x->cmd->name);
	return option;
}

int
cmd_no_options(struct cmd_context *x, int argc, char **argv)
{
	int option;

	while ((option = cmd_option(x, argc, argv)) != -1)
		if (option == '?')
			return COSMOS_E_USAGE;
	return COSMOS_OK;
}

int
cmd_usage(struct cmd_context *x, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "cosmos %s: ", x->cmd->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, ": try --help\n");
	return COSMOS_E_USAGE;
}

const char *
cmd_error(const struct cmd_context *x)
{
	return x->error[0] != '\0' ? x->error : cosmos_error(x->c);
}

int
cmd_fail(struct cmd_context *x, int status)
{
	fprintf(stderr, "cosmos: %s\n", cmd_error(x));
	return status;
}

int
cmd_router(struct cmd_context *x, const char *text, unsigned int *router)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' ||
	    n >= COSMOS_ROUTERS)
		return cmd_usage(
		    x, "'%s' is no router: 0 to %d", text, COSMOS_ROUTERS - 1);
	*router = (unsigned int)n;
	return COSMOS_OK;
}

int
cmd_platform(struct cmd_context *x, const char *text, uint32_t *platform)
{
	uint32_t i;

	for (i = 0; cosmos_platform_name(i) != NULL; i++)
		if (strcmp(cosmos_platform_name(i), text) == 0) {
			*platform = i;
			return COSMOS_OK;
		}
	return cmd_usage(
	    x, "'%s' is no platform: xen, kvm, process or best", text);
}

bool
cmd_is_file(const char *text)
{
	static const char *const ends[] = { ".cfg", ".xl", ".click", ".save" };
	const char *dot = strrchr(text, '.');
	unsigned int i;

	if (strchr(text, '/') != NULL)
		return true;
	for (i = 0; dot != NULL && i < ARRAY_SIZE(ends); i++)
		if (strcmp(dot, ends[i]) == 0)
			return true;
	return false;
}

static int
cmd_file_fail(const char *path)
{
	fprintf(stderr, "cosmos: %s: %s\n", path, strerror(errno));
	return errno == ENOENT ? COSMOS_E_NOTFOUND : COSMOS_E_SYSTEM;
}

/* What f, called path, has to its end. */
static int
cmd_file_read(FILE *f, const char *path, char **text, size_t *n)
{
	char *s = NULL, *more;
	size_t have = 0, got = 1;

	while (got > 0) {
		more = realloc(s, have + CHUNK + 1);
		if (more == NULL) {
			errno = ENOMEM;
			break;
		}
		s = more;
		got = fread(s + have, 1, CHUNK, f);
		have += got;
	}
	if (got > 0 || ferror(f)) {
		free(s);
		return cmd_file_fail(path);
	}
	s[have] = '\0';
	*text = s;
	*n = have;
	return COSMOS_OK;
}

int
cmd_file(struct cmd_context *x, const char *path, char **text, size_t *n)
{
	FILE *f;
	int status;

	(void)x;
	if (strcmp(path, "-") == 0)
		return cmd_file_read(stdin, path, text, n);
	f = fopen(path, "re");
	if (f == NULL)
		return cmd_file_fail(path);
	status = cmd_file_read(f, path, text, n);
	fclose(f);
	return status;
}

void
cmd_print_json(json_t *value)
{
	json_dumpf(value, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	putchar('\n');
	json_decref(value);
}

json_t *
cmd_guest_json(const struct cosmos_guest *g)
{
	return json_pack("{s:s, s:I, s:s, s:s, s:I, s:f, s:f}", "name", g->name,
	    "id", (json_int_t)g->id, "platform",
	    cosmos_platform_name(g->platform), "state",
	    cosmos_state_name(g->state), "memory_bytes", (json_int_t)g->memory,
	    "cpu_seconds", (double)g->cpu_ns / 1e9, "created",
	    (double)g->since_ns / 1e9);
}

void
cmd_print_made(const struct cmd_context *x, const struct cosmos_guest *g)
{
	if (x->json)
		cmd_print_json(json_pack("[o]", cmd_guest_json(g)));
	else
		printf("%s %u\n", g->name, g->id);
}

json_t *
cmd_text_json(const char *text, size_t n)
{
	json_t *value = json_stringn(text, n);
	char *latin, *to;
	size_t i;

	if (value != NULL)
		return value;
	latin = to = malloc(2 * n + 1);
	if (latin == NULL)
		return NULL;
	for (i = 0; i < n; i++) {
		unsigned char byte = (unsigned char)text[i];

		if (byte >= 0x80) {
			*to++ = (char)(0xc0 | byte >> 6);
			byte = 0x80 | (byte & 0x3f);
		}
		*to++ = (char)byte;
	}
	value = json_stringn(latin, (size_t)(to - latin));
	free(latin);
	return value;
}

/* A number if it is one and nothing else. */
static json_t *
cmd_value_json(const char *s, size_t n)
{
	char text[32], *end;
	long long number;

	if (n > 0 && n < sizeof(text)) {
		memcpy(text, s, n);
		text[n] = '\0';
		errno = 0;
		number = strtoll(text, &end, 10);
		if (*end == '\0' && errno == 0)
			return json_integer(number);
	}
	return cmd_text_json(s, n);
}

json_t *
cmd_lines_json(const char *text)
{
	json_t *object = json_object();
	char name[64];

	while (*text != '\0') {
		size_t line = strcspn(text, "\n"), word = strcspn(text, " \n");
		const char *value = text + word + (text[word] == ' ');

		snprintf(name, sizeof(name), "%.*s", (int)word, text);
		json_object_set_new(object, name,
		    cmd_value_json(value, (size_t)(text + line - value)));
		text += line + (text[line] == '\n');
	}
	return object;
}
