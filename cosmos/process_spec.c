/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * process_spec.c -- what a guest was created with: the file "spec" in its
 * folder, "name value" lines, an empty one, and the configuration.  Whoever
 * restarts it (process_watch.c) begins from there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/process_internal.h"

static void
spec_print(struct strbuf *out, const struct cosmos_spec *s)
{
	unsigned int i;

	if (s->image != NULL)
		sb_printf(out, "image %s\n", s->image);
	if (s->label != NULL)
		sb_printf(out, "label %s\n", s->label);
	sb_printf(out, "memory %llu\ncpu %u\nno_limits %u\n",
	    (unsigned long long)s->memory, s->cpu_percent, s->no_limits);
	sb_printf(out, "on_poweroff %u\non_reboot %u\non_crash %u\n",
	    s->on_poweroff, s->on_reboot, s->on_crash);
	for (i = 0; i < s->nports; i++)
		sb_printf(out, "port %s\n", s->ports[i]);
	sb_printf(out, "config %d\n\n", s->config != NULL);
	if (s->config != NULL)
		sb_add(out, str_make(s->config, s->config_length));
}

int
process_spec_save(struct cosmos *c, const struct process_dir *d,
    const struct cosmos_spec *spec)
{
	struct strbuf text = STRBUF_INIT;
	int fd = openat(
	    d->fd, "spec", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
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
			status = cosmos_fail_errno(c, "%s/spec", d->path);
	}
	if (fd >= 0)
		close(fd);
	sb_fini(&text);
	return status;
}

/* One line; value lies in what the caller keeps. */
static void
spec_line(struct process_spec *s, const char *name, const char *value)
{
	const struct {
		const char *name;
		uint32_t *number;
	} numbers[] = {
		{ "cpu", &s->spec.cpu_percent },
		{ "no_limits", &s->spec.no_limits },
		{ "on_poweroff", &s->spec.on_poweroff },
		{ "on_reboot", &s->spec.on_reboot },
		{ "on_crash", &s->spec.on_crash },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (strcmp(name, numbers[i].name) == 0)
			*numbers[i].number = (uint32_t)strtoul(value, NULL, 10);
	if (strcmp(name, "image") == 0)
		s->spec.image = value;
	else if (strcmp(name, "label") == 0)
		s->spec.label = value;
	else if (strcmp(name, "memory") == 0)
		s->spec.memory = strtoull(value, NULL, 10);
	else if (strcmp(name, "port") == 0 && s->spec.nports < COSMOS_PORTS_MAX)
		s->ports[s->spec.nports++] = value;
	else if (strcmp(name, "config") == 0)
		s->spec.config = value[0] == '1' ? "" : NULL;
}

static void
spec_parse(struct process_spec *s, size_t n)
{
	char *at = s->text, *end, *space;

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
		s->spec.config_length = n - (size_t)(at + 1 - s->text);
	}
}

int
process_spec_load(
    struct cosmos *c, const struct process_dir *d, struct process_spec *s)
{
	const struct cosmos_spec none = COSMOS_SPEC_INIT;
	struct strbuf text = STRBUF_INIT;
	char path[PATH_MAX + 8];
	size_t n = 0;
	int status;

	memset(s, 0, sizeof(*s));
	s->spec = none;
	s->spec.platform = COSMOS_PROCESS;
	s->spec.name = d->name;
	s->spec.ports = s->ports;
	snprintf(path, sizeof(path), "%s/spec", d->path);
	status = file_read(c, path, &text);
	status = text_give(c, &text, status, &s->text, &n);
	if (status == COSMOS_OK)
		spec_parse(s, n);
	return status;
}

void
process_spec_fini(struct process_spec *s)
{
	free(s->text);
	s->text = NULL;
}

uint32_t
process_action(const struct cosmos_spec *s, const char *how)
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

bool
process_preserved(struct cosmos *c, const struct process_dir *d)
{
	struct process_spec s;
	bool preserved = false;
	char how[16];

	if (process_spec_load(c, d, &s) == COSMOS_OK) {
		process_dir_end(d, how);
		preserved =
		    process_action(&s.spec, how) == COSMOS_ACTION_PRESERVE;
	}
	process_spec_fini(&s);
	return preserved;
}
