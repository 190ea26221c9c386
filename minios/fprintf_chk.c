/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fprintf_chk.c -- glibc's, which libnettle.a asks for: it would say which
 * kernels of its code it has chosen, to a stream that is not there.  For guests
 * and for the process guest, which has musl's library.
 */
int __fprintf_chk(void *stream, int flag, const char *fmt, ...);

int
__fprintf_chk(void *stream, int flag, const char *fmt, ...)
{
	(void)stream;
	(void)flag;
	(void)fmt;
	return 0;
}
