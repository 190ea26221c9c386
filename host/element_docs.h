/* SPDX-License-Identifier: BSD-3-Clause */
/* element_docs.h -- the elements' head comments as a table (generated). */
#ifndef HOST_ELEMENT_DOCS_H
#define HOST_ELEMENT_DOCS_H

struct element_doc {
	const char *name; /* of the class; NULL ends the table */
	const char *text; /* "NAME -- one line", then sections */
};

extern const struct element_doc element_docs[];

#endif
