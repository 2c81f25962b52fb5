/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the BPF programs and the helper: the entries of the tables, and the records of a scan.
 */
#ifndef RS_MAPS_H
#define RS_MAPS_H

#include <linux/types.h>

/*
 * The size of each table, as a power of two, and the number of slots in which an entry may lie.
 * RS_ROOM objects have room in a table that is then half full; one without room is counted in
 * rs_missed.
 */
#define RS_TUNS_BITS	 13
#define RS_VQS_BITS	 13
#define RS_EVENTFDS_BITS 13
#define RS_ROUTES_BITS	 13
#define RS_PROBES	 48
#define RS_ROOM		 4096

/*
 * vhost takes at most two batches of 64 packets between two decisions. In a ring of this size or
 * less the consumer index does not show how many it took.
 */
#define RS_RING_TOO_SMALL 128

/* What is put into the rings of a macvtap with more queues than this is not counted. */
#define RS_TAP_QUEUES 16

#define RS_MASK(bits) ((1U << (bits)) - 1)

/*
 * The home slot of an address. Multiplying by the golden ratio spreads addresses that differ in a
 * few bits. 32 bits, because a 64-bit constant takes up to four instructions.
 */
static inline __attribute__((always_inline)) __u32 rs_home(__u64 key, int bits)
{
	return ((__u32)key * 0x9e3779b1U) >> (32 - bits);
}

/* The slot where an address is looked for at try @i, from 0. */
static inline __attribute__((always_inline)) __u32 rs_slot(__u64 key, int bits, __u32 i)
{
	return (rs_home(key, bits) + i) & RS_MASK(bits);
}

/* Bucket 0 counts zeroes, bucket i values from 2^(i-1) to 2^i - 1, the last bucket all larger ones.
 */
#define RS_BUCKETS 32

struct rs_hist {
	__u64 bucket[RS_BUCKETS];
};

/* A tap's queue; key: the address of its ring. */
struct rs_tun {
	__u64 key;
	/*
	 * The packet that is being timed up to the decision about its signal: when it came (0 = no
	 * packet, 1 = these fields are being written), its index in the ring, its skb.
	 */
	__u64 probe_ns;
	__u64 probe_at;
	__u64 probe_skb;
	__u32 producer; /* the ring's producer index when it was last read */
	__u32 size;	/* the size of the ring then; 0 = never read */
	/* macvtap: packets that were counted before the producer index showed them, less those that
	 * it never will, as they were dropped: signed */
	__u64 early;
	/* tun_offered here excludes the packets in occupancy_at_enqueue: the sum of both was
	 * offered. It is negative when more packets were seen than the producer index advanced. */
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
	 * Entries posted, in 64 bits. The low 16 bits equal last_used_idx when it was last read.
	 * One word: a reader never sees half an update.
	 */
	__u64 progress;
	__u64 base; /* progress when the virtqueue was first seen; moved by a restart of the ring */
	__u64 signaled;	    /* progress at the last signal */
	__u64 ctx;	    /* its call eventfd */
	__u64 calls_closed; /* how many of its call eventfds were closed: their counts are gone */
	__u64 socket;	    /* its last backend: it has none while the guest is stopped */
	__u64 ring;	    /* the tap queue's ptr_ring; 0 = not known since the last restart */
	__u64 taken_at;	    /* the index in that ring up to which packets were taken */
	__u64 decided_ns;   /* when vhost last decided whether to signal */
	/* the worker, how often it ran and how long it waited for a CPU, at the last round of this
	 * device; kept in the device's first virtqueue only */
	__u64 worker;
	__u64 worker_runs;
	__u64 worker_waited;
	/* 1 + enum rs_why: the last decision, as long as no signal was seen for it. Without a
	 * signal it is counted as suppressed at the next decision; until then the helper adds it.
	 */
	__u32 deciding;
	__u32 restart; /* the used index restarts before the next decision */
#define RS_STATION(name, unit, meaning)
#define RS_VHOST_STATION(name, unit, meaning) __u64 name;
#include "counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_VHOST_HIST(name, unit, meaning) struct rs_hist name;
#include "hists.h"
};

/* What decides whether vhost signals the guest. */
enum rs_why { RS_WHY_FLAG, RS_WHY_EVENT_IDX };

/* A vCPU's exits since it was created, by KVM's own count. */
struct rs_exits {
	__u64 all;
	__u64 mmio;
	__u64 io;
	__u64 halt;
};

/* An LPI (arm64) as the last scan found it. LISTED: a vCPU has it in its list; while that vCPU
 * runs, its state may be in a list register of the CPU instead. */
enum rs_lpi {
	RS_LPI_FOUND = 1,
	RS_LPI_PENDING = 2,
	RS_LPI_ACTIVE = 4,
	RS_LPI_ENABLED = 8,
	RS_LPI_LISTED = 16,
	RS_LPI_VCPU_SHIFT = 8, /* above it the id of the vCPU that it is for */
};

/* A call eventfd and the irqfd behind it; or an error eventfd, which has neither a virtqueue nor a
 * virtual machine here. Key: the address of the eventfd's context. */
struct rs_eventfd {
	__u64 key;
	__u64 vq;      /* the vhost virtqueue that signals it; 0 = unknown */
	__u64 kvm;     /* the virtual machine, as a pointer; 0 = no irqfd seen */
	__u64 address; /* of the MSI; these fields are 0 until a scan found the irqfd */
	__u32 data;
	__u32 devid;
	__u32 gsi;
	__u16 has_devid;
	__u16 msi;	/* the irqfd's route is an MSI */
	__u32 scanned;	/* the last scan that found an irqfd behind it */
	__u32 lpi;	/* arm64: enum rs_lpi, of that scan */
	__u32 writer;	/* the process that wrote last, a backend in user space; 0 = no process */
	__u32 thread;	/* of that process */
	__u32 pending;	/* arm64: the LPI was queued and not yet put into a list register */
	__u32 entering; /* it was injected, and its vCPU has not yet taken it */
	__u32 error;	/* the entry was made for an error eventfd: see rs_errors */
	__u64 route;	/* key of the route of its interrupt; 0 = not seen yet */
	/* when the current step started; 0 = no step is under way */
	__u64 written_ns;
	__u64 woken_ns;
	__u64 injected_ns;     /* valid while entering is set */
	struct rs_exits exits; /* valid while entering is set: at the injection */
#define RS_STATION(name, unit, meaning)
#define RS_EVENTFD_STATION(name, unit, meaning) __u64 name;
#include "counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_EVENTFD_HIST(name, unit, meaning) struct rs_hist name;
#include "hists.h"
};

/*
 * From an interrupt that a vCPU takes to its eventfd. Key on arm64: the address of the LPI's
 * vgic_irq; on x86: the address of the vCPU plus the vector, which is an address inside the vCPU.
 */
struct rs_route {
	__u64 key;
	__u64 ctx;
	__u32 intid; /* arm64 */
	__u32 pad;
};

/*
 * The eventfd whose irqfd is being woken on this CPU. irqfd_wakeup runs with interrupts disabled up
 * to the injection, so no other injection comes in between. The injection clears it.
 */
struct rs_waking {
	__u64 ctx;
	__u64 task;
	__u64 irqfd;
	__u64 pad;
};

/* The number of objects in each table. */
struct rs_used {
	__u64 tuns;
	__u64 vqs;
	__u64 eventfds;
	__u64 routes;
};

/* The number of objects without room in each table: they are not counted. */
struct rs_missed {
	__u64 tuns;
	__u64 vqs;
	__u64 eventfds;
	__u64 routes;
	__u64 irqfds; /* a virtual machine had more irqfds than one scan reads */
};

/* What a thread does. 0 = unknown. */
enum rs_thread_state {
	RS_THREAD_RUNNING = 1,
	RS_THREAD_RUNNABLE, /* waits for a CPU */
	RS_THREAD_ASLEEP,
	RS_THREAD_BLOCKED, /* asleep, and no signal wakes it */
	RS_THREAD_STOPPED, /* by a signal, a debugger or a freezer */
};

struct rs_thread {
	__u32 tid; /* 0 = unknown */
	__u32 state;
	__u64 age_ns; /* how long it has been in this state; 0 = unknown */
};

/* Of a local APIC (x86): a bit for each vector, and what an MSI can name it by. */
struct rs_apic {
	__u32 irr[8];
	__u32 isr[8];
	__u32 pir[8]; /* of the posted-interrupt descriptor; 0 where there is none */
	__u32 id;
	__u32 logical;
	__u32 format; /* of the logical id */
	__u16 x2apic;
	__u16 known;
};

/* The driver of a tap. */
enum rs_driver { RS_DRIVER_TUN, RS_DRIVER_TAP /* macvtap, ipvtap */, RS_DRIVERS };

/* Drivers of character devices without a fixed number: their files are known by the device's. */
enum rs_major { RS_MAJOR_MACVTAP, RS_MAJOR_IPVTAP, RS_MAJOR_VDPA, RS_MAJORS };

/* One record of a scan of all open files. */
enum rs_found_kind { RS_FOUND_TUN = 1, RS_FOUND_VQ, RS_FOUND_VDPA, RS_FOUND_VM, RS_FOUND_VCPU };

struct rs_found {
	__u32 kind;
	__u32 pid; /* the process that has the file open */
	__u64 key; /* tun: the socket; vq, vdpa: the virtqueue; VM: the kvm; vCPU: the
		    * kvm_vcpu */
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
			__u32 netns;  /* the inode of the tap's network namespace; 0 = unknown */
			__u32 driver; /* enum rs_driver */
			__u32 backpressure; /* a full ring stops the queue */
		} tun;
		struct {
			__u64 socket;
			__u64 ctx;
			__u64 error; /* the error eventfd; 0 = the VMM gave none */
			__u64 log_addr;
			__u64 features;
			__u64 posted; /* belongs exactly to last_used_idx */
			/* of the ring's parts, in the memory of the process that owns the device;
			 * 0 = unknown */
			__u64 avail;
			__u64 used;
			struct rs_thread worker;
			__u32 queued; /* work waits in the worker's list */
			__u32 owner;  /* pid is the process that owns the device */
			__u32 index;
			__u32 num;
			__u16 last_used_idx;
			__u16 last_avail_idx;
			__u16 avail_idx;
			__u16 signalled_used;
			__u16 signalled; /* signalled_used is valid */
			__u16 heard;	 /* something waits for writes to the call eventfd */
		} vq;
		struct {
			char name[32]; /* the vdpa device's */
			__u64 ctx;
			__u64 features;
			__u32 minor; /* of the device's file: /dev/vhost-vdpa-N */
			__u32 index;
			__u32 queues;
			__u32 bypass; /* the device may interrupt the guest itself: unseen */
		} vdpa;
		struct {
			__u32 vcpus;
		} vm;
		struct {
			__u64 kvm;
			struct rs_thread thread;
			__u32 id;
			__u16 in_guest;
			__u16 in_run; /* its thread is inside KVM_RUN */
			__u16 waits;  /* for an interrupt: the guest halted it */
			struct rs_apic apic;
		} vcpu;
	};
};

#endif
