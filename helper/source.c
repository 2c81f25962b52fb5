// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <sys/utsname.h>

#include "file.h"
#include "source.h"

void rs_taken_fill(struct rs_taken *t)
{
	struct utsname u;

	memset(t, 0, sizeof(*t));
	if (!uname(&u)) {
		rs_str_set(t->hostname, u.nodename);
		rs_str_set(t->kernel, u.release);
		rs_str_set(t->arch, u.machine);
	}
	rs_file_line("/proc/sys/kernel/random/boot_id", t->boot_id, sizeof(t->boot_id));
	rs_file_line("/sys/class/dmi/id/product_uuid", t->uuid, sizeof(t->uuid));
}
