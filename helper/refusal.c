// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "refusal.h"

#define BIT(n)	      (1ULL << (n))
#define CAP_SYS_ADMIN BIT(21)
#define CAP_BPF_BOTH  (BIT(38) | BIT(39)) /* CAP_PERFMON, CAP_BPF */

/* The value of a line "Key:\tvalue". */
static unsigned long long status_value(const char *status, const char *key, int base)
{
	const char *at = strstr(status, key);

	return at ? strtoull(at + strlen(key), NULL, base) : 0;
}

static bool has_rights(const char *status)
{
	unsigned long long caps = status_value(status, "CapEff:", 16);

	return caps & CAP_SYS_ADMIN || (caps & CAP_BPF_BOTH) == CAP_BPF_BOTH;
}

/* The first user namespace maps all ids to themselves. */
static bool is_user_namespace(const char *uid_map)
{
	unsigned int inside, outside, count;

	return sscanf(uid_map, "%u %u %u", &inside, &outside, &count) == 3 &&
	       (inside || outside || count != UINT32_MAX);
}

const char *rs_refusal_find(const char *lockdown, const char *status, const char *uid_map)
{
	if (strstr(lockdown, "[confidentiality]"))
		return "the kernel is locked down (confidentiality), which forbids BPF to read its "
		       "memory: boot with lockdown=integrity";
	if (is_user_namespace(uid_map))
		return "this process is in a user namespace, where root has no rights on the "
		       "host's "
		       "kernel: run outside of it";
	if (!has_rights(status))
		return "CAP_BPF and CAP_PERFMON are missing: run as root, in no container or a "
		       "privileged one";
	if (status_value(status, "\nSeccomp:", 10))
		return "a seccomp filter is active, as containers have: run outside, or without it";
	if (strstr(lockdown, "[integrity]"))
		return "the kernel is locked down (integrity): boot without lockdown to see "
		       "whether "
		       "that is the cause";
	return NULL;
}

const char *rs_refusal_cause(void)
{
	char lockdown[128], uid_map[128];
	size_t len;
	char *status = rs_file_read("/proc/self/status", &len);
	const char *cause;

	rs_file_line("/sys/kernel/security/lockdown", lockdown, sizeof(lockdown));
	rs_file_line("/proc/self/uid_map", uid_map, sizeof(uid_map));
	cause = rs_refusal_find(lockdown, status ? status : "", uid_map);
	free(status);
	return cause;
}
