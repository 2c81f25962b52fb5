/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A snapshot: the only data that passes between kernel and process, guest and host, file and
 * process. One file has one side.
 */
#ifndef RS_SNAPSHOT_H
#define RS_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define RS_STR_LEN   64
#define RS_WORD_LEN  16 /* of a word that ringside itself gives */
#define RS_LOSES_LEN 320

enum rs_side { RS_SIDE_GUEST, RS_SIDE_HOST, RS_SIDES };

/* A figure. An unknown figure has no key in JSON; it is never 0. */
struct rs_num {
	uint64_t value;
	bool known;
};

static inline struct rs_num rs_num_of(uint64_t value)
{
	return (struct rs_num){.value = value, .known = true};
}

static inline bool rs_nums_equal(struct rs_num a, struct rs_num b)
{
	return a.known == b.known && (!a.known || a.value == b.value);
}

/* RS_GUEST_<name> and RS_HOST_<name> index rs_queue.counters of their side. */
enum rs_guest_counter {
#define RS_COUNTER(name, unit, meaning) RS_GUEST_##name,
#include "../kmod/counters.h"
	RS_GUEST_COUNTERS
};

enum rs_host_counter {
#define RS_STATION(name, unit, meaning) RS_HOST_##name,
#include "../bpf/counters.h"
	RS_HOST_COUNTERS
};

#define RS_COUNTERS_MAX                                                          \
	((int)RS_GUEST_COUNTERS > (int)RS_HOST_COUNTERS ? (int)RS_GUEST_COUNTERS \
							: (int)RS_HOST_COUNTERS)

struct rs_counter {
	const char *name;
	const char *unit;
	const char *meaning;
};

struct rs_counter_table {
	const struct rs_counter *rows;
	size_t count;
};

/* The counters of each side, in the order of the enums. */
extern const struct rs_counter_table rs_counters[RS_SIDES];

/* The module's histograms: of polls by their origin, and of times around polls. */
#define RS_GUEST_HIST_LIST(X)                                                             \
	X(packets_softirq, packets, "packets a poll from the softirq received")           \
	X(packets_ksoftirqd, packets, "packets a poll from ksoftirqd received")           \
	X(packets_threaded, packets, "packets a poll from a NAPI thread received")        \
	X(packets_busy, packets, "packets a poll from a busy poller received")            \
	X(packets_netpoll, packets, "packets a poll from netpoll received")               \
	X(poll_wait, ns,                                                                  \
	  "from an interrupt that found entries until the next poll of its queue begins") \
	X(poll_length, ns, "how long a poll took")

/* RS_GUEST_HIST_<name> and RS_HOST_HIST_<name> index rs_queue.hists of their side. */
enum rs_guest_hist {
#define RS_HIST(name, unit, meaning) RS_GUEST_HIST_##name,
	RS_GUEST_HIST_LIST(RS_HIST)
#undef RS_HIST
		RS_GUEST_HISTS
};

enum rs_host_hist {
#define RS_HIST(name, unit, meaning) RS_HOST_HIST_##name,
#include "../bpf/hists.h"
	RS_HOST_HISTS
};

#define RS_HISTS_MAX \
	((int)RS_GUEST_HISTS > (int)RS_HOST_HISTS ? (int)RS_GUEST_HISTS : (int)RS_HOST_HISTS)

/* The histograms of each side, in the order of the enums. */
extern const struct rs_counter_table rs_hists[RS_SIDES];

/* Bucket 0 counts zeroes, bucket i values from 2^(i-1) to 2^i - 1, the last bucket all larger ones.
 */
#define RS_HIST_BUCKETS 32

struct rs_histogram {
	uint64_t bucket[RS_HIST_BUCKETS];
	bool known;
};

/* The known histograms of a queue, without their empty buckets: most are. NULL = none is known. */
struct rs_hist_set;

/* Strings: empty = unknown. */
struct rs_hook {
	char name[RS_STR_LEN];	  /* the symbol; for a clone its full name */
	char kind[RS_STR_LEN];	  /* ftrace, fentry, fprobe, kprobe, tracepoint, map, option ... */
	char state[RS_STR_LEN];	  /* attached, absent, failed; of an option, its effect */
	char loses[RS_LOSES_LEN]; /* guest: an id, see losses.h; host: counters, separated by ',' */
	struct rs_num used;	  /* of a table: objects with an entry */
	struct rs_num missed;	  /* hits that the kernel did not deliver */
};

struct rs_vm {
	struct rs_num pid;
	char comm[RS_STR_LEN];
	char uuid[RS_STR_LEN];
	char name[RS_STR_LEN];
	struct rs_num vcpus;
	struct rs_num paused; /* the VMM runs none of its vCPUs */
};

/* A tap, with the kernel's own figures of it (libnl), as far as its namespace could be entered. */
struct rs_tap {
	char name[RS_STR_LEN];
	char kind[RS_STR_LEN]; /* "tun", "macvtap", "ipvtap"; "" = unknown */
	struct rs_num ifindex;
	struct rs_num netns;  /* the inode of its network namespace */
	char mac[RS_STR_LEN]; /* the tap's own, not the guest's */
	struct rs_num queues;
	struct rs_num carrier;
	/* the kernel's own counts; tx = towards the guest, also of a macvtap, which calls it rx */
	struct rs_num tx_packets;
	struct rs_num tx_dropped;
	struct rs_num tx_dropped_late; /* the same count, read after those of the queues */
	struct rs_num rx_packets;
	struct rs_num rx_dropped;
	char qdisc[RS_STR_LEN];
	struct rs_num qdisc_drops;
	struct rs_num qdisc_backlog; /* packets */
};

struct rs_device {
	char name[RS_STR_LEN];
	char bus[RS_STR_LEN];
	char netdev[RS_STR_LEN];
	char mac[RS_STR_LEN];
	struct rs_num id;
	struct rs_num features;
	struct rs_num generation;
	struct rs_num running; /* the interface is up */
	struct rs_num carrier; /* and the device says that its link is; unknown while it is down */
};

struct rs_irq {
	struct rs_num irq;
	struct rs_num count;	 /* note_interrupt()'s irq_count, 0..99999 */
	struct rs_num unhandled; /* its irqs_unhandled */
	struct rs_num last_unhandled_ms;
	struct rs_num kernel_count; /* /proc/interrupts, all CPUs */
	struct rs_num disabled;	    /* the kernel disabled it: "nobody cared" */
	struct rs_num can_trip;	    /* whether the kernel can disable it in this window of 100000 */
	struct rs_num given_up;	    /* how often the kernel disabled it since load */
	struct rs_num given_up_ns;  /* when it last did */
	struct rs_num masked;	    /* the interrupt controller or the MSI-X table holds it back */
	struct rs_num depth;	    /* how often it is disabled (irq_desc.depth); 0 = enabled */
	struct rs_num effective_cpu;
	struct rs_num cpu_online; /* whether that CPU is online */
};

/* Interrupts of one line that one CPU of the guest took, by the kernel's count. */
struct rs_irq_cpu {
	struct rs_num irq;
	struct rs_num cpu;
	struct rs_num interrupts;
};

/* Softirq time of one CPU of the guest. */
struct rs_cpu {
	struct rs_num cpu;
	struct rs_num net_rx_ns;
	struct rs_num net_rx_runs;
	struct rs_num time_squeeze;
};

struct rs_msi {
	struct rs_num address;
	struct rs_num data;
	struct rs_num devid; /* arm64: the ITS device id */
};

/*
 * What the module's parameter prove counted a second time, by hooks on the functions themselves,
 * and how far the queue's own counters differ from it: these can be negative (an int64_t).
 */
#define RS_PROOF_LIST(X) X(interrupts) X(handled) X(none) X(polls) X(packets)

struct rs_proof {
#define X(name)             \
	struct rs_num name; \
	struct rs_num name##_differ;
	RS_PROOF_LIST(X)
#undef X
};

static inline bool rs_proof_known(const struct rs_proof *p)
{
#define X(name) p->name.known ||
	return RS_PROOF_LIST(X) false;
#undef X
}

/* One virtqueue, as one side sees it. dir is the guest's direction on both sides. */
struct rs_queue {
	/* both */
	char dir[RS_WORD_LEN];	 /* rx (towards the guest), tx, ctrl, other */
	char mac[RS_STR_LEN];	 /* the guest's */
	struct rs_num used_addr; /* guest-physical address of the used ring */
	struct rs_msi msi;
	struct rs_num used_idx; /* guest: ring's used->idx; host: vhost's last_used_idx; 16 bit */

	/*
	 * both: the ring's own memory. Split: avail->idx, used->idx, and what each side asks of
	 * the other. Packed: the indexes are positions with the wrap counter in bit 15; the events
	 * and flags are those of the driver's and the device's event suppression areas.
	 */
	struct rs_num ring_avail_idx;
	struct rs_num ring_used_idx;
	struct rs_num used_event;  /* the driver asks for an interrupt past this index */
	struct rs_num avail_flags; /* of the driver: 1 = it asks for no interrupt */
	struct rs_num avail_event; /* the device asks for a kick past this index */
	struct rs_num used_flags;  /* of the device: 1 = it asks for no kick */
	char ring[RS_WORD_LEN];	   /* split, packed */
	struct rs_num event_idx;
	struct rs_num size;

	/* guest */
	char device[RS_STR_LEN];
	char bus[RS_STR_LEN];
	char netdev[RS_STR_LEN];
	char name[RS_STR_LEN]; /* input.0, output.0, control */
	struct rs_num index;
	struct rs_num irq;
	struct rs_num shared;
	struct rs_num napi_id;
	struct rs_num last_used_idx;
	struct rs_num generation;     /* its own, see match.h; of an older module: its device's */
	char unfollowed[RS_WORD_LEN]; /* xdp: XDP consumes its entries; empty = nothing hides them
				       */
	struct rs_num stalled_ms;     /* how long entries have waited in it; unknown = none wait */
	struct rs_num outstanding;    /* buffers the device has and did not return */
	struct rs_num outstanding_ms; /* how long it has had some and returned none */
	struct rs_num broken;	      /* the driver marked the virtqueue broken */
	struct rs_num kicks;	      /* the driver's own count of its kicks */
	struct rs_num unkicked;	      /* buffers added since the driver checked for a kick */
	struct rs_num napi_scheduled; /* a poll is due, or runs */
	struct rs_num napi_disabled;
	struct rs_num napi_threaded;
	struct rs_num napi_busy;  /* a busy poller owns it */
	struct rs_num tx_stopped; /* the stack does not send: the driver stopped the queue */
	struct rs_num tx_stopped_ms;

	struct rs_proof proof; /* since the parameter was switched on */

	/* host */
	char tap[RS_STR_LEN];	  /* or the vdpa device */
	char comm[RS_STR_LEN];	  /* of the process that owns the virtqueue */
	char uuid[RS_STR_LEN];	  /* of the virtual machine */
	char vm[RS_STR_LEN];	  /* its name */
	char backend[RS_STR_LEN]; /* "vhost-net", "user-space backend", RS_BACKEND_VDPA, or
				   * RS_BACKEND_UNSEEN */
	struct rs_num tap_ifindex;
	struct rs_num tap_netns; /* see rs_tap.netns */
	struct rs_num queue;	 /* the tap's queue number */
	struct rs_num pid;
	struct rs_num vhost_vq; /* index in its vhost device: 0 rx, 1 tx */
	struct rs_num gsi;
	struct rs_num
		calls_closed;	 /* call eventfds of it that were closed: their counts are gone */
	struct rs_num avail_idx; /* 16 bit */
	struct rs_num signalled_used; /* used index up to which vhost decided about a signal */
	struct rs_num ring_size;      /* entries of the tap queue's ptr_ring */
	struct rs_num ring_producer;  /* index of the next entry to put in, and to take out */
	struct rs_num ring_consumer;
	struct rs_num occupancy;    /* entries in the ring when the sample was taken */
	struct rs_num stopped;	    /* tun stopped the queue instead of dropping */
	struct rs_num backpressure; /* it does so whenever the ring is full (IFF_BACKPRESSURE) */
	struct rs_num carrier;
	char thread_name[RS_STR_LEN];
	struct rs_num thread; /* a backend in user space: the thread that last wrote the eventfd */
	struct rs_num worker; /* vhost's worker: its thread */
	char worker_state[RS_WORD_LEN]; /* running, runnable, asleep, blocked, stopped */
	struct rs_num worker_state_ms;	/* since when */
	struct rs_num worker_queued;	/* work waits in the worker's list */
	struct rs_num vcpu;		/* the vCPU that the MSI names */
	char vcpu_state[RS_WORD_LEN];	/* guest, host, runnable, halted, paused */
	struct rs_num vcpu_state_ms;
	struct rs_num msi_pending; /* injected, and the vCPU did not take it */
	struct rs_num msi_active;  /* taken, and the guest did not end it */
	struct rs_num msi_enabled; /* arm64: the LPI is enabled */
	struct rs_num masked;	   /* the vector is masked: the VMM keeps its signals */

	struct rs_num counters[RS_COUNTERS_MAX];
	struct rs_hist_set *hists; /* see rs_queue_hist() */
};

/*
 * A histogram of a queue, by RS_GUEST_HIST_<name> or RS_HOST_HIST_<name>. rs_queue_hist_set() with
 * one that is not known drops it; without memory it stays unknown, too.
 */
struct rs_histogram rs_queue_hist(const struct rs_queue *q, size_t i);
void rs_queue_hist_set(struct rs_queue *q, size_t i, const struct rs_histogram *h);

/* The state at one moment. Times are CLOCK_MONOTONIC of that side, in nanoseconds; only wall_ns is
 * CLOCK_REALTIME, since 1970. */
struct rs_sample {
	struct rs_num time_ns;
	struct rs_num wall_ns;
	struct rs_num started_ns; /* when counting started: load, reset, attach */
	struct rs_num generation;
	struct rs_hook *hooks;
	size_t hooks_n;
	struct rs_vm *vms;
	size_t vms_n;
	struct rs_tap *taps;
	size_t taps_n;
	struct rs_device *devices;
	size_t devices_n;
	struct rs_queue *queues;
	size_t queues_n;
	struct rs_irq *irqs;
	size_t irqs_n;
	struct rs_cpu *cpus;
	size_t cpus_n;
	struct rs_irq_cpu *irq_cpus;
	size_t irq_cpus_n;
};

struct rs_taken {
	char hostname[RS_STR_LEN];
	char kernel[RS_STR_LEN];
	char arch[RS_STR_LEN];
	char boot_id[RS_STR_LEN];
	char uuid[RS_STR_LEN]; /* DMI product uuid */
	/* a host that knows the guest by its vsock CID: this guest, and the process that runs it */
	char guest_boot_id[RS_STR_LEN];
	struct rs_num guest_pid;
};

struct rs_snapshot {
	enum rs_side side;
	struct rs_taken taken;
	bool has_begin; /* taken with -d: begin is set */
	struct rs_sample begin;
	struct rs_sample end;
};

/* Each kind of row in a sample: struct rs_<kind>, and the sample's <kind>s and <kind>s_n. */
#define RS_KINDS(X) X(hook) X(vm) X(tap) X(device) X(queue) X(irq) X(cpu) X(irq_cpu)

/*
 * rs_sample_add_<kind>() appends one zeroed (= all unknown) row to a sample.
 * Return: the row, valid until the next row of its kind is added; NULL = out of memory.
 */
#define X(kind) struct rs_##kind *rs_sample_add_##kind(struct rs_sample *s);
RS_KINDS(X)
#undef X

/* Return: an array of rows with a zeroed row behind its @n rows, NULL = out of memory. */
void *rs_rows_grow(void *rows, size_t n, size_t size);

/* Copies a string into a field of a row, as rs_plain_copy() does. */
#define rs_str_set(field, text) rs_str_copy(field, sizeof(field), text)
void rs_str_copy(char *to, size_t size, const char *text);

/* Whether two queues of a host are of one tap. Each network namespace may have a tap of this name.
 */
bool rs_queues_same_tap(const struct rs_queue *a, const struct rs_queue *b);

/*
 * Neither vhost-net nor a process has written this interrupt's eventfd: it may be a virtqueue's of
 * a program that is silent, or of a device, which the kernel signals for. Such a row is kept for a
 * guest's queue that it belongs to, and is no queue of its own.
 */
#define RS_BACKEND_UNSEEN "not vhost-net"
#define RS_BACKEND_VDPA	  "vhost-vdpa"
bool rs_queue_is_unseen(const struct rs_queue *q);

/* Return: how many queues of a sample are more than that. */
size_t rs_sample_seen(const struct rs_sample *s);

/* Frees the rows; the sample is empty and usable again. */
void rs_sample_clear(struct rs_sample *s);
void rs_snapshot_clear(struct rs_snapshot *s);

#endif
