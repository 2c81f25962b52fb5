/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables, the constants that the helper sets, and the state of each CPU. */
#ifndef RS_STATE_BPF_H
#define RS_STATE_BPF_H

#include "hist.bpf.h"
#include "hook.bpf.h"
#include "maps.h"
#include "peek.bpf.h"
#include "table.bpf.h"

/* 0 = all taps */
const volatile __u32 rs_only_ifindex;
/* false = take no time stamps; the counts stay the same */
const volatile bool rs_times = true;
/* the addresses of tun_net_xmit and of its .cold clone: an skb freed from there is a drop */
const volatile __u64 rs_xmit_from[2];
const volatile __u64 rs_xmit_to[2];

/* the same of tap_handle_frame */
const volatile __u64 rs_frame_from[2];
const volatile __u64 rs_frame_to[2];

/* the address of tun_proto, which all sockets of tun have; 0 = sk_data_ready is not hooked */
const volatile __u64 rs_tun_proto;

/* this CPU has Intel's VMX: each vCPU is a vcpu_vmx */
const volatile bool rs_vmx;

/* the offset of device_id in the its_device of KVM; 0 = unknown */
const volatile __u32 rs_its_device_id;

RS_TABLE(rs_tun, tuns, RS_TUNS_BITS)
RS_TABLE(rs_vq, vqs, RS_VQS_BITS)
RS_TABLE(rs_eventfd, eventfds, RS_EVENTFDS_BITS)
RS_TABLE(rs_route, routes, RS_ROUTES_BITS)

/* The number of error eventfds in that table. */
__u64 rs_errors;

/* key: the task in irqfd_inject; value: the eventfd's context */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << RS_EVENTFDS_BITS);
	__type(key, u64);
	__type(value, u64);
} deferred SEC(".maps");

#define CPUS_BITS 13 /* NR_CPUS of the largest distributions' kernels */

struct rs_waking waking[1 << CPUS_BITS];

/* The time; 0 = no times are taken, and the verifier removes the code that uses it. */
static __always_inline u64 time_now(void)
{
	return rs_times ? bpf_ktime_get_ns() : 0;
}

static __always_inline struct rs_waking *waking_here(void)
{
	return &waking[bpf_get_smp_processor_id() & RS_MASK(CPUS_BITS)];
}

#endif
