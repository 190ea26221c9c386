/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * listener.h -- listening sockets, for ControlSocket and ChatterSocket; not an
 * element.
 */
#ifndef ELEMENTS_HOST_LISTENER_H
#define ELEMENTS_HOST_LISTENER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

/*
 * A nonblocking socket that listens, or -1: errno says why, *call which call
 * failed ("bind").
 */
int listener_tcp(uint16_t port, bool localhost, const char **call);
int listener_unix(struct str path, const char **call);

/* The longest path, NUL not counted. */
enum { LISTENER_PATH_MAX = 107 };

#endif
