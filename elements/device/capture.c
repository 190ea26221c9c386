/* SPDX-License-Identifier: BSD-3-Clause */
/* capture.c -- see capture.h. */
#include "elements/device/capture.h"

#include <stdlib.h>

#include "base/err.h"
#include "base/vec.h"
#include "os/os.h"

void
capture_fini(struct capture *c)
{
	free(c->frames);
	sb_fini(&c->file);
	memset(c, 0, sizeof(*c));
}

static int
capture_add(struct capture *c, const struct pcap_record *rec)
{
	int err = 0;

	if (c->n == c->cap)
		err = vec_grow(
		    (void **)&c->frames, &c->cap, c->n + 1, sizeof(*c->frames));
	if (err == 0)
		c->frames[c->n++] = (struct capture_frame){
			.data = (const uint8_t *)rec->data.s,
			.caplen = (uint32_t)rec->data.n,
			.length = rec->length,
			.stamp_ns = rec->stamp_ns,
		};
	return err;
}

static int
capture_index(struct capture *c, struct pcap_reader *r, struct str rest,
    size_t max, bool *broken)
{
	for (;;) {
		struct pcap_record rec;
		size_t used = 0;

		if (max > 0 && c->n == max)
			return 0;
		switch (pcap_read(r, rest, &used, &rec)) {
		case PCAP_RECORD:
			if (capture_add(c, &rec) != 0)
				return ERR_NOMEM;
			break;
		case PCAP_SKIP:
			break;
		case PCAP_MORE:
			return 0;
		case PCAP_BAD:
			*broken = true;
			return 0;
		}
		rest = str_from(rest, used);
	}
}

int
capture_load(struct capture *c, struct str path, size_t max, bool *broken,
    struct diag *why)
{
	struct diag reason = { "" };
	struct pcap_reader r;
	size_t used;
	int err;

	memset(c, 0, sizeof(*c));
	*broken = false;
	err = os_file_read(path, &c->file, &reason);
	if (err != 0) {
		diag(why, err, "%.*s: %s", STR_ARG(path), reason.text);
		goto fini;
	}
	err = pcap_begin(&r, sb_str(&c->file), &used);
	if (err == ERR_NOTSUP)
		diag(why, err, "%.*s: unknown major version %u", STR_ARG(path),
		    r.major);
	else if (err != 0)
		err = diag(why, ERR_INVAL, "%.*s: not a tcpdump file (%s)",
		    STR_ARG(path),
		    err == ERR_AGAIN ? "too short" : "bad magic number");
	if (err != 0)
		goto fini;
	c->linktype = r.linktype;
	err =
	    capture_index(c, &r, str_from(sb_str(&c->file), used), max, broken);
	if (err == 0)
		return 0;
	diag(why, err, "%.*s: out of memory", STR_ARG(path));
fini:
	capture_fini(c);
	return err;
}
