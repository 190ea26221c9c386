/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * run_threads.h -- a configuration on several threads inside a unit test: as
 * test/run.h, in real time.  Such a test is built and run as tsan too
 * (THREAD_TESTS in the Makefile).
 */
#ifndef TEST_RUN_THREADS_H
#define TEST_RUN_THREADS_H

#include "host/driver.h"
#include "test/run.h"

UNUSED static int
trun_start_threads(struct trun *t, const char *text, unsigned int nthreads)
{
	struct master_options options = {
		.nthreads = nthreads, .spawn = driver_spawn, .join = driver_join
	};

	return trun_start_options(t, text, &options);
}

#endif
