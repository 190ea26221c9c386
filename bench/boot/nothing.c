/* SPDX-License-Identifier: BSD-3-Clause */
/* nothing.c -- does nothing: what an exec takes by itself. */
int
main(void)
{
	return 0;
}
