/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of ringside share inside the guest's kernel. */
#ifndef RS_RINGSIDE_H
#define RS_RINGSIDE_H

#include <linux/etherdevice.h>
#include <linux/ftrace.h>
#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/percpu.h>
#include <linux/seqlock.h>
#include <linux/seq_file.h>
#include <linux/virtio.h>
#include <linux/virtio_ring.h>
#include "version.h"

enum {
#define RS_GAUGE(name, unit, meaning)
#define RS_COUNTER(name, unit, meaning) RS_C_##name,
#include "counters.h"
	RS_COUNTERS
};

/* Who took entries from a ring; the order of the rows none_* and polls_*. */
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

struct rs_counts {
	u64 v[RS_COUNTERS];
	/* in the interrupt now running on this CPU */
	bool called;	/* the virtqueue's callback */
	bool visited;	/* vring_interrupt for it */
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

/* A pointer the hot path meets, and the object it stands for. */
struct rs_key {
	struct hlist_node node;
	const void *ptr;
	void *owner;
};

enum rs_dir { RS_RX, RS_TX, RS_CTRL, RS_OTHER };

struct rs_irq;

/**
 * struct rs_queue - one virtqueue, from its discovery until it is deleted
 * @counts: what happened, per CPU; only ever grows
 * @hist: histograms of its polls, per CPU; receive queues only
 * @last_used: the virtqueue's private index of the next entry to consume
 * @vring: the split ring inside the virtqueue; NULL for a packed ring
 * @wrap: the packed ring's used wrap counter where it is a field apart, or NULL
 * @desc: where the virtqueue keeps its packed descriptor ring; NULL for split
 * @state: and what it knows of each buffer in that
 * @mask: the index's modulus less one where that is a power of two, else 0
 * @irq_used: entries returned when the last interrupt came in, 64 bits as
 *	@consumed; written with interrupts off, as the next
 * @irq_seen: entries returned when the interrupt now running came in
 * @consumed: entries consumed, 64 bits; its low bits are the last index seen
 * @polled: when the last poll was over; no time is before it while there was none
 * @consumer: who consumed last; receive queues only
 * @entered: where the transmit ring was entered last to consume (see poll.c)
 * @previous: where by the one before who consumed
 * @raw: @last_used as it was found then; transmit queues only
 * @pending: interrupts that found nothing because of a poll still going on
 * @settling: odd while those are moved to the poll's own row
 */
struct rs_queue {
	struct rs_counts __percpu *counts;
	struct rs_hist __percpu *hist;
	const u16 *last_used;
	const struct vring *vring;
	const bool *wrap;
	const struct vring_packed_desc *const *desc;
	const char *const *state;
	struct virtqueue *vq;
	unsigned int size;
	u32 mask;
	u64 irq_used;
	u64 irq_seen;

	u64 consumed ____cacheline_aligned_in_smp;
	u64 polled;	/* cycles */
	unsigned long entered;
	unsigned long previous;
	u16 raw;
	u8 consumer;
	atomic_t pending;
	seqcount_t settling;

	struct rs_key vq_key ____cacheline_aligned_in_smp;
	struct rs_key napi_key;
	struct rs_key sq_key;
	struct list_head list;
	struct list_head irq_list;
	struct rs_device *device;
	struct rs_irq *irq;
	bool counted;	/* interrupts and their results are known */
	struct napi_struct *napi;
	enum rs_dir dir;
	unsigned int index;
	bool gone;
	char name[16];
	u64 used_addr;
	u64 stall_from;		/* consumed when the ring was last seen served */
	u64 stall_since_ns;	/* 0: nothing waits */
	bool stalled;
	u64 kernel_base;
	u64 consumed_base;
	u64 used_base;
	u64 base[RS_COUNTERS];
	struct rs_hist hist_base;
	struct rcu_head rcu;
};

/* A virtio device whose queues are watched. */
struct rs_device {
	struct list_head list;
	struct list_head queues;
	struct virtio_device *vdev;
	struct net_device *netdev;
	unsigned int generation;
	bool bound;		/* its driver has it: queues it loses may come back */
	bool incomplete;	/* and it lost some */
	u64 features;
	unsigned int pci_id;	/* requester id + 1; 0: not a PCI device */
	u8 mac[ETH_ALEN];
	char netdev_name[IFNAMSIZ];
	char name[32];
	char bus[32];
};

/**
 * struct rs_spurious - the kernel's patience with an interrupt line
 * @count: interrupts in the present window, as /proc/irq/N/spurious shows it
 * @unhandled: of those nobody handled, none 100 ms or more after another
 * @last_unhandled: jiffies of the last one nobody handled; 0: never
 * @disabled: the line is disabled, by whomever
 */
struct rs_spurious {
	unsigned int count;
	unsigned int unhandled;
	unsigned long last_unhandled;
	bool disabled;
};

/* An interrupt line that serves at least one watched virtqueue. */
struct rs_irq {
	struct rcu_head rcu;
	struct rs_key key;	/* the irqaction */
	struct rs_key desc_key;
	struct rs_key config_key;	/* the device, where the handler asks it */
	const void *dev_id;
	bool asks;		/* its handler may visit no queue at all */
	bool config;		/* the interrupt now running told of a new configuration */
	bool threaded;		/* its handler runs where its result is seen by nobody */
	bool shared;
	struct list_head list;
	struct list_head queues;
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

/* What one virtqueue shows at one instant. */
struct rs_reading {
	u64 v[RS_COUNTERS];
	u64 kernel_count;
	u64 interrupts;
	u64 none;
	u64 used_progress;
	u64 last_used_progress;
	u16 used_idx;
	u16 last_used_idx;
	bool exact;
};

enum rs_hook_kind { RS_FTRACE, RS_TRACEPOINT };
enum rs_hook_state { RS_ABSENT, RS_ATTACHED, RS_FAILED, RS_STANDBY };

/* layout.c */
struct rs_layout {
	unsigned int split_last_used;
	unsigned int packed_last_used;
	unsigned int packed_desc;
	unsigned int packed_wrap;	/* 0: the wrap counter is in the index */
	unsigned int packed_state;	/* the array, by buffer id, of */
	unsigned int state_size;	/* elements of so many bytes, and in each */
	unsigned int state_length;	/* how many descriptors the buffer takes */
};
extern struct rs_layout rs_layout;
int rs_layout_find(void);

/* hook.c */
struct rs_hook_info {
	const char *symbol;
	const char *kind;
	const char *state;
	const char *loses;
	bool standby;	/* not in use, and nothing is lost by that */
};
int rs_hook_init(void);
void rs_hook_exit(void);
void rs_hook_retry(void);
int rs_hook_want(const void *handler);
void rs_hook_drop(const void *handler);
bool rs_hook_info(unsigned int i, struct rs_hook_info *info);
bool rs_hook_attached(const void *handler);

/* map.c */
void rs_map_add(struct rs_key *key, const void *ptr, void *owner);
void rs_map_del(struct rs_key *key);

/* device.c */
extern struct mutex rs_lock;
extern struct list_head rs_devices;
int rs_device_init(void);
void rs_device_exit(void);
void rs_device_rescan(void);
void rs_device_reset(void);
int rs_device_meet(struct virtio_device *vdev);
void rs_device_part(struct virtio_device *vdev);
u64 rs_device_started(void);
unsigned int rs_device_resets(void);

/* bus.c */
int rs_bus_init(void);
void rs_bus_exit(void);
bool rs_bus_wants(const struct virtio_device *vdev);

/* queue.c */
enum rs_dir rs_queue_dir(const struct virtqueue *vq);
int rs_queue_add(struct rs_device *d, struct virtqueue *vq);
void rs_queue_drop(struct rs_queue *q);
void rs_queue_unmap(struct rs_queue *q);
void rs_queue_start(struct rs_queue *q);
bool rs_queue_hold(struct rs_queue *q);
void rs_queue_release(void);
void rs_queue_progress(struct rs_queue *q, u64 *used, u64 *consumed);
void rs_queue_sum_irqs(struct rs_queue *q, u64 *v);
void rs_queue_hist(struct rs_queue *q, struct rs_hist *hist);
int rs_queue_read(struct rs_queue *q, struct rs_reading *r);
bool rs_queue_followed(const struct rs_queue *q);
void rs_queue_gone(unsigned long ip, unsigned long parent_ip,
		   struct ftrace_ops *ops, struct ftrace_regs *fregs);

/* irq.c */
void rs_irq_enter(void *data, int number, struct irqaction *action);
void rs_irq_leave(void *data, int number, struct irqaction *action, int ret);
void rs_irq_config(unsigned long ip, unsigned long parent_ip,
		   struct ftrace_ops *ops, struct ftrace_regs *fregs);
void rs_irq_callback(unsigned long ip, unsigned long parent_ip,
		     struct ftrace_ops *ops, struct ftrace_regs *fregs);
void rs_irq_visit(unsigned long ip, unsigned long parent_ip,
		  struct ftrace_ops *ops, struct ftrace_regs *fregs);
void rs_irq_settle(struct rs_queue *q, enum rs_consumer who);

/* line.c */
extern struct list_head rs_irqs;
int rs_irq_attach(struct rs_queue *q);
void rs_irq_detach(struct rs_queue *q);
void rs_irq_unmap(struct rs_irq *irq);
bool rs_irq_threaded(void);
int rs_irq_read(struct rs_queue *q, u64 *v);
void rs_irq_sample_rate(struct rs_irq *irq, u64 now);

/* poller.c */
struct rs_poller {
	pid_t pid;
	char name[TASK_COMM_LEN];
	u64 polls;
	u64 packets;
};
unsigned int rs_poller_read(struct rs_poller *list, unsigned int max, struct rs_poller *others);
void rs_poller_reset(void);

/* softirq.c */
struct rs_softirq {
	u64 cycles;
	u64 runs;
	u32 time_squeeze;
};
int rs_softirq_init(void);
void rs_softirq_exit(void);
void rs_softirq_enter(void *data, unsigned int vector);
void rs_softirq_leave(void *data, unsigned int vector);
void rs_softirq_read(int cpu, struct rs_softirq *r);
void rs_softirq_reset(void);

/* clock.c */
void rs_clock_init(void);
u64 rs_clock_ns(u64 cycles);

/* spurious.c */
void rs_spurious_read(struct irq_desc *desc, struct rs_spurious *s);
bool rs_spurious_can_trip(const struct rs_spurious *s);
unsigned int rs_spurious_left(const struct rs_spurious *s);
unsigned int rs_spurious_none_left(const struct rs_spurious *s);
void rs_spurious_given_up(unsigned long ip, unsigned long parent_ip,
			  struct ftrace_ops *ops, struct ftrace_regs *fregs);

/* event.c */
enum rs_event_kind { RS_EVENT_STALLED, RS_EVENT_SERVED, RS_EVENT_FULL, RS_EVENT_DISABLED };
struct rs_event {
	u64 time_ns;
	enum rs_event_kind kind;
	char device[32];
	char queue[16];
	unsigned int irq;	/* 0: none of its own */
	unsigned int pending;	/* used entries nobody consumed */
	u16 used_idx;
	u16 last_used_idx;
	u64 interrupts;
	unsigned int since_ms;
};
void rs_event_note(enum rs_event_kind kind, struct rs_queue *q, u64 now_ns);
void rs_event_reset(void);
u64 rs_event_dropped(void);
bool rs_event_get(unsigned int i, struct rs_event *event);
const char *rs_event_name(enum rs_event_kind kind);

/* stall.c */
void rs_stall_init(void);
void rs_stall_exit(void);

/* poll.c */
void rs_poll_clean(unsigned long ip, unsigned long parent_ip,
		   struct ftrace_ops *ops, struct ftrace_regs *fregs);
enum rs_consumer rs_poll_cleaner(unsigned long site);
void rs_poll_forget_sites(void);
void rs_poll_done(void *data, struct napi_struct *napi, int work, int budget);

/* debugfs.c */
int rs_debugfs_init(void);
void rs_debugfs_exit(void);
void rs_show_text(struct seq_file *m, const char *key, const char *value);
void rs_show_hooks(struct seq_file *m, bool standby);
const char *rs_show_device_name(const struct rs_device *d);
struct rs_queue *rs_show_irq_queue(struct rs_irq *irq, struct rs_reading *r);
extern const char * const rs_origin_names[RS_POLL_ORIGINS];
extern const char * const rs_counter_names[RS_COUNTERS];

/* snapshot.c */
void rs_show_hists(struct seq_file *m, struct rs_queue *q);
void rs_show_cpus(struct seq_file *m);
int rs_snapshot_show(struct seq_file *m, void *unused);

/* view.c */
int rs_view_queues(struct seq_file *m, void *unused);
int rs_view_irqs(struct seq_file *m, void *unused);
int rs_view_events(struct seq_file *m, void *unused);
int rs_view_hooks(struct seq_file *m, void *unused);
int rs_view_map(struct seq_file *m, void *unused);
int rs_view_polls(struct seq_file *m, void *unused);
int rs_view_pollers(struct seq_file *m, void *unused);

#endif
