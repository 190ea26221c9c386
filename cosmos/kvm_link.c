/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * kvm_link.c -- a guest's control messages over its virtio console; see kvm.h
 * and docs/control.md.  The stream goes on where another tool has left it: a
 * HELLO with an id by chance is written alone, and all that comes before its
 * answer is another's.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "control/message.h"
#include "cosmos/kvm.h"

enum { ANSWER_MS = 60000, BOOT_MS = 60000, LOOK_MS = 100 };

/*
 * *found once the answer to id lies somewhere in the bytes, as a whole; a guest
 * that answers in another version has answered, too.
 */
static int
link_find_answer(struct cosmos *c, struct str bytes, uint32_t id, bool *found)
{
	struct message m;
	size_t at, size;

	*found = false;
	for (at = 0; at < bytes.n && !*found; at++) {
		struct str rest = str_from(bytes, at);
		struct diag why = { "" };
		int err;

		if (control_frame(rest, &size) != 0 || size == 0 ||
		    size > rest.n)
			continue;
		err = control_check(str_sub(rest, 0, size), &m, &why);
		*found = m.reply && m.id == id;
		if (*found && err != 0)
			return cosmos_fail(c, COSMOS_E_SYSTEM,
			    "the guest answers nonsense: %s", why.text);
	}
	return COSMOS_OK;
}

static int
link_write_hello(struct cosmos *c, struct fd_stream *f, uint32_t *id)
{
	struct message hello = { .op = CONTROL_HELLO,
		.router = CONTROL_ANY_ROUTER,
		.path = STR(""),
		.payload = STR("") };
	struct strbuf out = STRBUF_INIT;
	int status;

	if (getrandom(id, sizeof(*id), 0) != sizeof(*id))
		return cosmos_fail_errno(c, "random numbers");
	hello.id = *id;
	control_put(&out, &hello);
	status = out.oom ? cosmos_fail(c, COSMOS_E_FULL, "out of memory")
	                 : f->stream.send(c, &f->stream, sb_str(&out));
	sb_fini(&out);
	return status;
}

/* The stream is ours when this returns. */
static int
link_begin(struct cosmos *c, struct fd_stream *f)
{
	struct strbuf in = STRBUF_INIT;
	uint32_t id;
	bool found = false;
	int status = link_write_hello(c, f, &id);

	while (status == COSMOS_OK && !found) {
		status = f->stream.receive(c, &f->stream, &in);
		if (status == COSMOS_OK)
			status = link_find_answer(c, sb_str(&in), id, &found);
	}
	sb_fini(&in);
	return status;
}

int
kvm_ask(struct cosmos *c, const struct cosmos_guest *g, enum control_op op,
    unsigned int *router, struct str path, struct str payload,
    struct strbuf *reply)
{
	struct fd_stream stream;
	int fd, status = process_reach(c, g, &fd);

	if (status != COSMOS_OK)
		return -status;
	fd_stream_init(&stream, fd, ANSWER_MS);
	status = link_begin(c, &stream);
	status = status == COSMOS_OK ? control_ask(c, &stream.stream, op,
	                                   router, path, payload, reply)
	                             : -status;
	close(fd);
	return status;
}

/* ---- at boot ---- */

/* QEMU has stopped the guest for what it, or the host's KVM, cannot do. */
static bool
qemu_gave_up(const struct process_dir *d)
{
	struct strbuf text = STRBUF_INIT;
	struct cosmos quiet = { .error = STRBUF_INIT };
	char path[PATH_MAX + 16];
	bool stopped;

	snprintf(path, sizeof(path), "%s/qmp.out", d->path);
	stopped = file_read(&quiet, path, &text) == COSMOS_OK &&
	          strstr(sb_cstr(&text), "\"STOP\"") != NULL;
	sb_fini(&text);
	sb_fini(&quiet.error);
	return stopped;
}

static bool
process_has_ended(pid_t pid)
{
	char path[64], state = 'X';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f != NULL) {
		if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
			state = 'X';
		fclose(f);
	}
	return state == 'X' || state == 'Z';
}

int
kvm_hello(struct cosmos *c, const struct process_dir *d, pid_t pid)
{
	struct pollfd p = { .events = POLLIN };
	struct fd_stream stream;
	struct strbuf in = STRBUF_INIT;
	uint32_t id;
	bool found = false;
	int waited = 0, status = process_connect(c, d, &p.fd);

	if (status != COSMOS_OK)
		return status;
	fd_stream_init(&stream, p.fd, BOOT_MS);
	status = link_write_hello(c, &stream, &id);
	while (status == COSMOS_OK && !found) {
		if (poll(&p, 1, LOOK_MS) > 0) {
			status = stream.stream.receive(c, &stream.stream, &in);
			if (status == COSMOS_OK)
				status = link_find_answer(
				    c, sb_str(&in), id, &found);
			continue;
		}
		waited += LOOK_MS;
		if (process_has_ended(pid))
			status = cosmos_fail(
			    c, COSMOS_E_STATE, "%s: it has ended", d->name);
		else if (qemu_gave_up(d))
			status = cosmos_fail(c, COSMOS_E_NOTSUP,
			    "%s: this machine's KVM cannot run it", d->name);
		else if (waited > BOOT_MS)
			status = cosmos_fail(c, COSMOS_E_TIMEOUT,
			    "%s: it has not answered for %d s", d->name,
			    BOOT_MS / 1000);
	}
	sb_fini(&in);
	close(p.fd);
	return status;
}
