// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "opts.h"

int main(int argc, char **argv)
{
	struct rs_error err = {.status = RS_EXIT_OK};
	struct rs_opts opts;
	int ret;

	if (rs_opts_parse(&opts, argc, argv, &err))
		ret = -1;
	else
		ret = opts.command ? opts.command->run(&opts, &err) : RS_EXIT_OK;
	if (ret >= 0)
		return ret;
	if (*err.text)
		fprintf(stderr, "ringside: %s\n", err.text);
	return err.status;
}
