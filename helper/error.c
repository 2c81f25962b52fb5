// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "error.h"
#include "plain.h"

int rs_error_set(struct rs_error *err, enum rs_exit status, const char *fmt, ...)
{
	va_list args;

	if (err->status != RS_EXIT_OK)
		return -1;
	err->status = status;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	rs_plain_make(err->text, sizeof(err->text));
	return -1;
}
