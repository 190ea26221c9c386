/* SPDX-License-Identifier: BSD-3-Clause */
/* image.h -- the image's borders, set by the linker (clickos.lds). */
#ifndef MINIOS_IMAGE_H
#define MINIOS_IMAGE_H

extern const char image_text[], image_text_end[]; /* executable */
extern const char image_data[];                   /* writable from here */
extern const char image_end[];                    /* after zeroed data */

#endif
