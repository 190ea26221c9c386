/* SPDX-License-Identifier: BSD-3-Clause */
/* device.c -- see device.h. */
#include "elements/device/device.h"

#include "base/addr.h"
#include "click/router.h"

bool
device_method(struct str method)
{
	static const char *const known[] = { "", "LINUX", "PCAP", "NETMAP",
		"PCAPFD", "DEVBPF" };

	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (str_is(method, known[i]))
			return true;
	return false;
}

static void
device_ready(void *arg, unsigned int what)
{
	struct device *d = arg;

	(void)what;
	task_schedule(d->task);
}

static void
device_hook(struct device *d)
{
	d->dev->ready_arg[d->what] = d;
	d->dev->ready[d->what] = device_ready;
}

int
device_open(struct element *e, struct device *d, struct os_port_request *req,
    struct task *task, struct errh *errh)
{
	struct diag why = { "" };
	int err;

	if (d->name.n == 0)
		return errh_error(errh, "interface not set");
	req->name = d->name;
	req->waiter = e->thread->waiter;
	req->owner = e->router->master;
	req->owner_name = master_name(e->router->master);
	err = os_port_open(req, &d->dev, &why);
	if (err == ERR_NOTSUP && req->exclusive) {
		errh_warning(errh, "%s", why.text);
		req->exclusive = false;
		why.text[0] = '\0';
		err = os_port_open(req, &d->dev, &why);
	}
	if (err != 0)
		return errh_error(
		    errh, "%s", why.text[0] != '\0' ? why.text : err_text(err));
	d->task = task;
	d->what = req->what;
	d->before = d->dev->ready[d->what];
	d->before_arg = d->dev->ready_arg[d->what];
	device_hook(d);
	return 0;
}

void
device_take(struct device *d, struct device *old)
{
	struct netdev *dev = d->dev;

	if (dev == old->dev || !str_eq(d->name, old->name))
		return;
	d->dev = old->dev;
	old->dev = dev;
	device_hook(d);
	device_hook(old); /* until it is closed */
}

void
device_close(struct device *d)
{
	if (d->dev != NULL) {
		/* Unless a later one has taken our place. */
		if (d->dev->ready_arg[d->what] == d) {
			d->dev->ready[d->what] = d->before;
			d->dev->ready_arg[d->what] = d->before_arg;
		}
		netdev_close(d->dev);
	}
	d->dev = NULL;
	str_free(&d->name);
}

static int
device_read_mac(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct device *d = (const struct device *)user;

	(void)e;
	sb_ether(call->out, d->dev->mac);
	return 0;
}

static int
device_read_link(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct device *d = (const struct device *)user;

	(void)e;
	sb_adds(call->out, d->dev->link ? "true" : "false");
	return 0;
}

static int
device_read_stats(struct element *e, uintptr_t user, struct handler_call *call)
{
	const struct device *d = (const struct device *)user;
	struct netdev_stats s;
	const struct {
		const char *name;
		uint64_t *value;
	} lines[] = {
		{ "rx_packets", &s.rx_packets },
		{ "rx_bytes", &s.rx_bytes },
		{ "rx_dropped", &s.rx_dropped },
		{ "rx_errors", &s.rx_errors },
		{ "tx_packets", &s.tx_packets },
		{ "tx_bytes", &s.tx_bytes },
		{ "tx_dropped", &s.tx_dropped },
		{ "copies", &s.copies },
		{ "wakeups_in", &s.wakeups_in },
		{ "wakeups_out", &s.wakeups_out },
		{ "link_changes", &s.link_changes },
	};

	(void)e;
	netdev_stats(d->dev, &s);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		sb_printf(call->out, "%s ", lines[i].name);
		sb_u64(call->out, *lines[i].value);
		sb_addc(call->out, '\n');
	}
	return 0;
}

void
device_add_handlers(struct element *e, struct device *d)
{
	handler_add_read(e, "mac", device_read_mac, (uintptr_t)d, 0);
	handler_add_read(e, "link", device_read_link, (uintptr_t)d, 0);
	handler_add_read(e, "stats", device_read_stats, (uintptr_t)d, 0);
}
