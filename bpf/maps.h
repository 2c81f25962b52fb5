/* SPDX-License-Identifier: GPL-2.0-only */
/* What the BPF side and the helper share: the values in the maps, and what a look around finds. */
#ifndef RS_MAPS_H
#define RS_MAPS_H

/* Objects each map holds at most; what does not fit is counted in rs_missed. */
#define RS_TUNS_MAX	  4096
#define RS_VQS_MAX	  8192
#define RS_CALLS_MAX	  16384
#define RS_TAP_QUEUES_MAX 256 /* tun's own bound */

/* A tap's queue: the key of `tuns`. By pointer: an ifindex is one per network namespace. */
struct rs_tun_key {
	__u64 dev;
	__u32 queue;
	__u32 pad;
};

struct rs_tun {
#define RS_STATION(name, unit, meaning)
#define RS_TUN_STATION(name, unit, meaning) __u64 name;
#include "counters.h"
};

/* A vhost virtqueue; key: its address. */
struct rs_vq {
	/*
	 * Entries posted, in 64 bits, such that the low 16 equal last_used_idx when it was last
	 * looked at: one word, so a reader never sees half an update.
	 */
	__u64 progress;
	__u64 base; /* progress when the virtqueue was first seen; moved by a restart of the ring */
	__u64 signaled; /* progress at the last signal */
	__u64 ctx;	/* its call eventfd */
	__u64 socket;	/* its backend when last seen with one: a stopped guest's has none */
	__u32 deciding; /* 1 + enum rs_why: whether to signal is being decided */
	__u32 restart;	/* the used index starts anew before the next decision */
#define RS_STATION(name, unit, meaning)
#define RS_VHOST_STATION(name, unit, meaning) __u64 name;
#include "counters.h"
};

/* Which rule decides whether the guest is signalled. */
enum rs_why { RS_WHY_FLAG, RS_WHY_EVENT_IDX };

/* A call eventfd and the irqfd behind it; key: the address of the eventfd's context. */
struct rs_call {
	__u64 vq;      /* the vhost virtqueue that signals it; 0 = none is known */
	__u64 kvm;     /* the virtual machine, as a pointer; 0 = no irqfd seen */
	__u64 address; /* of the MSI, and so on; 0 until a look found the irqfd */
	__u32 data;
	__u32 devid;
	__u32 has_devid;
	__u32 gsi;
	__u32 msi;    /* the irqfd's route is an MSI */
	__u32 writer; /* the process that wrote last, 0 = none did: a backend in user space */
	__u64 lpi;    /* arm64: its vgic_irq, once learnt */
	__u32 pad;
	__u32 pending; /* arm64: the LPI was queued and not yet put into a list register */
#define RS_STATION(name, unit, meaning)
#define RS_CALL_STATION(name, unit, meaning) __u64 name;
#include "counters.h"
};

/* arm64: whose LPI this is; key: the address of its vgic_irq. */
struct rs_lpi {
	__u64 ctx;
	__u32 intid;
	__u32 pad;
};

/* Objects that found their map full: their counts are missing. */
struct rs_missed {
	__u64 tuns;
	__u64 taken;
	__u64 vqs;
	__u64 calls;
	__u64 lpis;
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
			__u32 ifindex;
			__u32 queue;
			__u32 size;
			__u32 occupancy;
			__u32 detached;
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
