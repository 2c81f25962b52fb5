// SPDX-License-Identifier: GPL-2.0-only
/* replay FILE...: runs the target on each file once, without the fuzzer. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		size_t len;
		char *text = rs_file_read(argv[i], &len);

		if (!text) {
			fprintf(stderr, "replay: cannot read %s\n", argv[i]);
			return 1;
		}
		printf("# %s\n", argv[i]); /* the last line names the one that fails */
		fflush(stdout);
		LLVMFuzzerTestOneInput((const uint8_t *)text, len);
		free(text);
	}
	return argc == 1;
}
