/* SPDX-License-Identifier: GPL-2.0-only */
/* Why the kernel refuses BPF programs: an error number alone does not say it. */
#ifndef RS_REFUSAL_H
#define RS_REFUSAL_H

#include <stddef.h>

/**
 * rs_refusal_find() - the most likely cause
 * @lockdown: "none [integrity] confidentiality", of /sys/kernel/security/lockdown; "" = unknown
 * @status: of /proc/self/status
 * @uid_map: of /proc/self/uid_map
 *
 * Return: a part of a sentence that says what it is and what to do; NULL = nothing was found.
 */
const char *rs_refusal_find(const char *lockdown, const char *status, const char *uid_map);

/* Return: the same of this process. */
const char *rs_refusal_cause(void);

#endif
