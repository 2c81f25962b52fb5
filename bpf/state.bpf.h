/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables, what the helper sets, and what each CPU is about to inject. */
#ifndef RS_STATE_BPF_H
#define RS_STATE_BPF_H

#include "hist.bpf.h"
#include "hook.bpf.h"
#include "maps.h"
#include "peek.bpf.h"
#include "table.bpf.h"

/* 0 = all taps */
const volatile __u32 rs_only_ifindex;
/* false = no time stamp is taken and no time is kept; what counts does not depend on it */
const volatile bool rs_times = true;
/* where tun_net_xmit lies, its cold part included: who frees an skb from there drops it */
const volatile __u64 rs_xmit_from[2];
const volatile __u64 rs_xmit_to[2];

/* where tun's own kind of socket is told from others; 0 = sk_data_ready is not listened to */
const volatile __u64 rs_tun_proto;

RS_TABLE(rs_tun, tuns, RS_TUNS_BITS)
RS_TABLE(rs_vq, vqs, RS_VQS_BITS)
RS_TABLE(rs_eventfd, eventfds, RS_EVENTFDS_BITS)
RS_TABLE(rs_route, routes, RS_ROUTES_BITS)

/* key: the task in irqfd_inject; value: the eventfd's context */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1 << RS_EVENTFDS_BITS);
	__type(key, u64);
	__type(value, u64);
} deferred SEC(".maps");

#define CPUS_BITS 13 /* NR_CPUS of the largest distributions' kernels */

struct rs_waking waking[1 << CPUS_BITS];

/* The time, or 0 where none is taken: then the verifier takes out what is done with it. */
static __always_inline u64 time_now(void)
{
	return rs_times ? bpf_ktime_get_ns() : 0;
}

static __always_inline struct rs_waking *waking_here(void)
{
	return &waking[bpf_get_smp_processor_id() & RS_MASK(CPUS_BITS)];
}

#endif
