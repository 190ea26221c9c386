/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * binding.h -- what `--port` says, of click, of guests and of cosmos:
 *
 *	NAME=KIND:WHAT[,OPTION]...
 *
 * NAME is what a configuration calls the port.  Of a port of a switch the kind
 * is the switch, and part of the port's name: "0=vale0:fw.0".
 */
#ifndef BASE_BINDING_H
#define BASE_BINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/* Points into the text.  Parts that are not there are empty. */
struct binding_text {
	struct str name;
	struct str kind;
	struct str what;    /* between kind and options; of a switch both */
	struct str options; /* behind the first comma: "mac=...,slots=64" */
	struct str args;    /* what and options, with the comma */
	bool is_switch;
};

/* False: it is not NAME=...; a kind without a colon is all there is, then. */
bool binding_split(struct str text, struct binding_text *b);
/* True for the name of a switch, or of a port of one. */
bool binding_names_switch(struct str name);
/* The name, if it is a number and nothing else; false: it is not. */
bool binding_number(const struct binding_text *b, uint32_t *number);
/*
 * The value of the only option, if that is called so; empty if there are none;
 * false: there is another.
 */
bool binding_option(
    const struct binding_text *b, const char *name, struct str *value);

#endif
