/* SPDX-License-Identifier: BSD-3-Clause */
/* settings_test.c -- settings read and printed; what VLANs and limits do. */
#include "vale/settings.h"

#include "test/vale.h"
#include "vale/limit.h"

static const struct {
	const char *text, *shown; /* NULL: refused */
} settings[] = {
	{ "vlan=off", "" },
	{ "vlan=access:10", ", \"vlan\": \"access:10\"" },
	{ "vlan=trunk:10,20-29", ", \"vlan\": \"trunk:10,20-29\"" },
	{ "vlan=trunk:10/1", ", \"vlan\": \"trunk:10/1\"" },
	{ "vlan=trunk:1-4094", ", \"vlan\": \"trunk:1-4094\"" },
	{ "vlan=access:0", NULL },
	{ "vlan=access:4095", NULL },
	{ "vlan=trunk:", NULL },
	{ "vlan=trunk:9-3", NULL },
	{ "vlan=10", NULL },
	{ "guard=on", ", \"guard\": true" },
	{ "guard=maybe", NULL },
	{ "isolated=on", ", \"isolated\": true" },
	{ "mac=02:00:00:00:00:01,02:00:00:00:00:02",
	    ", \"mac\": \"02:00:00:00:00:01,02:00:00:00:00:02\"" },
	{ "mac=02:00", NULL },
	{ "ip=10.0.0.0/8,2001:db8::1",
	    ", \"ip\": \"10.0.0.0/8,2001:db8::1/128\"" },
	{ "ip=10.0.0.0/33", NULL },
	{ "ip=1,2,3", NULL },
	{ "rx-pps=10k", ", \"rx-pps\": 10000" },
	{ "tx-bps=2G", ", \"tx-bps\": 2000000000" },
	{ "flood-pps=off", "" },
	{ "rx-bps=0", NULL },
	{ "rx-bps=9999999999999", NULL },
	{ "rx-bps=k", NULL },
	{ "mirror=p1", ", \"mirror\": \"p1\"" },
	{ "mirror=off", "" },
	{ "colour=red", NULL },
};

static void
test_texts(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		struct str text = str_of(settings[i].text);
		size_t eq = str_find(text, '=', 0);
		struct strbuf out = STRBUF_INIT;
		struct vale_settings s;
		struct diag why = { "" };
		int err;

		settings_init(&s);
		err = settings_set(
		    &s, str_sub(text, 0, eq), str_from(text, eq + 1), &why);
		if (settings[i].shown == NULL) {
			ok(err < 0 && why.text[0] != '\0', "%s: refused (%s)",
			    settings[i].text, why.text);
			continue;
		}
		settings_show(&s, &out);
		is_cstr(
		    sb_cstr(&out), settings[i].shown, "%s", settings[i].text);
		sb_fini(&out);
	}
}

/* From one port to the others: what arrives where. */
static void
test_vlan(void)
{
	struct vtest t;

	vtest_start(&t, "learning", 5);
	vtest_set(&t, 0, "vlan=access:10");
	vtest_set(&t, 1, "vlan=access:20");
	vtest_set(&t, 2, "vlan=trunk:10,20");
	vtest_set(&t, 3, "vlan=trunk:20/10");
	/* p4: no VLANs */
	vtest_send(&t, 0, "1>9", 60);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 1), "", "VLAN 10: not to 20");
	is_cstr(vtest_got(&t, 2), "1>9@10/64", "tagged on the trunk");
	is_cstr(vtest_got(&t, 3), "1>9/60", "untagged where it is the native");
	is_cstr(vtest_got(&t, 4), "", "not to a port without VLANs");
	vtest_send(&t, 2, "2>9@20", 64);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 1), "2>9/60", "from the trunk to 20, untagged");
	is_cstr(vtest_got(&t, 3), "2>9@20/64", "tagged on the other trunk");
	is_cstr(vtest_got(&t, 0), "", "not to 10");
	vtest_send(&t, 2, "2>9@30", 64);
	vtest_run(&t);
	is_num(vtest_dropped(&t, 2, DROP_VLAN), 1, "a VLAN not on the trunk");
	vtest_send(&t, 0, "1>9@10", 64);
	vtest_run(&t);
	is_num(vtest_dropped(&t, 0, DROP_VLAN), 1, "a tag at an access port");
	vtest_send(&t, 0, "1>9@0", 64);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 3), "1>9/60", "but a priority tag passes");
	vtest_got(&t, 2);
	vtest_send(&t, 1, "2>1", 60);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 0), "", "addresses are learnt by VLAN");
	vtest_send(&t, 2, "5>9", 60);
	vtest_run(&t);
	is_cstr(vtest_got(&t, 4), "5>9/60", "untagged on a trunk without one");
	vtest_stop(&t);
}

static void
test_limits(void)
{
	struct vale_limit l = { 0, 0 };
	struct vtest t;
	unsigned int passed = 0;

	for (int64_t ms = 1; ms <= 10000; ms++)
		passed += limit_take(&l, 100, 32, 1, ms * 1000000);
	ok(passed >= 1000 && passed <= 1033, "100 a second: %u in ten", passed);
	l = (struct vale_limit){ 0, 0 };
	passed = 0;
	for (int64_t us = 1; us <= 1000000; us++)
		passed += limit_take(&l, LIMIT_RATE_MAX, 1, 60000, us * 1000);
	ok(passed > 100000, "the highest rate does not overflow: %u", passed);
	vtest_start(&t, "learning", 2);
	vtest_set(&t, 0, "rx-pps=1");
	for (int i = 0; i < 40; i++)
		vtest_send(&t, 0, "1>2", 60);
	vtest_run(&t);
	is_num(vtest_dropped(&t, 0, DROP_RX_LIMIT), 40 - LIMIT_FRAMES,
	    "frames from a port above its rate");
	vtest_set(&t, 0, "rx-pps=off");
	vtest_set(&t, 0, "rx-bps=8");
	for (int i = 0; i < 60; i++)
		vtest_send(&t, 0, "1>2", 1514);
	vtest_run(&t);
	is_num(vtest_dropped(&t, 0, DROP_RX_LIMIT),
	    40 - LIMIT_FRAMES + 60 - 65553 / 1514, "bits likewise");
	vtest_set(&t, 0, "rx-bps=off");
	vtest_set(&t, 0, "flood-pps=1");
	for (int i = 0; i < 40; i++)
		vtest_send(&t, 0, "1>*", 60);
	vtest_run(&t);
	is_num(
	    vtest_dropped(&t, 0, DROP_FLOOD), 40 - LIMIT_FRAMES, "and floods");
	vtest_set(&t, 1, "tx-pps=1");
	vtest_send(&t, 1, "2>1", 60);
	vtest_run(&t);
	for (int i = 0; i < 40; i++)
		vtest_send(&t, 0, "1>2", 60);
	vtest_run(&t);
	is_num(vtest_dropped(&t, 1, DROP_TX_LIMIT), 40 - LIMIT_FRAMES,
	    "and frames to a port");
	vtest_stop(&t);
}

/* Checksums that a sender left open are filled for a port that wants them. */
static void
test_checksum(void)
{
	struct vtest t;
	struct vale_frame like = {
		.flags = VALE_CSUM_PARTIAL, .csum_start = 34, .csum_offset = 6
	};
	uint8_t got[2048];
	unsigned int bad = 0;

	vtest_start(&t, "wire", 2);
	for (uint32_t n = 42; n <= 1514; n++) {
		uint32_t sum = 0;

		vtest_make(&t, "1>2");
		vale_mem_put_like(t.port[0], t.frame, n, &like);
		vtest_run(&t);
		bad += vale_mem_get(t.port[1], got) != (int)n;
		if (n % 2 != 0)
			got[n] = 0;
		/* With the pseudo sum that stood there the sum is all ones. */
		for (uint32_t i = 34; i < n; i += 2)
			sum += (uint32_t)(got[i] << 8 | got[i + 1]);
		sum += (uint32_t)(t.frame[40] << 8 | t.frame[41]);
		while (sum >> 16 != 0)
			sum = (sum & 0xffff) + (sum >> 16);
		bad += sum != 0xffff;
	}
	is_num(bad, 0, "checksums of 42 to 1514 bytes are filled in");
	like.csum_start = 1000;
	vale_mem_put_like(t.port[0], t.frame, 1400, &like);
	like.flags = VALE_GSO_TCP4;
	vale_mem_put_like(t.port[0], t.frame, 1400, &like);
	vtest_run(&t);
	is_num(vtest_dropped(&t, 1, DROP_OFFLOAD), 2,
	    "what cannot be made whole is dropped");
	vtest_stop(&t);
}

int
main(void)
{
	test_texts();
	test_vlan();
	test_limits();
	test_checksum();
	return tap_done();
}
