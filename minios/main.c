/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * main.c -- the guest's program: the router that came along (on the command
 * line as config='...', or as the ramdisk), or pkt-gen.
 */
#include <stdlib.h>

#include "click/errh.h"
#include "click/pool.h"
#include "click/router.h"
#include "minios/boot.h"
#include "minios/cmdline.h"
#include "minios/console.h"
#include "minios/fiber.h"
#include "minios/machine.h"
#include "minios/pages.h"
#include "minios/pktgen.h"
#include "minios/selftest.h"
#include "os/os.h"

static void
main_say(void *arg, struct str line)
{
	(void)arg;
	os_log(line);
}

static void
main_run(struct str text, struct errh *errh)
{
	struct graph_source source = { .text = text, .file = STR("config") };
	struct master_options options = {
		.nthreads = 1,
		.pool = pool_new(depot_new(0)),
	};
	struct master *m = master_new(&options);
	struct router *r;
	struct graph g;

	if (m == NULL || graph_parse(&g, &source, errh) != 0)
		return;
	if (router_new(m, &g, NULL, &r, errh) != 0)
		return;
	router_activate(r);
	boot_stage(BOOT_ROUTER);
	master_run(m);
	master_free(m);
}

void
guest_main(void)
{
	struct pages_stats p;
	struct str config;
	struct errh errh;

	pages_stats(&p);
	console_printf("clickos on %s, %llu of %llu kB free\n", machine->name,
	    (unsigned long long)p.free * 4, (unsigned long long)p.total * 4);
	if (pktgen_main() || selftest_main())
		return;
	errh_sink_init(&errh, main_say, NULL);
	if (!cmdline_get("config", &config))
		config = boot.module;
	if (config.n > 0)
		main_run(config, &errh);
	errh_fini(&errh);
	console_printf("router ended\n");
}
