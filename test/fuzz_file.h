/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fuzz_file.h -- for the fuzz targets of elements that read files: any bytes
 * as a file, read by a configuration as it is read in life.
 */
#ifndef TEST_FUZZ_FILE_H
#define TEST_FUZZ_FILE_H

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elements/host/host_element.h"
#include "test/run.h"

/*
 * Runs a configuration (form, with %s for the file's name) over the bytes.
 * Every packet must be back at its end.
 */
UNUSED PRINTF(3, 0) static void fuzz_file(
    const uint8_t *data, size_t size, const char *form)
{
	struct strbuf config = STRBUF_INIT;
	char name[32];
	struct trun t;
	int fd;

	/* Packed files are for other programs, which have their own. */
	if (size >= 2 &&
	    (data[0] == 0x1f || (data[0] == 'B' && data[1] == 'Z')))
		return;
	fd = memfd_create("fuzz", MFD_CLOEXEC);
	ASSERT(fd >= 0 && fd_write_all(fd, str_make((const char *)data, size)));
	snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
	sb_printf(&config, form, name);
	if (trun_start(&t, sb_cstr(&config)) == 0)
		trun_run(&t);
	ASSERT(trun_stop(&t) == 0);
	close(fd);
	sb_fini(&config);
}

#endif
