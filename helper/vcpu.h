/* SPDX-License-Identifier: GPL-2.0-only */
/* The vCPU that a queue's MSI names, and the interrupt's state there, from a scan. */
#ifndef RS_VCPU_H
#define RS_VCPU_H

#include "scan.h"
#include "snapshot.h"

/* Fills them for the MSI of this eventfd, if the scan found its irqfd. They stay unknown unless it
 * names exactly one vCPU. */
void rs_vcpu_fill(struct rs_queue *q, const struct rs_scan *scan, const struct rs_eventfd *e);

/* Whether the VMM runs none of this virtual machine's vCPUs; unknown unless all were looked at. */
struct rs_num rs_vcpu_all_paused(const struct rs_scan *scan, const struct rs_found *kvm);

#endif
