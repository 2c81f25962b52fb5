/* SPDX-License-Identifier: GPL-2.0-only */
/* One scan of the open files of all processes: queues of taps, virtqueues, virtual machines. */
#ifndef RS_SCAN_H
#define RS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "../bpf/maps.h"

struct rs_scan {
	struct rs_found *found;
	size_t n;
};

/* Finds by which numbers the files of some drivers are known; 0 = there is no such driver. */
void rs_scan_majors(unsigned int majors[RS_MAJORS]);

/* Scans again, with the BPF iterator behind @link. Return: 0, or -1 with err set. */
int rs_scan_read(struct rs_scan *scan, int link, struct rs_error *err);
void rs_scan_clear(struct rs_scan *scan);

/* Return: the object with this key, NULL = not found. Valid until the next scan. */
const struct rs_found *rs_scan_find(const struct rs_scan *scan, enum rs_found_kind kind,
				    uint64_t key);

/* Return: the virtual machine of this process, NULL = none, or several. */
const struct rs_found *rs_scan_vm(const struct rs_scan *scan, uint32_t pid);

/* Return: the @n-th virtqueue with this tap queue's socket as backend, or as last backend. */
const struct rs_found *rs_scan_vq(const struct rs_scan *scan, uint64_t socket, unsigned int n);

/* Whether this process has a vhost device without a backend: its guest is stopped. */
bool rs_scan_idle_vhost(const struct rs_scan *scan, uint32_t pid);

#endif
