// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's BPF programs: one compilation unit, so that the compiler inlines one station into the
 * next. The order matters: each file calls functions of the files above it only.
 */
#include "state.bpf.h"
#include "tun.bpf.c"
#include "tap.bpf.c"
#include "drop.bpf.c"
#include "vhost.bpf.c"
#include "eventfd.bpf.c"
#include "irqfd.bpf.c"
#include "vcpu.bpf.c"
#include "kvm_x86.bpf.c"
#include "kvm_arm64.bpf.c"
#include "thread.bpf.c"
#include "worker.bpf.c"
#include "scan_vcpu.bpf.c"
#include "scan_lpi.bpf.c"
#include "scan_vdpa.bpf.c"
#include "scan.bpf.c"

char LICENSE[] SEC("license") = "GPL";
