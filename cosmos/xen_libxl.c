/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xen_libxl.c -- what xl and libxl go by, so that `xl list`, `xl save` and the
 * others work on our domains: keys in XenStore, and the domain's configuration
 * as libxl keeps it (libxl_domain_config in JSON, in a file of "user data").
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/xen.h"

#define USERDATA "/var/lib/xen/userdata-d"

void
xen_libxl_keys(struct xen_store *s, uint32_t t, const struct xen_guest *g)
{
	char path[XEN_PATH];

	/* What is not known to Xen as something else is PV. */
	if (!g->pvh)
		return;
	snprintf(path, sizeof(path), "/libxl/%u/type", g->domid);
	xen_store_write(s, t, path, "pvh");
}

static void
file_path(char path[static XEN_PATH], uint32_t domid, const char *uuid)
{
	snprintf(path, XEN_PATH, USERDATA ".%u.%s.libxl-json", domid, uuid);
}

static void
file_vifs(FILE *f, const struct xen_guest *g)
{
	unsigned int i, n = 0;

	fprintf(f, ",\"nics\":[");
	for (i = 0; i < g->vifs; i++)
		if (!g->vif[i].vale)
			fprintf(f,
			    "%s{\"backend_domid\":0,\"devid\":%u,\"mac\":\"%s\""
			    ",\"bridge\":\"%s\",\"nictype\":\"vif\"}",
			    n++ > 0 ? "," : "", g->vif[i].handle, g->vif[i].mac,
			    g->vif[i].bridge);
	fprintf(f, "]");
}

/* Without it only `xl save` and `xl migrate` are not to be had. */
void
xen_libxl_file(const struct xen_guest *g)
{
	static const char *const actions[] = { "destroy", "destroy", "restart",
		"preserve" };
	char path[XEN_PATH];
	FILE *f;

	file_path(path, g->domid, g->uuid);
	f = fopen(path, "we");
	if (f == NULL)
		return;
	fprintf(f,
	    "{\"c_info\":{\"type\":\"%s\",\"name\":\"%s\",\"uuid\":\"%s\","
	    "\"run_hotplug_scripts\":\"False\"},"
	    "\"b_info\":{\"max_vcpus\":1,\"avail_vcpus\":[0],"
	    "\"max_memkb\":%llu,\"target_memkb\":%llu,\"kernel\":\"%s\","
	    "\"type.%s\":{}}",
	    g->pvh ? "pvh" : "pv", g->spec->name, g->uuid,
	    (unsigned long long)g->memory_kb, (unsigned long long)g->memory_kb,
	    g->image, g->pvh ? "pvh" : "pv");
	file_vifs(f, g);
	fprintf(f,
	    ",\"on_poweroff\":\"%s\",\"on_reboot\":\"%s\","
	    "\"on_crash\":\"%s\"}\n",
	    actions[g->spec->on_poweroff & 3],
	    g->spec->on_reboot != 0 ? actions[g->spec->on_reboot & 3]
	                            : "restart",
	    actions[g->spec->on_crash & 3]);
	fclose(f);
}

void
xen_libxl_file_remove(uint32_t domid, const char *uuid)
{
	char path[XEN_PATH];

	file_path(path, domid, uuid);
	unlink(path);
}
