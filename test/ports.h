/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ports.h -- ports for a unit test's configuration, as click --port gives them,
 * and capture files to read and write.
 *
 *	ports_bind("0=mem:");
 *	capture_name(&c); capture_put(&c, "frame", 5, NS_PER_SEC);
 */
#ifndef TEST_PORTS_H
#define TEST_PORTS_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/host.h"
#include "test/tap.h"

/* For as long as the program runs; a name may be bound once. */
UNUSED static void
ports_bind(const char *binding)
{
	struct diag why = { "" };

	if (port_bind(str_of(binding), &why) != 0)
		tap_note("%s: %s", binding, why.text);
}

/* A capture file of Ethernet frames, in this machine's byte order. */
struct ports_capture {
	char name[32];
	FILE *file;
};

UNUSED static bool
capture_open(struct ports_capture *c)
{
	static const uint32_t head[] = { 0xa1b23c4d, 4u << 16 | 2, 0, 0, 65535,
		1 }; /* nanoseconds, version 2.4, DLT_EN10MB */
	int fd;

	snprintf(c->name, sizeof(c->name), "/tmp/ports.XXXXXX");
	fd = mkstemp(c->name);
	c->file = fd < 0 ? NULL : fdopen(fd, "r+");
	return c->file != NULL && fwrite(head, sizeof(head), 1, c->file) == 1 &&
	       fflush(c->file) == 0;
}

UNUSED static bool
capture_put(
    struct ports_capture *c, const void *frame, uint32_t n, int64_t stamp_ns)
{
	uint32_t head[] = { (uint32_t)(stamp_ns / 1000000000),
		(uint32_t)(stamp_ns % 1000000000), n, n };

	return fwrite(head, sizeof(head), 1, c->file) == 1 &&
	       fwrite(frame, 1, n, c->file) == n && fflush(c->file) == 0;
}

UNUSED static void
capture_close(struct ports_capture *c)
{
	fclose(c->file);
	unlink(c->name);
}

#endif
