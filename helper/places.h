/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table of hooks of the host side, for hooks.c: the function, the struct that its program
 * reads, and the counters and histograms that are unknown without it.
 */
#ifndef RS_PLACES_H
#define RS_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "snapshot.h"

#define LOSES(counter)	 (1ULL << RS_HOST_##counter)
#define LOSES_HIST(hist) (1ULL << (RS_HOST_COUNTERS + RS_HOST_HIST_##hist))
/* A packet that tun drops was offered, too, but never reaches the ring. */
#define LOSES_DROPS                                                            \
	(LOSES(tun_dropped) | LOSES(tun_ring_full) | LOSES(tun_dropped_full) | \
	 LOSES(tun_dropped_filter) | LOSES(tun_dropped_other) | LOSES(tun_offered))
#define LOSES_XMIT    (LOSES(tun_offered) | LOSES_HIST(occupancy_at_enqueue) | LOSES_HIST(s1_s2))
#define LOSES_REASONS (LOSES(tun_ring_full) | LOSES(tun_dropped_full) | LOSES(tun_dropped_filter))
#define LOSES_TAKEN   (LOSES(vhost_taken) | LOSES_HIST(s1_s2))
#define LOSES_SIGNALS                                                                       \
	(LOSES(vhost_signals) | LOSES(vhost_signals_empty) | LOSES(vhost_suppressed_flag) | \
	 LOSES(vhost_suppressed_event_idx) | LOSES_HIST(s2_s3))
#define LOSES_WRITES \
	(LOSES(eventfd_writes) | LOSES(eventfd_masked) | LOSES(eventfd_merged) | LOSES_HIST(s3_s4))
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

/* The hooks of one group count the same: one of them is enough. */
enum group {
	XMIT,
	DROP,
	SEND,
	FRAME,
	SEND_TAP,
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
	CLOSE_TAP,
	CLOSE_VHOST,
	CLOSE_CALL,
	GROUPS
};

struct hook {
	const char *symbol;
	const char *type;  /* the struct that its program reads */
	const char *owner; /* the module of both; "" = always built in */
	const char *arch;  /* NULL = any */
	enum group group;
	/* attach only the first of its group that this kernel has: the others call it */
	bool first;
	unsigned long long loses;
	bool tracepoint;
	bool unsure;  /* on some kernels fentry attaches and yet is never called */
	bool macvtap; /* only where the kernel has macvtap or ipvtap */
};

static const struct hook hooks[] = {
	{.symbol = "sk_data_ready",
	 .type = "tun_file",
	 .owner = "tun",
	 .group = XMIT,
	 .first = true,
	 .tracepoint = true,
	 .loses = LOSES_XMIT},
	{.symbol = "tun_net_xmit",
	 .type = "tun_file",
	 .owner = "tun",
	 .group = XMIT,
	 .first = true,
	 .loses = LOSES_XMIT},
	{.symbol = "kfree_skb",
	 .type = "sk_buff",
	 .owner = "",
	 .group = DROP,
	 .tracepoint = true,
	 .loses = LOSES_DROPS},
	{.symbol = "tun_sendmsg",
	 .type = "tun_msg_ctl",
	 .owner = "tun",
	 .group = SEND,
	 .loses = LOSES(tun_sent)},
	{.symbol = "tap_handle_frame",
	 .type = "tap_queue",
	 .owner = "tap",
	 .group = FRAME,
	 .macvtap = true,
	 .loses = LOSES_XMIT},
	{.symbol = "tap_sendmsg",
	 .type = "tap_queue",
	 .owner = "tap",
	 .group = SEND_TAP,
	 .macvtap = true,
	 .loses = LOSES(tun_sent)},
	{.symbol = "handle_rx",
	 .type = "vhost_net_virtqueue",
	 .owner = "vhost_net",
	 .group = ROUND_RX,
	 .loses = LOSES(vhost_rounds) | LOSES_TAKEN | LOSES_HIST(worker_wait)},
	{.symbol = "handle_tx",
	 .type = "vhost_net_virtqueue",
	 .owner = "vhost_net",
	 .group = ROUND_TX,
	 .loses = LOSES(vhost_rounds)},
	{.symbol = "handle_rx_kick",
	 .type = "vhost_virtqueue",
	 .owner = "vhost_net",
	 .group = KICK_RX,
	 .loses = LOSES(vhost_kicks)},
	{.symbol = "handle_tx_kick",
	 .type = "vhost_virtqueue",
	 .owner = "vhost_net",
	 .group = KICK_TX,
	 .loses = LOSES(vhost_kicks)},
	{.symbol = "vhost_add_used_and_signal_n",
	 .type = "vhost_virtqueue",
	 .owner = "vhost",
	 .group = POST_MANY,
	 .loses = LOSES_POSTS},
	{.symbol = "vhost_add_used_and_signal",
	 .type = "vhost_virtqueue",
	 .owner = "vhost",
	 .group = POST_ONE,
	 .loses = LOSES_POSTS},
	{.symbol = "vhost_vq_init_access",
	 .type = "vhost_virtqueue",
	 .owner = "vhost",
	 .group = RESTART,
	 .loses = LOSES(vhost_posted) | LOSES_TAKEN},
	{.symbol = "eventfd_signal",
	 .type = "eventfd_ctx",
	 .owner = "",
	 .group = SIGNAL,
	 .first = true,
	 .loses = LOSES_SIGNALS | LOSES_WRITES | LOSES(vhost_errors)},
	{.symbol = "eventfd_signal_mask",
	 .type = "eventfd_ctx",
	 .owner = "",
	 .group = SIGNAL,
	 .first = true,
	 .loses = LOSES_SIGNALS | LOSES_WRITES | LOSES(vhost_errors)},
	{.symbol = "eventfd_write",
	 .type = "eventfd_ctx",
	 .owner = "",
	 .group = WRITE,
	 .loses = LOSES_WRITES},
	{.symbol = "irqfd_wakeup",
	 .type = "kvm_kernel_irqfd",
	 .owner = "kvm",
	 .group = WAKEUP,
	 .unsure = true,
	 .loses = LOSES(irqfd_wakeups) | LOSES_INJECTIONS | LOSES_HIST(s3_s4)},
	{.symbol = "irqfd_inject",
	 .type = "kvm_kernel_irqfd",
	 .owner = "kvm",
	 .group = DEFER,
	 .loses = LOSES(irqfd_deferred) | LOSES_INJECTIONS},
	{.symbol = "svm_deliver_interrupt",
	 .type = "kvm_lapic",
	 .owner = "kvm_amd",
	 .arch = "x86_64",
	 .group = DELIVER,
	 .loses = LOSES_INJECTIONS | LOSES(posted) | LOSES(moved)},
	{.symbol = "vmx_deliver_interrupt",
	 .type = "kvm_lapic",
	 .owner = "kvm_intel",
	 .arch = "x86_64",
	 .group = DELIVER,
	 .loses = LOSES_INJECTIONS | LOSES(posted) | LOSES(moved)},
	{.symbol = "svm_inject_irq",
	 .type = "kvm_vcpu",
	 .owner = "kvm_amd",
	 .arch = "x86_64",
	 .group = ENTER,
	 .loses = LOSES_ENTRY},
	{.symbol = "vmx_inject_irq",
	 .type = "kvm_vcpu",
	 .owner = "kvm_intel",
	 .arch = "x86_64",
	 .group = ENTER,
	 .loses = LOSES_ENTRY},
	{.symbol = "vgic_queue_irq_unlock",
	 .type = "vgic_irq",
	 .owner = "kvm",
	 .arch = "aarch64",
	 .group = LPI_QUEUE,
	 .loses = LOSES_INJECTIONS | LOSES(populated)},
	{.symbol = "vgic_v3_populate_lr",
	 .type = "vgic_irq",
	 .owner = "kvm",
	 .arch = "aarch64",
	 .group = LPI_POPULATE,
	 .loses = LOSES(populated) | LOSES(coalesced) | LOSES(injected) | LOSES_ENTRY},
	/* Without these an object that is gone keeps its entry, and the entry goes on counting if
	 * another object gets the same address. */
	{.symbol = "tun_chr_close", .type = "tun_file", .owner = "tun", .group = CLOSE_TUN},
	{.symbol = "tap_sock_destruct",
	 .type = "tap_queue",
	 .owner = "tap",
	 .group = CLOSE_TAP,
	 .macvtap = true},
	{.symbol = "vhost_dev_cleanup",
	 .type = "vhost_dev",
	 .owner = "vhost",
	 .group = CLOSE_VHOST},
	{.symbol = "eventfd_release", .type = "eventfd_ctx", .owner = "", .group = CLOSE_CALL},
};

#define HOOKS (sizeof(hooks) / sizeof(hooks[0]))

/* The kernel's own counts that the programs read; where a kernel has none, what it loses is
 * unknown. */
static const struct {
	const char *type;   /* the struct */
	const char *member; /* of that struct */
	const char *other;  /* the member's other name, NULL = it has one name only */
	const char *reader; /* the function whose program reads it, NULL = of several */
	unsigned long long loses;
} fields[] = {
	{.type = "sched_info", .member = "run_delay", .loses = LOSES_HIST(worker_wait)},
	{.type = "kvm_vcpu_stat", .member = "exits", .loses = LOSES_EXITS},
	{.type = "kvm_vcpu_stat",
	 .member = "mmio_exits",
	 .other = "mmio_exit_user",
	 .loses = LOSES(exits_pending_mmio)},
	{.type = "kvm_vcpu_stat", .member = "io_exits", .loses = LOSES(exits_pending_io)},
	{.type = "kvm_vcpu_stat",
	 .member = "halt_exits",
	 .other = "wfi_exit_stat",
	 .loses = LOSES(exits_pending_halt)},
	{.type = "vcpu_vmx",
	 .member = "pi_desc",
	 .other = "vt",
	 .reader = "vmx_deliver_interrupt",
	 .loses = LOSES(coalesced) | LOSES(injected)},
};

/* What is unknown without time stamps. */
#define LOSES_TIMES                                                                            \
	(LOSES_HIST(s1_s2) | LOSES_HIST(worker_wait) | LOSES_HIST(s2_s3) | LOSES_HIST(s3_s4) | \
	 LOSES_HIST(s4_s5) | LOSES_HIST(s5_run))

#endif
