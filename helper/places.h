/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The places in the kernel where the host side listens, as tables for hooks.c: each with the type
 * that its program reads, and which counters and histograms are unknown without it.
 */
#ifndef RS_PLACES_H
#define RS_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "snapshot.h"

#define LOSES(counter)	 (1ULL << RS_HOST_##counter)
#define LOSES_HIST(hist) (1ULL << (RS_HOST_COUNTERS + RS_HOST_HIST_##hist))
/* What tun drops was offered as well, but is not seen in the ring. */
#define LOSES_DROPS                                                            \
	(LOSES(tun_dropped) | LOSES(tun_ring_full) | LOSES(tun_dropped_full) | \
	 LOSES(tun_dropped_filter) | LOSES(tun_dropped_other) | LOSES(tun_offered))
#define LOSES_XMIT    (LOSES(tun_offered) | LOSES_HIST(occupancy_at_enqueue) | LOSES_HIST(s1_s2))
#define LOSES_REASONS (LOSES(tun_ring_full) | LOSES(tun_dropped_full) | LOSES(tun_dropped_filter))
#define LOSES_TAKEN   (LOSES(vhost_taken) | LOSES_HIST(s1_s2))
#define LOSES_SIGNALS                                                                       \
	(LOSES(vhost_signals) | LOSES(vhost_signals_empty) | LOSES(vhost_suppressed_flag) | \
	 LOSES(vhost_suppressed_event_idx) | LOSES_HIST(s2_s3))
#define LOSES_WRITES (LOSES(eventfd_writes) | LOSES(eventfd_merged) | LOSES_HIST(s3_s4))
#define LOSES_POSTS                                                                        \
	(LOSES_SIGNALS | LOSES(vhost_posted) | LOSES(vhost_calls) | LOSES(vhost_no_call) | \
	 LOSES_TAKEN)
#define LOSES_VCPU (LOSES(vcpu_asleep) | LOSES(vcpu_in_guest) | LOSES(vcpu_in_host))
#define LOSES_EXITS                                                                   \
	(LOSES(exits_pending) | LOSES(exits_pending_mmio) | LOSES(exits_pending_io) | \
	 LOSES(exits_pending_halt))
#define LOSES_ENTRY (LOSES_HIST(s5_run) | LOSES_EXITS)
#define LOSES_INJECTIONS                                                         \
	(LOSES(injected) | LOSES(coalesced) | LOSES(irqfd_atomic) | LOSES_VCPU | \
	 LOSES_HIST(s4_s5) | LOSES_ENTRY)

_Static_assert((int)RS_HOST_COUNTERS + (int)RS_HOST_HISTS <= 64,
	       "what a hook loses is a set of 64");

/* Hooks of one group count the same: one that is attached is enough. */
enum group {
	XMIT,
	DROP,
	SEND,
	ROUND_RX,
	ROUND_TX,
	KICK_RX,
	KICK_TX,
	POST_MANY,
	POST_ONE,
	RESTART,
	SIGNAL,
	WRITE,
	WAKEUP,
	DEFER,
	DELIVER,
	LPI_QUEUE,
	LPI_POPULATE,
	ENTER,
	CLOSE_TUN,
	CLOSE_VHOST,
	CLOSE_CALL,
	GROUPS
};

struct hook {
	const char *symbol;
	const char *type;  /* the struct it must be able to read */
	const char *owner; /* the module it and the type are in, unless built in */
	const char *arch;  /* NULL = any */
	enum group group;
	bool first; /* of this group only the first that exists is attached: the other one calls it
		     */
	unsigned long long loses;
	bool tracepoint;
	bool doubtful; /* on some kernels fentry never runs for it */
};

static const struct hook hooks[] = {
	{"sk_data_ready", "tun_file", "tun", NULL, XMIT, true, LOSES_XMIT, true},
	{"tun_net_xmit", "tun_file", "tun", NULL, XMIT, true, LOSES_XMIT},
	{"kfree_skb", "sk_buff", "", NULL, DROP, false, LOSES_DROPS, true},
	{"tun_sendmsg", "tun_msg_ctl", "tun", NULL, SEND, false, LOSES(tun_sent)},
	{"handle_rx", "vhost_net_virtqueue", "vhost_net", NULL, ROUND_RX, false,
	 LOSES(vhost_rounds) | LOSES_TAKEN | LOSES_HIST(worker_wait)},
	{"handle_tx", "vhost_net_virtqueue", "vhost_net", NULL, ROUND_TX, false,
	 LOSES(vhost_rounds)},
	{"handle_rx_kick", "vhost_virtqueue", "vhost_net", NULL, KICK_RX, false,
	 LOSES(vhost_kicks)},
	{"handle_tx_kick", "vhost_virtqueue", "vhost_net", NULL, KICK_TX, false,
	 LOSES(vhost_kicks)},
	{"vhost_add_used_and_signal_n", "vhost_virtqueue", "vhost", NULL, POST_MANY, false,
	 LOSES_POSTS},
	{"vhost_add_used_and_signal", "vhost_virtqueue", "vhost", NULL, POST_ONE, false,
	 LOSES_POSTS},
	{"vhost_vq_init_access", "vhost_virtqueue", "vhost", NULL, RESTART, false,
	 LOSES(vhost_posted) | LOSES_TAKEN},
	{"eventfd_signal", "eventfd_ctx", "", NULL, SIGNAL, true, LOSES_SIGNALS | LOSES_WRITES},
	{"eventfd_signal_mask", "eventfd_ctx", "", NULL, SIGNAL, true,
	 LOSES_SIGNALS | LOSES_WRITES},
	{"eventfd_write", "eventfd_ctx", "", NULL, WRITE, false, LOSES_WRITES},
	{"irqfd_wakeup", "kvm_kernel_irqfd", "kvm", NULL, WAKEUP, false,
	 LOSES(irqfd_wakeups) | LOSES_INJECTIONS | LOSES_HIST(s3_s4), .doubtful = true},
	{"irqfd_inject", "kvm_kernel_irqfd", "kvm", NULL, DEFER, false,
	 LOSES(irqfd_deferred) | LOSES_INJECTIONS},
	{"svm_deliver_interrupt", "kvm_lapic", "kvm_amd", "x86_64", DELIVER, false,
	 LOSES_INJECTIONS | LOSES(posted)},
	{"vmx_deliver_interrupt", "kvm_lapic", "kvm_intel", "x86_64", DELIVER, false,
	 LOSES_INJECTIONS | LOSES(posted)},
	{"svm_inject_irq", "kvm_vcpu", "kvm_amd", "x86_64", ENTER, false, LOSES_ENTRY},
	{"vmx_inject_irq", "kvm_vcpu", "kvm_intel", "x86_64", ENTER, false, LOSES_ENTRY},
	{"vgic_queue_irq_unlock", "vgic_irq", "kvm", "aarch64", LPI_QUEUE, false,
	 LOSES_INJECTIONS | LOSES(populated)},
	{"vgic_v3_populate_lr", "vgic_irq", "kvm", "aarch64", LPI_POPULATE, false,
	 LOSES(populated) | LOSES(coalesced) | LOSES(injected) | LOSES_ENTRY},
	/* without these what is gone stays in the maps, and counts on if its address comes back */
	{"tun_chr_close", "tun_file", "tun", NULL, CLOSE_TUN, false, 0},
	{"vhost_dev_cleanup", "vhost_dev", "vhost", NULL, CLOSE_VHOST, false, 0},
	{"eventfd_release", "eventfd_ctx", "", NULL, CLOSE_CALL, false, 0},
};

#define HOOKS (sizeof(hooks) / sizeof(hooks[0]))

/* What the programs read of the kernel's own counts, under one of two names; without it they leave
 * it out. */
static const struct {
	const char *type, *member, *other;
	unsigned long long loses;
} fields[] = {
	{"sched_info", "run_delay", "run_delay", LOSES_HIST(worker_wait)},
	{"kvm_vcpu_stat", "exits", "exits", LOSES_EXITS},
	{"kvm_vcpu_stat", "mmio_exits", "mmio_exit_user", LOSES(exits_pending_mmio)},
	{"kvm_vcpu_stat", "io_exits", "io_exits", LOSES(exits_pending_io)},
	{"kvm_vcpu_stat", "halt_exits", "wfi_exit_stat", LOSES(exits_pending_halt)},
};

/* What is unknown where no time is taken. */
#define LOSES_TIMES                                                                            \
	(LOSES_HIST(s1_s2) | LOSES_HIST(worker_wait) | LOSES_HIST(s2_s3) | LOSES_HIST(s3_s4) | \
	 LOSES_HIST(s4_s5) | LOSES_HIST(s5_run))

#endif
