// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tap of macvtap and ipvtap, drivers/net/tap.c: what the interface below receives for the guest
 * is put into the ring of one of its queues. No function that tells the queue is sure to exist, and
 * a packet may be cut into several: so what was put into a ring is told by its producer index,
 * which is read whenever a packet comes.
 */
#define TAP_QUEUES_ANY 256 /* MAX_TAP_QUEUES */

/* The tap_dev of a macvtap or ipvtap interface. */
static __always_inline u64 tap_of(u64 dev)
{
	return RS_PEEK(dev, struct net_device, rx_handler_data);
}

/* The tap_queue at a place in the list of those that are open and enabled. */
static __always_inline u64 tap_queue_at(u64 tap, u32 at)
{
	return peek(RS_AT(tap, struct tap_dev, taps) + (at & (TAP_QUEUES_ANY - 1)) * sizeof(u64));
}

/* The queue that a packet was put into, as tap_get_queue() chose it: by the packet's hash, else by
 * the queue that received it. */
static __always_inline u64 tap_queue_of(u64 tap, struct sk_buff *skb)
{
	u32 queues = RS_PEEK_U32(tap, struct tap_dev, numvtaps);
	u32 hash = BPF_CORE_READ(skb, hash), mapping = BPF_CORE_READ(skb, queue_mapping);

	if (queues <= 1)
		return tap_queue_at(tap, 0);
	if (!hash && mapping)
		hash = mapping - 1;
	return tap_queue_at(tap, hash % queues);
}

static __always_inline u64 tap_ring(u64 queue)
{
	return RS_AT(queue, struct tap_queue, ring);
}

/* Counts what was put into the ring since it was last read. Return: the producer index. */
static __always_inline u32 tap_look(struct rs_tun *t, u64 ring)
{
	u32 producer = RS_PEEK_U32(ring, struct ptr_ring, producer);
	int early;

	if (!t->early && t->producer == producer)
		return producer;
	early = __sync_lock_test_and_set(&t->early, 0);
	ring_advance(t, ring, ring_look(t, producer), producer, early);
	return producer;
}

RS_GLOBAL tap_queue_look(u64 queue)
{
	u64 ring = tap_ring(queue);
	struct rs_tun *t = queue ? ring_make(ring) : NULL;

	if (t)
		tap_look(t, ring);
	return 0;
}

/* A packet comes to a tap that has one queue. */
static __noinline int tap_frame(u64 queue, u64 skb)
{
	u64 ring = tap_ring(queue);
	struct rs_tun *t = queue ? ring_make(ring) : NULL;
	u32 producer, waiting;

	if (!t)
		return 0;
	producer = tap_look(t, ring);
	waiting = ring_occupancy(ring, producer, RS_PEEK_U32(ring, struct ptr_ring, consumer_head));
	hist_add(&t->occupancy_at_enqueue, waiting);
	RS_COUNT(t->early);
	/* of one that is cut up it is a part that a full ring drops: see probe_forget() */
	if (rs_times && !t->probe_ns && waiting < t->size)
		probe_note(t, skb, producer);
	return 0;
}

static __always_inline int tap_handle_frame_hit(u64 pskb)
{
	u64 skb = peek(pskb), dev = RS_PEEK(skb, struct sk_buff, dev);
	u64 tap = is_watched(dev) ? tap_of(dev) : 0;
	u32 queues = tap ? RS_PEEK_U32(tap, struct tap_dev, numvtaps) : 0;

	if (queues == 1)
		return tap_frame(tap_queue_at(tap, 0), skb);
	for (u32 i = 0; i < RS_TAP_QUEUES && i < queues; i++)
		tap_queue_look(tap_queue_at(tap, i));
	return 0;
}

/* The handler of what the interface below receives. Its argument points to a pointer, which fentry
 * must ask for. */
SEC("fentry/tap_handle_frame")
int tap_handle_frame_fentry(u64 *ctx)
{
	u64 pskb = 0;

	bpf_get_func_arg(ctx, 0, &pskb);
	return tap_handle_frame_hit(pskb);
}

SEC("kprobe/tap_handle_frame")
int BPF_KPROBE(tap_handle_frame_kprobe, struct sk_buff **pskb)
{
	return tap_handle_frame_hit((u64)pskb);
}

/* Only vhost sends through the socket, as to a tap of tun. */
RS_HOOK2(tap_sendmsg, struct socket *, sock, struct msghdr *, msg)
{
	u64 queue = RS_ADDRESS(sock) - bpf_core_field_offset(((struct tap_queue *)0)->sock);

	return ring_sent(typed, tap_ring(queue), msg);
}

/* Drop the entry: another object may get the same address. No packet comes any more, as it may
 * until the file's release has waited for the others. */
RS_HOOK1(tap_sock_destruct, struct sock *, sk)
{
	tuns_drop(tap_ring(RS_ADDRESS(sk) - bpf_core_field_offset(((struct tap_queue *)0)->sk)));
	return 0;
}
