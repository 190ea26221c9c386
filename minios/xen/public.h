/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * public.h -- Xen's own public headers (libxen-dev), in the version of their
 * interface that this code is written against.
 */
#ifndef MINIOS_XEN_PUBLIC_H
#define MINIOS_XEN_PUBLIC_H

#include <stdint.h>

#define __XEN_INTERFACE_VERSION__ 0x00040e00

#include <xen/xen.h>

#include <xen/callback.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/grant_table.h>
#include <xen/io/console.h>
#include <xen/io/xs_wire.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/vcpu.h>
#include <xen/version.h>

#endif
