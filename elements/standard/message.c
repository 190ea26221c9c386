/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Message(MESSAGE [, TYPE]) -- prints a message when it is configured
 *
 *   MESSAGE    the text
 *   TYPE       MESSAGE (the default), WARNING or ERROR; with the last two the
 *              configuration fails
 *
 *     elementclass Old { Message("Old is deprecated") input -> output }
 */
#include "click/element.h"

static int
message_print(struct str text, struct str type, struct errh *errh)
{
	if (str_is(type, "MESSAGE")) {
		errh_text(errh, ERRH_INFO, STR(""), text);
		return 0;
	}
	if (str_is(type, "WARNING"))
		errh_text(errh, ERRH_WARNING, STR(""), text);
	else if (str_is(type, "ERROR"))
		errh_text(errh, ERRH_ERROR, STR(""), text);
	else
		errh_error(errh, "unrecognized message type");
	return ERR_INVAL;
}

static int
message_configure(struct element *e, const struct strs *conf, struct errh *errh)
{
	struct str text = { NULL, 0 }, type = { NULL, 0 };
	struct args a;
	int err;

	args_init(&a, conf, e, errh);
	args_str(&a, "MESSAGE", ARG_POS | ARG_MAND, &text);
	args_keyword(&a, "TYPE", ARG_POS, &type);
	err = args_complete(&a);
	if (err == 0)
		err = message_print(
		    text, type.s == NULL ? STR("MESSAGE") : type, errh);
	str_free(&text);
	str_free(&type);
	return err;
}

const struct element_class element_message = {
	.name = "Message",
	.configure = message_configure,
};
