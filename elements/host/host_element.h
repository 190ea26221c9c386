/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * host_element.h -- small things that the elements of a Linux process share,
 * with each other and with host/.
 */
#ifndef ELEMENTS_HOST_HOST_ELEMENT_H
#define ELEMENTS_HOST_HOST_ELEMENT_H

#include "click/element.h"

/* Writes all of text to a blocking descriptor; false: errno says why. */
bool fd_write_all(int fd, struct str text);

/* Logs "name :: Class: ..." as a line. */
void element_say(struct element *e, const char *fmt, ...) PRINTF(2, 3);

/* s is cstr (in capitals), in small letters or capitals. */
bool str_is_nocase(struct str s, const char *cstr);

/*
 * Whoever wants to hear the log, too: told each text with its newlines, on any
 * thread.  At most LOG_LISTENERS at a time; listen returns ERR_NOMEM.
 */
enum { LOG_LISTENERS = 16 };
int log_listen(void (*tell)(void *arg, struct str text), void *arg);
void log_unlisten(void *arg);
/* For os_log(). */
void log_tell(struct str text);

/* An end of the chain that writes to the log. */
void errh_log_init(struct errh *errh);

#endif
