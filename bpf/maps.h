/* SPDX-License-Identifier: GPL-2.0-only */
/* What the BPF side and the helper share: the values in the maps, and what a look around finds. */
#ifndef RS_MAPS_H
#define RS_MAPS_H

/*
 * Objects each table holds at most, as a power of two, and the slots in which one may lie. What
 * finds no room is counted in rs_missed.
 */
#define RS_TUNS_BITS	 12
#define RS_VQS_BITS	 12
#define RS_EVENTFDS_BITS 12
#define RS_ROUTES_BITS	 12
#define RS_PROBES	 8

/*
 * vhost takes at most two batches of 64 packets between two of its decisions; in a ring no larger
 * than that, how many it took cannot be told from the place it got to.
 */
#define RS_RING_TOO_SMALL 128

#define RS_MASK(bits) ((1U << (bits)) - 1)

/*
 * The slot of an address; the golden ratio spreads addresses that differ in a few bits only. Of 32
 * bits: a constant of 64 takes up to four instructions to load.
 */
static inline __attribute__((always_inline)) __u32 rs_home(__u64 key, int bits)
{
	return ((__u32)key * 0x9e3779b1U) >> (32 - bits);
}

/* Bucket 0 counts zeroes, bucket i values from 2^(i-1) to 2^i - 1, the last one all beyond. */
#define RS_BUCKETS 32

struct rs_hist {
	__u64 bucket[RS_BUCKETS];
};

/* A tap's queue; key: the address of its ring. */
struct rs_tun {
	__u64 key;
	/*
	 * The packet whose way to the signal is being timed, one at a time: when it came (0 = none
	 * is, 1 = one is being noted), its place in the ring, the skb itself.
	 */
	__u64 probe_ns;
	__u64 probe_at;
	__u64 probe_skb;
	__u32 producer; /* the ring's, when it was last looked at */
	__u32 size;	/* likewise; 0 = never */
	/* Of tun_offered what occupancy_at_enqueue does not count: both together were offered. It
	 * is below zero where more were seen than the ring went on. */
#define RS_STATION(name, unit, meaning)
#define RS_TUN_STATION(name, unit, meaning) __u64 name;
#include "counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_TUN_HIST(name, unit, meaning) struct rs_hist name;
#include "hists.h"
};

/* A vhost virtqueue; key: its address. */
struct rs_vq {
	__u64 key;
	/*
	 * Entries posted, in 64 bits, such that the low 16 equal last_used_idx when it was last
	 * looked at: one word, so a reader never sees half an update.
	 */
	__u64 progress;
	__u64 base; /* progress when the virtqueue was first seen; moved by a restart of the ring */
	__u64 signaled;	  /* progress at the last signal */
	__u64 ctx;	  /* its call eventfd */
	__u64 socket;	  /* its backend when last seen with one: a stopped guest's has none */
	__u64 ring;	  /* the tap queue's ptr_ring; 0 = not known since the last restart */
	__u64 taken_at;	  /* the place in that ring up to which packets were taken */
	__u64 decided_ns; /* when it was last decided whether to signal */
	/* the worker, its runs and its wait for a CPU so far, as of the last round of this device;
	 * only in a device's first virtqueue */
	__u64 worker;
	__u64 worker_runs;
	__u64 worker_waited;
	/* 1 + enum rs_why: the last decision, until it is seen to signal; if it does not, it is
	 * counted as suppressed together with the next one, and until then by who reads */
	__u32 deciding;
	__u32 restart; /* the used index starts anew before the next decision */
#define RS_STATION(name, unit, meaning)
#define RS_VHOST_STATION(name, unit, meaning) __u64 name;
#include "counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_VHOST_HIST(name, unit, meaning) struct rs_hist name;
#include "hists.h"
};

/* Which rule decides whether the guest is signalled. */
enum rs_why { RS_WHY_FLAG, RS_WHY_EVENT_IDX };

/* A vCPU's exits so far, by KVM's own count. */
struct rs_exits {
	__u64 all;
	__u64 mmio;
	__u64 io;
	__u64 halt;
};

/* A call eventfd and the irqfd behind it; key: the address of the eventfd's context. */
struct rs_eventfd {
	__u64 key;
	__u64 vq;      /* the vhost virtqueue that signals it; 0 = none is known */
	__u64 kvm;     /* the virtual machine, as a pointer; 0 = no irqfd seen */
	__u64 address; /* of the MSI, and so on; 0 until a look found the irqfd */
	__u32 data;
	__u32 devid;
	__u32 gsi;
	__u16 has_devid;
	__u16 msi;	/* the irqfd's route is an MSI */
	__u32 writer;	/* the process that wrote last, 0 = none did: a backend in user space */
	__u32 thread;	/* of that process */
	__u32 pending;	/* arm64: the LPI was queued and not yet put into a list register */
	__u32 entering; /* it was injected, and its vCPU has not yet taken it along */
	__u64 route;	/* where the interrupt goes, once learnt: key of the route */
	/* when the step that is under way began; 0 = none is */
	__u64 written_ns;
	__u64 woken_ns;
	__u64 injected_ns;     /* while entering */
	struct rs_exits exits; /* likewise, when it was injected */
#define RS_STATION(name, unit, meaning)
#define RS_EVENTFD_STATION(name, unit, meaning) __u64 name;
#include "counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_EVENTFD_HIST(name, unit, meaning) struct rs_hist name;
#include "hists.h"
};

/*
 * Whose interrupt this is when a vCPU takes it. Key, arm64: the address of the LPI's vgic_irq; x86:
 * the address of the vCPU plus the vector, an address within the vCPU.
 */
struct rs_route {
	__u64 key;
	__u64 ctx;
	__u32 intid; /* arm64 */
	__u32 pad;
};

/*
 * The call whose irqfd is being woken on this CPU. irqfd_wakeup runs with interrupts off from its
 * entry to the injection, so nothing else injects in between; the injection takes it.
 */
struct rs_waking {
	__u64 ctx;
	__u64 task;
	__u64 irqfd;
	__u64 pad;
};

/* Objects in each table. */
struct rs_used {
	__u64 tuns;
	__u64 vqs;
	__u64 eventfds;
	__u64 routes;
};

/* Objects that found no room: their counts are missing. */
struct rs_missed {
	__u64 tuns;
	__u64 vqs;
	__u64 eventfds;
	__u64 routes;
	__u64 irqfds; /* a virtual machine had more irqfds than one look takes */
};

/* What a look through all open files finds: one record each. */
enum rs_found_kind { RS_FOUND_TUN = 1, RS_FOUND_VQ, RS_FOUND_VM };

struct rs_found {
	__u32 kind;
	__u32 pid; /* whose file it is */
	__u64 key; /* tun: the socket; vq: the virtqueue; VM: the kvm */
	union {
		struct {
			char name[16];
			__u64 dev;
			__u64 ring;
			__u32 ifindex;
			__u32 queue;
			__u32 size;
			__u32 occupancy;
			__u32 detached;
			__u32 stopped;
			__u32 producer;
			__u32 consumer;
		} tun;
		struct {
			__u64 socket;
			__u64 ctx;
			__u64 log_addr;
			__u64 features;
			__u64 posted; /* matches last_used_idx exactly */
			__u32 index;
			__u32 num;
			__u16 last_used_idx;
			__u16 last_avail_idx;
			__u16 avail_idx;
		} vq;
		struct {
			__u32 vcpus;
		} vm;
	};
};

#endif
