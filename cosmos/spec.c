/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * spec.c -- what a guest was created with, as text: the file "spec" in its
 * folder.  Whoever starts it again (process_watch.c) or moves it (saved.c)
 * begins from there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/internal.h"

static const struct {
	const char *name;
	size_t at;
} spec_numbers[] = {
	{ "platform", offsetof(struct cosmos_spec, platform) },
	{ "cpu", offsetof(struct cosmos_spec, cpu_percent) },
	{ "no_limits", offsetof(struct cosmos_spec, no_limits) },
	{ "on_poweroff", offsetof(struct cosmos_spec, on_poweroff) },
	{ "on_reboot", offsetof(struct cosmos_spec, on_reboot) },
	{ "on_crash", offsetof(struct cosmos_spec, on_crash) },
}, spec_texts[] = {
	{ "name", offsetof(struct cosmos_spec, name) },
	{ "image", offsetof(struct cosmos_spec, image) },
	{ "label", offsetof(struct cosmos_spec, label) },
	{ "type", offsetof(struct cosmos_spec, type) },
	{ "cmdline", offsetof(struct cosmos_spec, cmdline) },
	{ "cpus", offsetof(struct cosmos_spec, cpus) },
};

void
spec_print(struct strbuf *out, const struct cosmos_spec *s)
{
	const char *base = (const char *)s, *text;
	uint32_t number;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spec_texts); i++) {
		memcpy(&text, base + spec_texts[i].at, sizeof(text));
		if (text != NULL)
			sb_printf(out, "%s %s\n", spec_texts[i].name, text);
	}
	for (i = 0; i < ARRAY_SIZE(spec_numbers); i++) {
		memcpy(&number, base + spec_numbers[i].at, sizeof(number));
		sb_printf(out, "%s %u\n", spec_numbers[i].name, number);
	}
	sb_printf(out, "memory %llu\n", (unsigned long long)s->memory);
	for (i = 0; i < s->nports; i++)
		sb_printf(out, "port %s\n", s->ports[i]);
	sb_printf(out, "config %d\n\n", s->config != NULL);
	if (s->config != NULL)
		sb_add(out, str_make(s->config, s->config_length));
}

/* One line; value lies in what the caller keeps. */
static void
spec_line(struct spec_text *s, const char *name, const char *value)
{
	char *base = (char *)&s->spec;
	uint32_t number = (uint32_t)strtoul(value, NULL, 10);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(spec_numbers); i++)
		if (strcmp(name, spec_numbers[i].name) == 0)
			memcpy(
			    base + spec_numbers[i].at, &number, sizeof(number));
	for (i = 0; i < ARRAY_SIZE(spec_texts); i++)
		if (strcmp(name, spec_texts[i].name) == 0)
			memcpy(base + spec_texts[i].at, &value, sizeof(value));
	if (strcmp(name, "memory") == 0)
		s->spec.memory = strtoull(value, NULL, 10);
	else if (strcmp(name, "port") == 0 && s->spec.nports < COSMOS_PORTS_MAX)
		s->ports[s->spec.nports++] = value;
	else if (strcmp(name, "config") == 0)
		s->spec.config = value[0] == '1' ? "" : NULL;
}

void
spec_parse(struct spec_text *s, char *text, size_t n)
{
	const struct cosmos_spec none = COSMOS_SPEC_INIT;
	char *at = text, *end, *space;

	memset(s, 0, sizeof(*s));
	s->text = text;
	s->spec = none;
	s->spec.ports = s->ports;
	while (*at != '\0' && *at != '\n') {
		end = at + strcspn(at, "\n");
		if (*end == '\0')
			return;
		*end = '\0';
		space = strchr(at, ' ');
		if (space != NULL) {
			*space = '\0';
			spec_line(s, at, space + 1);
		}
		at = end + 1;
	}
	if (*at == '\n' && s->spec.config != NULL) {
		s->spec.config = at + 1;
		s->spec.config_length = n - (size_t)(at + 1 - text);
	}
}

static int
spec_write(struct cosmos *c, int folder, const char *path, const char *file,
    const struct cosmos_spec *spec)
{
	struct strbuf text = STRBUF_INIT;
	int fd = openat(
	    folder, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	int status = COSMOS_OK;
	ssize_t n;

	spec_print(&text, spec);
	if (text.oom) {
		status = cosmos_fail(c, COSMOS_E_FULL, "out of memory");
	} else {
		n = fd >= 0 ? write(fd, text.s, text.n) : -1;
		if (n >= 0 && (size_t)n < text.n)
			errno = ENOSPC;
		if (n < 0 || (size_t)n < text.n)
			status = cosmos_fail_errno(c, "%s/%s", path, file);
	}
	if (fd >= 0)
		close(fd);
	sb_fini(&text);
	return status;
}

int
spec_save(struct cosmos *c, int folder, const char *path,
    const struct cosmos_spec *spec)
{
	return spec_write(c, folder, path, "spec", spec);
}

int
spec_replace(struct cosmos *c, int folder, const char *path,
    const struct cosmos_spec *spec)
{
	int status = spec_write(c, folder, path, "spec.new", spec);

	if (status == COSMOS_OK &&
	    renameat(folder, "spec.new", folder, "spec") != 0)
		status = cosmos_fail_errno(c, "%s/spec", path);
	if (status != COSMOS_OK)
		unlinkat(folder, "spec.new", 0);
	return status;
}

int
spec_load(struct cosmos *c, int folder, const char *path, struct spec_text *s)
{
	struct strbuf in = STRBUF_INIT;
	char at[64], *text;
	size_t n;
	int status;

	memset(s, 0, sizeof(*s));
	snprintf(at, sizeof(at), "/proc/self/fd/%d/spec", folder);
	status = file_read(c, at, &in);
	if (status != COSMOS_OK)
		status = cosmos_fail(c, status, "%s: no spec in it", path);
	status = text_give(c, &in, status, &text, &n);
	if (status == COSMOS_OK)
		spec_parse(s, text, n);
	return status;
}

void
spec_fini(struct spec_text *s)
{
	free(s->text);
	s->text = NULL;
}

uint32_t
spec_action(const struct cosmos_spec *s, const char *how)
{
	uint32_t action = s->on_crash, otherwise = COSMOS_ACTION_DESTROY;

	if (strcmp(how, "poweroff") == 0) {
		action = s->on_poweroff;
	} else if (strcmp(how, "reboot") == 0) {
		action = s->on_reboot;
		otherwise = COSMOS_ACTION_RESTART;
	}
	return action == COSMOS_ACTION_DEFAULT ? otherwise : action;
}

static bool
name_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool
name_valid(const char *name)
{
	size_t n = strlen(name), i;

	if (n == 0 || n > COSMOS_NAME_MAX || !name_letter(name[0]))
		return false;
	for (i = 1; i < n; i++)
		if (!name_letter(name[i]) && !char_digit(name[i]) &&
		    strchr("-_.", name[i]) == NULL)
			return false;
	return true;
}
