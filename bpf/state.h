/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps, and how an object finds its entry. */
#ifndef RS_STATE_H
#define RS_STATE_H

#include "hook.h"
#include "maps.h"

/* 0 = all taps */
const volatile __u32 rs_only_ifindex;
/* where tun_net_xmit lies, its cold part included: who frees an skb from there drops it */
const volatile __u64 rs_xmit_from[2];
const volatile __u64 rs_xmit_to[2];

struct rs_missed rs_missed;

#define RS_MAP(name_, key_, value_, max_)        \
	struct {                                 \
		__uint(type, BPF_MAP_TYPE_HASH); \
		__uint(max_entries, max_);       \
		__type(key, key_);               \
		__type(value, value_);           \
	} name_ SEC(".maps")

RS_MAP(tuns, struct rs_tun_key, struct rs_tun, RS_TUNS_MAX);
/* packets vhost took; key: the tap queue's socket */
RS_MAP(taken, u64, u64, RS_TUNS_MAX);
RS_MAP(vqs, u64, struct rs_vq, RS_VQS_MAX);
RS_MAP(calls, u64, struct rs_call, RS_CALLS_MAX);
RS_MAP(lpis, u64, struct rs_lpi, RS_CALLS_MAX);
/* key: the task in irqfd_inject; value: the eventfd's context */
RS_MAP(deferred, u64, u64, RS_CALLS_MAX);

/*
 * The call whose irqfd is being woken on this CPU. irqfd_wakeup runs with interrupts off from its
 * entry to the injection, so nothing else injects in between; the injection takes it.
 */
struct rs_waking {
	u64 ctx;
	u64 task;
	u64 kick; /* what was just injected, until its vCPU is kicked */
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, struct rs_waking);
} waking SEC(".maps");

#define RS_COUNT(counter) __sync_fetch_and_add(&(counter), 1)

/*
 * The entry of @key, made if there is none, of @type, from the initialiser that follows; NULL = the
 * map is full, which is counted. What is made once costs nothing where it is found.
 */
#define RS_FIND(map, key, missed, type, ...)                                      \
	({                                                                        \
		type *entry_ = bpf_map_lookup_elem(&(map), &(key));               \
		if (!entry_) {                                                    \
			type made_ = __VA_ARGS__;                                 \
			bpf_map_update_elem(&(map), &(key), &made_, BPF_NOEXIST); \
			entry_ = bpf_map_lookup_elem(&(map), &(key));             \
			if (!entry_)                                              \
				RS_COUNT(missed);                                 \
		}                                                                 \
		entry_;                                                           \
	})

#endif
