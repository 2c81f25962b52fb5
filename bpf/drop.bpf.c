// SPDX-License-Identifier: GPL-2.0-only
/* Packets that a tap drops, and why. */
static __always_inline bool reason_is_full(u64 reason)
{
	return bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_FULL_RING) &&
	       reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_FULL_RING);
}

static __always_inline bool reason_is_filter(u64 reason)
{
	return (bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_TAP_FILTER) &&
		reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_TAP_FILTER)) ||
	       (bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_TAP_TXFILTER) &&
		reason ==
			bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_TAP_TXFILTER)) ||
	       (bpf_core_enum_value_exists(enum skb_drop_reason, SKB_DROP_REASON_SOCKET_FILTER) &&
		reason == bpf_core_enum_value(enum skb_drop_reason, SKB_DROP_REASON_SOCKET_FILTER));
}

/* Whether @location lies in a function or in its .cold clone. */
static __always_inline bool is_from(u64 location, const volatile u64 from[2],
				    const volatile u64 to[2])
{
	return (location >= from[0] && location < to[0]) ||
	       (location >= from[1] && location < to[1]);
}

static __always_inline void drop_count(struct rs_tun *t, u64 reason)
{
	RS_COUNT(t->tun_dropped);
	if (reason_is_full(reason)) {
		RS_COUNT(t->tun_ring_full);
		RS_COUNT(t->tun_dropped_full);
	} else if (reason_is_filter(reason)) {
		RS_COUNT(t->tun_dropped_filter);
	} else {
		RS_COUNT(t->tun_dropped_other);
	}
}

/* The time of a packet that is dropped is not taken. */
static __always_inline void probe_forget(struct rs_tun *t, u64 skb)
{
	if (t->probe_skb == skb && t->probe_ns > PROBE_NOTING)
		t->probe_ns = 0;
}

static __always_inline int tun_drop(struct sk_buff *skb, u64 reason)
{
	u64 dev = (u64)BPF_CORE_READ(skb, dev);
	u64 tfile = tun_queue(dev, BPF_CORE_READ(skb, queue_mapping));
	struct rs_tun *t = tfile && is_watched(dev) ? tun_make(tfile) : NULL;

	if (!t)
		return 0;
	if (!rs_tun_proto)
		probe_forget(t, (u64)skb);
	else if (reason_is_full(reason)) /* it was offered, but never reaches the ring */
		hist_add(&t->occupancy_at_enqueue, t->size);
	else
		RS_COUNT(t->tun_offered);
	drop_count(t, reason);
	return 0;
}

/* It was offered, but the ring's index never shows it. */
static __noinline int tap_drop(struct sk_buff *skb, u64 reason)
{
	u64 dev = (u64)BPF_CORE_READ(skb, dev);
	u64 queue = is_watched(dev) ? tap_queue_of(tap_of(dev), skb) : 0;
	struct rs_tun *t = queue ? ring_make(tap_ring(queue)) : NULL;

	if (!t)
		return 0;
	probe_forget(t, (u64)skb);
	__sync_fetch_and_add(&t->early, -1);
	drop_count(t, reason);
	return 0;
}

/* Both functions free each skb that they drop; the tracepoint has the address of the caller. So no
 * hook on their return is needed. */
SEC("raw_tp/kfree_skb")
int kfree_skb(struct bpf_raw_tracepoint_args *ctx)
{
	struct sk_buff *skb = (void *)ctx->args[0];
	u64 location = ctx->args[1], reason = 0;

	if (bpf_core_type_exists(enum skb_drop_reason))
		reason = (u32)ctx->args[2];
	if (bpf_core_type_exists(struct tun_struct) && is_from(location, rs_xmit_from, rs_xmit_to))
		return tun_drop(skb, reason);
	if (bpf_core_type_exists(struct tap_dev) && is_from(location, rs_frame_from, rs_frame_to))
		return tap_drop(skb, reason);
	return 0;
}
