/* SPDX-License-Identifier: BSD-3-Clause */
/* diag_test.c -- errors and the sentences that go with them. */
#include "base/diag.h"

#include "base/err.h"
#include "test/tap.h"

int
main(void)
{
	struct diag why = { "" };

	is_num(diag(NULL, ERR_PEER, "lost"), ERR_PEER, "no diag at all");
	is_num(diag(&why, ERR_PEER, "ring %u", 8u), ERR_PEER, "returns err");
	is_cstr(why.text, "ring 8", "the sentence");
	is_num(diag(&why, ERR_NOMEM, "echo"), ERR_NOMEM, "a second one");
	is_cstr(why.text, "ring 8", "the first sentence wins");
	why.text[0] = '\0';
	diag(&why, ERR_IO, "%500d", 1);
	is_num((int64_t)strlen(why.text), sizeof(why.text) - 1, "cut");

	is_cstr(err_text(ERR_NOMEM), "no memory", "text of an error");
	is_cstr(err_text(ERR_CLOSED), "closed by the other end", "the last");
	is_cstr(err_text(ERR_CLOSED - 1), "unknown error", "one beyond");
	is_cstr(err_text(-2147483647 - 1), "unknown error", "far beyond");
	is_cstr(err_text(3), "success", "a count");
	return tap_done();
}
