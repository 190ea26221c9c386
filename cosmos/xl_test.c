/* SPDX-License-Identifier: BSD-3-Clause */
/* xl_test.c -- xl's configuration files: their syntax, and what they mean. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cosmos/cosmos.h"
#include "cosmos/xl_parse.h"
#include "test/tap.h"

static const struct {
	const char *text;
	const char *found; /* key=value|value; for each, or the complaint */
} syntax[] = {
	{ "", "" },
	{ "# nothing\n\n  # at all", "" },
	{ "name = \"fw\"", "name=fw;" },
	{ "name='fw'\nmemory=8", "name=fw;memory=8;" },
	{ "name = 'fw' # a comment\nmemory = 8 # another",
	    "name=fw;memory=8;" },
	{ "a=1;b=2 ; c=3;", "a=1;b=2;c=3;" },
	{ "vif = [ 'mac=1', \"bridge=b\" ]", "vif=mac=1|bridge=b;" },
	{ "vif = [\n 'x', # one\n\n 'y',\n]\nz=0x10", "vif=x|y;z=0x10;" },
	{ "vif=[]", "vif=;" },
	{ "vif=[1,2]", "vif=1|2;" },
	{ "a=1#b", "a=1;" },
	{ "a = 'x#y'", "a=x#y;" },
	{ "a = ''", "a=;" },
	{ "\r\na = 1\r\n", "a=1;" },
	{ "a", "!1: '=' is missing" },
	{ "\n\n= 1", "!3: a setting is KEY = VALUE" },
	{ "a =", "!1: a text in quotes, a number or a list belongs here" },
	{ "a = \"x", "!1: the quote has no end" },
	{ "a = 'x\n'", "!1: the quote has no end" },
	{ "a = [1 2]", "!1: the list goes on with ',' or ends in ']'" },
	{ "a = [1,", "!1: a text in quotes, a number or a list belongs here" },
	{ "a = 1 2", "!1: the line should end here" },
	{ "a = (1)", "!1: a text in quotes, a number or a list belongs here" },
};

static void
found(const struct xl_file *f, char *to, size_t n)
{
	size_t i, j, at = 0;

	to[0] = '\0';
	for (i = 0; i < f->n; i++) {
		at += (size_t)snprintf(to + at, n - at, "%s=", f->v[i].key);
		for (j = 0; j < f->v[i].n; j++)
			at += (size_t)snprintf(to + at, n - at, "%s%s",
			    j > 0 ? "|" : "", f->v[i].value[j]);
		at += (size_t)snprintf(to + at, n - at, ";");
	}
}

static void
test_syntax(void)
{
	size_t i;

	for (i = 0; i < sizeof(syntax) / sizeof(syntax[0]); i++) {
		struct diag why = { "" };
		struct xl_file f;
		char text[256];

		if (xl_parse(&f, syntax[i].text, &why) == 0) {
			found(&f, text, sizeof(text));
			xl_free(&f);
		} else {
			snprintf(text, sizeof(text), "!%s", why.text);
		}
		is_str(str_of(text), str_of(syntax[i].found), "syntax %zu", i);
	}
}

static const struct {
	const char *text;
	int status;
	const char *said; /* of the spec, the warnings or the error */
} meanings[] = {
	{ "name='fw'\nmemory=8\nvcpus=1", 0, "fw 8388608" },
	{ "name='fw'\nkernel='/x/clickos'\npvh=1", 0, "/x/clickos pvh" },
	{ "name='a'\ntype='pv'", 0, " pv" },
	{ "name='a'\nextra='x=1 y=2'", 0, " x=1 y=2" },
	{ "name='a'\nvif=['mac=00:16:3e:00:00:01,bridge=br0', "
	  "'bridge=vale0:fw.1']",
	    0, " 0=bridge:br0,mac=00:16:3e:00:00:01 1=vale0:fw.1" },
	{ "name='a'\nvif=['']", 0, " 0=bridge:xenbr0" },
	{ "name='a'\nvif=['script=vif-x']", 0, "no script is run" },
	{ "name='a'\nvif=['model=e1000']", 0, ":2: vif: only mac=" },
	{ "name='a'\nvif=['backend=net']", COSMOS_E_USAGE,
	    ":2: vif: backends are in dom0" },
	{ "name='a'\non_crash='preserve'", 0, " crash 3" },
	{ "name='a'\non_reboot='destroy'", 0, " reboot 1" },
	{ "name='a'\non_poweroff='restart'", 0, " poweroff 2" },
	{ "name='a'\non_crash='coredump-restart'", 0, "no core" },
	{ "name='a'\non_crash='fly'", COSMOS_E_USAGE, ":2: on_crash: destroy" },
	{ "name='a'\ndisk=['phy:/dev/x,xvda,w']", 0,
	    ":2: disk: it means nothing" },
	{ "name='a'\nvcpus=4", 0, ":2: vcpus: our guests have one" },
	{ "name='a'\nbuilder='hvm'", COSMOS_E_USAGE, ":2: builder: our" },
	{ "name='a'\nmemory='much'", COSMOS_E_USAGE, ":2: memory: not a" },
	{ "name='a'\ntype='hvm'", COSMOS_E_USAGE, ":2: type: pv or pvh" },
	{ "name='a'\nname=[]", COSMOS_E_USAGE, ":2: name: an empty list" },
	{ "name='a'\ncpus='0-1'", 0, " cpus 0-1" },
	{ "name='a'\nclick='/no/such.click'", COSMOS_E_NOTFOUND,
	    "/no/such.click" },
	{ "memory=8", COSMOS_E_USAGE, "it has no name" },
	{ "name=", COSMOS_E_USAGE, ":1: a text in quotes" },
};

static void
spec_text(const struct cosmos_spec *s, const char *warnings, char *to, size_t n)
{
	unsigned int i;
	size_t at;

	at = (size_t)snprintf(to, n,
	    "%s %llu %s %s %s poweroff %u reboot %u crash %u cpus %s", s->name,
	    (unsigned long long)s->memory, s->image != NULL ? s->image : "",
	    s->type != NULL ? s->type : "",
	    s->cmdline != NULL ? s->cmdline : "", s->on_poweroff, s->on_reboot,
	    s->on_crash, s->cpus != NULL ? s->cpus : "");
	for (i = 0; i < s->nports; i++)
		at += (size_t)snprintf(to + at, n - at, " %s", s->ports[i]);
	snprintf(to + at, n - at, " %s", warnings);
}

static void
test_meaning(struct cosmos *c, const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		struct cosmos_spec *spec;
		char *warnings, text[1024];
		FILE *f = fopen(path, "w");
		int status;

		fputs(meanings[i].text, f);
		fclose(f);
		status = cosmos_spec_load(c, path, &spec, &warnings);
		if (status == COSMOS_OK) {
			spec_text(spec, warnings, text, sizeof(text));
			cosmos_spec_free(spec);
			free(warnings);
		} else {
			snprintf(text, sizeof(text), "%s", cosmos_error(c));
		}
		ok(status == meanings[i].status &&
		        strstr(text, meanings[i].said) != NULL,
		    "meaning %zu: %s", i, meanings[i].said);
	}
}

int
main(void)
{
	struct cosmos *c = cosmos_open();
	char path[] = "/tmp/xl_test.XXXXXX";
	int fd = mkstemp(path);

	test_syntax();
	test_meaning(c, path);
	close(fd);
	unlink(path);
	cosmos_close(c);
	return tap_done();
}
