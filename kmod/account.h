/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is counted for virtqueues and interrupt lines. The hot path adds to
 * per-CPU rows; reading.c sums them up.
 */
#ifndef RS_ACCOUNT_H
#define RS_ACCOUNT_H

#include <linux/etherdevice.h>
#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/virtio.h>
#include "map.h"
#include "ring.h"
#include "spurious.h"
#include "widen.h"

/* The rows that the hot path counts, group by group: a group ends where the next begins. */
enum {
#define RS_COUNTER(name, unit, meaning)
#define RS_IRQ_COUNTER(name, unit, meaning) RS_C_##name,
#include "counters.h"
	RS_IRQ_COUNTERS,
	RS_IRQ_COUNTERS_LAST = RS_IRQ_COUNTERS - 1,
#define RS_COUNTER(name, unit, meaning)
#define RS_POLL_COUNTER(name, unit, meaning) RS_C_##name,
#include "counters.h"
	RS_COUNTERS
};

/* What consumed entries of a ring; the order of the rows none_* and polls_*. */
enum rs_consumer {
	RS_SOFTIRQ,
	RS_KSOFTIRQD,
	RS_BUSY_POLL,
	RS_THREADED,
	RS_NETPOLL,
	RS_POLL_ORIGINS,
	RS_TX_RX_POLL = RS_POLL_ORIGINS,
	RS_TX_TX_POLL,
	RS_TX_XMIT,
	RS_UNKNOWN,
};

/* What the functions themselves count while the parameter prove is on. */
enum rs_proof {
	RS_PROOF_INTERRUPTS,
	RS_PROOF_HANDLED,
	RS_PROOF_NONE,
	RS_PROOF_POLLS,
	RS_PROOF_PACKETS,
	RS_PROOFS,
};

/**
 * struct rs_counts - the rows of one virtqueue on one CPU; they only grow
 * @v: see counters.h
 * @deferred: interrupts that found nothing because a poll was going on; the
 *	consumer is known when the poll is over
 * @settled: of those, how many turned out to be that consumer's
 * @given_up: of those, how many nothing waits for any more: their cause stays unknown
 * @proof: what the functions themselves count, see prove.c
 * @called: the virtqueue's callback ran in the interrupt now running
 * @visited: vring_interrupt() ran for it
 *
 * Each interrupt adds one to one row of @v, or to @deferred. So interrupts =
 * the sum of all rows of interrupts + @deferred at any instant.
 */
struct rs_counts {
	u64 v[RS_COUNTERS];
	u64 deferred;
	u64 settled[RS_POLL_ORIGINS];
	u64 given_up;
	u64 proof[RS_PROOFS];
	bool called;
	bool visited;
};

/*
 * Packets of a poll: 0, 1, 2 to 3, 4 to 7 and so on, 64 and more. Time since
 * the queue's previous poll: below 16 cycles, below 32 and so on.
 */
#define RS_PACKET_BUCKETS 8
#define RS_GAP_BUCKETS 32
#define RS_GAP_SHIFT 4
#define RS_GAP_LEAST ((1 << RS_GAP_SHIFT) - 1)

struct rs_hist {
	u64 packets[RS_POLL_ORIGINS][RS_PACKET_BUCKETS];
	u64 gaps[RS_POLL_ORIGINS][RS_GAP_BUCKETS];
};

/*
 * While the parameter delays is on. A bucket for 0 nanoseconds, for 1, for 2 to 3, 4 to 7
 * and so on; the last one has all that is longer.
 */
#define RS_DELAY_BUCKETS 32

struct rs_delays {
	u64 wait[RS_DELAY_BUCKETS];	/* from an interrupt's callback to the next poll */
	u64 length[RS_DELAY_BUCKETS];	/* of a poll */
};

enum rs_dir { RS_RX, RS_TX, RS_CTRL, RS_OTHER };

struct rs_line;

/**
 * struct rs_base - where counting began; a counter shown is now less this
 * @known: false while no instant could be found at which to begin
 */
struct rs_base {
	u64 v[RS_COUNTERS];
	u64 kernel_count;
	u64 used;
	u64 consumed;
	bool known;
};

/**
 * struct rs_track - what the standstill watcher saw of a queue at its last look
 * @returned: entries returned until then, as q->consumed
 * @outstanding: entries that the device had
 * @outstanding_ns: since when entries are outstanding and none returned; 0: are not
 * @unreturned_ns: the same of the standstill that is reported; 0: none is
 * @bare: the ring could be read, and the device had none
 * @abandoned_ns: since when the driver leaves a bare ring as it is; 0: it does not
 * @abandoned: and that is reported
 * @trans_start: when the stack last sent on the transmit queue, jiffies
 * @stopped_ns: since when the transmit queue is stopped; 0: it is not
 */
struct rs_track {
	u64 returned;
	u32 outstanding;
	u64 outstanding_ns;
	u64 unreturned_ns;
	bool bare;
	bool abandoned;
	u64 abandoned_ns;
	unsigned long trans_start;
	u64 stopped_ns;
};

/**
 * struct rs_begun - the poll of a NAPI that has begun; without tracepoints only
 * @budget: 0: it was counted
 * @pid: the process, if it is one that busy-polls
 *
 * Written by what owns the NAPI.
 */
struct rs_begun {
	int budget;
	enum rs_consumer origin;
	pid_t pid;
};

/**
 * struct rs_queue - one virtqueue, from its discovery until it is deleted
 * @counts: what happened, per CPU
 * @hist: histograms of its polls, per CPU; receive queues only
 * @delays: and of the times around them, per CPU; NULL until they were asked for
 * @broken: whether the virtqueue is marked broken
 * @irq_used: entries returned when the last interrupt came in, as @consumed;
 *	written with interrupts off, as the next
 * @irq_seen: entries returned when the interrupt now running came in
 * @irq_consumed: @consumed when it looked for the consumer
 * @consumed: entries consumed, 64 bits; the ring's index is its remainder
 * @polled: when the last poll was over; U64_MAX: there was none
 * @called: when an interrupt's callback ran first since the last poll began; 0: it did not
 * @consumer: what consumed last; receive queues only
 * @entered: where the transmit ring was entered last to consume (see poll.c)
 * @previous: and before that
 * @raw: *@ring.last_used at that time; transmit queues only
 * @pending: deferred interrupts that no poll has settled yet
 * @off_used: entries returned when the ring was switched off
 * @off: the virtqueue is deleted, or its ring is being reset: do not touch it
 * @gone: the virtqueue is deleted; written under its lock, see rs_queue_lock()
 * @unfollowed: XDP consumes transmit entries unseen: no progress is known
 * @generation: grows when the virtqueue is found again, or its ring was reset
 * @used_skip: what resets of the ring added to the count of returned entries
 * @consumed_skip: and to that of consumed ones
 */
struct rs_queue {
	struct rs_counts __percpu *counts;
	struct rs_hist __percpu *hist;
	struct rs_delays __percpu *delays;
	struct rs_ring ring;
	const bool *broken;
	struct virtqueue *vq;
	u64 irq_used;
	u64 irq_seen;
	u64 irq_consumed;

	u64 consumed ____cacheline_aligned_in_smp;
	u64 polled;
	u64 called;
	unsigned long entered;
	unsigned long previous;
	u16 raw;
	u8 consumer;
	bool off;
	bool unfollowed;
	atomic_t pending;
	struct rs_begun begun;

	struct rs_key vq_key ____cacheline_aligned_in_smp;
	struct rs_key napi_key;
	struct rs_key sq_key;
	struct list_head list;
	struct list_head line_list;
	struct rs_device *device;
	struct rs_line *line;
	bool own;	/* its line serves it alone */
	bool counted;	/* interrupts and their results are known */
	bool gone;
	struct napi_struct *napi;
	enum rs_dir dir;
	unsigned int index;
	unsigned int generation;
	char name[16];
	u64 used_addr;
	u64 off_used;
	u64 used_skip;
	u64 consumed_skip;
	u64 stall_from;		/* consumed when the ring was last seen served */
	u64 stall_since_ns;	/* 0: nothing waits */
	bool stalled;
	struct rs_track track;
	struct rs_base base;
	struct rs_hist hist_base;
	struct rs_delays *delays_base;	/* there if @delays are */
	struct rs_base next_base;
	u64 proof_base[RS_PROOFS];	/* of the proof, and of what it proves */
	u64 proved_base[RS_PROOFS];
	bool proof_known;
	struct rcu_head rcu;
};

/* A virtio device with watched queues. */
struct rs_device {
	struct rcu_head rcu;
	struct list_head list;
	struct list_head queues;	/* by index */
	struct virtio_device *vdev;	/* NULL: its driver let it go */
	struct net_device *netdev;
	unsigned int id;
	unsigned int generation;
	bool incomplete;	/* it lost queues that may come back */
	bool lost;		/* and its generation has not grown since */
	bool xdp;		/* XDP transmits on it, or did since counting began */
	u64 features;
	unsigned int pci_id;	/* requester id + 1; 0: not a PCI device */
	u8 mac[ETH_ALEN];
	char netdev_name[IFNAMSIZ];
	char name[32];
	char bus[32];
};

/* An interrupt line that serves at least one watched virtqueue. */
struct rs_line {
	struct rcu_head rcu;
	struct rs_key action_key;
	struct rs_key desc_key;
	struct rs_key config_key;	/* the device, where the handler asks it */
	const void *dev_id;
	bool asks;		/* its handler may visit no queue at all */
	bool config;		/* the interrupt now running announced a new configuration */
	bool threaded;		/* its handler runs in a thread, where no tracepoint tells its result */
	bool shared;
	struct list_head list;
	struct list_head queues;	/* that it still serves */
	unsigned int users;	/* queues that point to it, deleted ones too */
	struct rs_queue *own;	/* the one network queue it serves, or NULL */
	struct irq_desc *desc;
	unsigned int irq;
	u64 kernel_sum;
	u32 kernel_last;
	struct rs_spurious spurious;
	u64 rate;
	u64 rate_from;
	u64 rate_since_ns;
	u64 given_up_ns;	/* when the kernel last disabled it; 0: never */
	unsigned int given_up;	/* how often */
};

extern const char * const rs_counter_names[RS_COUNTERS];
extern const char * const rs_origin_names[RS_POLL_ORIGINS];

/* Written with the registry's lock, by delay.c: new queues time their polls. */
extern bool rs_delaying;

extern struct rs_map rs_vq_map, rs_napi_map, rs_sq_map;
extern struct rs_map rs_action_map, rs_desc_map, rs_config_map;

/*
 * Find a queue or a line by a pointer that a hook received, or NULL: see
 * rs_map_find(). The compiler cannot know that what holds a key is not at
 * address 0, and would look twice.
 */
#define RS_OWNER(key, type, member) ({					\
	type *owner = NULL;						\
	if (key) {							\
		owner = container_of(key, type, member);		\
		if (!owner)						\
			__builtin_unreachable();			\
	}								\
	owner; })

static inline struct rs_queue *rs_queue_by_vq(const void *ptr)
{
	struct rs_key *key = rs_map_find(&rs_vq_map, ptr);

	return RS_OWNER(key, struct rs_queue, vq_key);
}

static inline struct rs_queue *rs_queue_by_napi(const void *ptr)
{
	struct rs_key *key = rs_map_find(&rs_napi_map, ptr);

	return RS_OWNER(key, struct rs_queue, napi_key);
}

static inline struct rs_queue *rs_queue_by_sq(const void *ptr)
{
	struct rs_key *key = rs_map_find(&rs_sq_map, ptr);

	return RS_OWNER(key, struct rs_queue, sq_key);
}

static inline struct rs_line *rs_line_by_action(const void *ptr)
{
	struct rs_key *key = rs_map_find(&rs_action_map, ptr);

	return RS_OWNER(key, struct rs_line, action_key);
}

static inline struct rs_line *rs_line_by_desc(const void *ptr)
{
	struct rs_key *key = rs_map_find(&rs_desc_map, ptr);

	return RS_OWNER(key, struct rs_line, desc_key);
}

static inline struct rs_line *rs_line_by_config(const void *ptr)
{
	struct rs_key *key = rs_map_find(&rs_config_map, ptr);

	return RS_OWNER(key, struct rs_line, config_key);
}

/* How many entries the device has returned, as q->consumed. */
static inline u64 rs_queue_returned(const struct rs_queue *q)
{
	return rs_ring_returned(&q->ring, READ_ONCE(q->consumed));
}

/* Bring the count of consumed entries forward to the ring's index. */
static inline void rs_queue_advance(struct rs_queue *q)
{
	u64 seen = READ_ONCE(q->consumed);
	u32 ahead;

	smp_rmb();	/* the index is never behind a count taken before it */
	ahead = rs_ring_moved(&q->ring, seen);
	rs_widen();
	/* if another CPU moved it meanwhile, that one has counted these entries, too */
	if (ahead)
		cmpxchg(&q->consumed, seen, seen + ahead);
}

DECLARE_PER_CPU(struct rs_queue *, rs_queue_polled);

void rs_queue_settle(struct rs_queue *q, enum rs_consumer who);
unsigned int rs_queue_give_up(struct rs_queue *q);
bool rs_queue_lock(struct rs_queue *q, unsigned long *flags);
void rs_queue_unlock(unsigned long flags);
struct rs_queue *rs_queue_alloc(struct virtqueue *vq, bool polled);
bool rs_queue_delays_alloc(struct rs_queue *q);
void rs_queue_destroy(struct rs_queue *q);
void rs_queue_join(struct rs_queue *q, struct rs_line *line);
void rs_queue_unmap(struct rs_queue *q);
void rs_queue_ring_off(struct rs_queue *q);
void rs_queue_ring_on(struct rs_queue *q, unsigned int generation);
void rs_line_unmap(struct rs_line *line);
void rs_line_sample_rate(struct rs_line *line, u64 now);
u32 rs_line_kernel_count(const struct rs_line *line);
void rs_line_kernel_update(struct rs_line *line, u32 now);
void rs_queue_progress(const struct rs_queue *q, u64 *used, u64 *consumed);
void rs_queue_indexes(const struct rs_queue *q, u16 *used_idx, u16 *last_used_idx);

#endif
