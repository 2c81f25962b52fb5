/* SPDX-License-Identifier: GPL-2.0-only */
/* The tap: what the host's stack hands to each queue, what is dropped there, what vhost takes. */

static __always_inline struct rs_tun *tun_find(u64 dev, u32 ifindex, u32 queue)
{
	struct rs_tun_key key = {.dev = dev, .queue = queue};

	if (rs_only_ifindex && ifindex != rs_only_ifindex)
		return NULL;
	return RS_FIND(tuns, key, rs_missed.tuns, struct rs_tun, {});
}

RS_HOOK2(tun_net_xmit, struct sk_buff *, skb, struct net_device *, dev)
{
	struct rs_tun *t = tun_find((u64)dev, RS_READ(typed, dev, ifindex),
				    RS_READ(typed, skb, queue_mapping));

	if (t)
		RS_COUNT(t->tun_offered);
	return 0;
}

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

static __always_inline bool from_tun_net_xmit(u64 location)
{
	return (location >= rs_xmit_from[0] && location < rs_xmit_to[0]) ||
	       (location >= rs_xmit_from[1] && location < rs_xmit_to[1]);
}

/* tun_net_xmit frees what it drops, and the kernel says from where: no need to wait for its return.
 */
SEC("raw_tp/kfree_skb")
int kfree_skb(struct bpf_raw_tracepoint_args *ctx)
{
	struct sk_buff *skb = (void *)ctx->args[0];
	struct net_device *dev;
	struct rs_tun *t;
	u64 reason = 0;

	if (!from_tun_net_xmit(ctx->args[1]))
		return 0;
	dev = BPF_CORE_READ(skb, dev);
	t = tun_find((u64)dev, BPF_CORE_READ(dev, ifindex), BPF_CORE_READ(skb, queue_mapping));
	if (!t)
		return 0;
	if (bpf_core_type_exists(enum skb_drop_reason))
		reason = (u32)ctx->args[2];
	RS_COUNT(t->tun_dropped);
	if (reason_is_full(reason)) {
		RS_COUNT(t->tun_ring_full);
		RS_COUNT(t->tun_dropped_full);
	} else if (reason_is_filter(reason)) {
		RS_COUNT(t->tun_dropped_filter);
	} else {
		RS_COUNT(t->tun_dropped_other);
	}
	return 0;
}

/* Only vhost receives from a tap through its socket. */
RS_HOOK1(tun_recvmsg, struct socket *, sock)
{
	u64 key = (u64)sock;
	u64 *count = RS_FIND(taken, key, rs_missed.taken, u64, 0);

	if (count)
		RS_COUNT(*count);
	return 0;
}

/* Gone: another object may come to lie at the same address. */
RS_HOOK2(tun_chr_close, struct inode *, inode, struct file *, file)
{
	struct tun_file *tfile = RS_READ(typed, file, private_data);
	u64 key = (u64)tfile + bpf_core_field_offset(tfile->socket);

	bpf_map_delete_elem(&taken, &key);
	return 0;
}

RS_HOOK1(tun_net_uninit, struct net_device *, dev)
{
	struct rs_tun_key key = {.dev = (u64)dev};

	for (u32 i = 0; i < RS_TAP_QUEUES_MAX; i++) {
		key.queue = i;
		bpf_map_delete_elem(&tuns, &key);
	}
	return 0;
}
