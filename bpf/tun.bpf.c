// SPDX-License-Identifier: GPL-2.0-only
/* The tap: packets that the host's stack offers to each queue, packets from the guest. Its drops
 * are in drop.bpf.c. */
#define NETDEV_ALIGN 32 /* alignment of netdev_priv(), if struct net_device has no field priv */

#define TUN_MSG_PTR 2 /* a control message that describes a batch; the same value since 4.20 */

/* The fields of the packet to time are being written. */
#define PROBE_NOTING 1

static __always_inline bool is_watched(u64 dev)
{
	return !rs_only_ifindex || RS_PEEK_U32(dev, struct net_device, ifindex) == rs_only_ifindex;
}

static __always_inline u64 tun_of(u64 dev)
{
	if (bpf_core_field_exists(((struct net_device *)0)->priv))
		return RS_AT(dev, struct net_device, priv);
	return dev +
	       ((bpf_core_type_size(struct net_device) + NETDEV_ALIGN - 1) & -(u64)NETDEV_ALIGN);
}

/* The tun_file of a queue; 0 = no process has it open, and its packets are dropped. */
static __always_inline u64 tun_queue(u64 dev, u32 queue)
{
	return peek(RS_AT(tun_of(dev), struct tun_struct, tfiles) + (queue & 255) * sizeof(u64));
}

static __always_inline u64 tun_ring(u64 tfile)
{
	return RS_AT(tfile, struct tun_file, tx_ring);
}

/* Entries in the ring. If both indexes are equal, the slot shows whether the ring is empty or full.
 */
static __always_inline u32 ring_occupancy(u64 ring, u32 producer, u32 head)
{
	u64 slots;

	if (producer > head)
		return producer - head;
	if (producer == head) {
		slots = RS_PEEK(ring, struct ptr_ring, queue);
		if (!peek(slots + head * sizeof(u64)))
			return 0;
	}
	return producer - head + RS_PEEK_U32(ring, struct ptr_ring, size);
}

/*
 * How far the producer index moved from @from to @to. It counts all packets put into the ring, also
 * those whose hit was missed. Several CPUs may read the index in another order than they put
 * packets: then a negative step corrects a step that was too large. Return: the number of packets;
 * 0 after the ring was resized.
 */
static __noinline int ring_jump(struct rs_tun *t, u64 ring, u32 from, u32 to)
{
	u32 size = RS_PEEK_U32(ring, struct ptr_ring, size);
	s32 n = to - from, half = size >> 1;

	if (t->size != size) {
		t->size = size;
		return 0;
	}
	if (n > half)
		n -= size;
	else if (n < -half)
		n += size;
	return n;
}

/* Return: the producer index when it was last read. */
static __always_inline u32 ring_look(struct rs_tun *t, u32 producer)
{
	return __sync_lock_test_and_set(&t->producer, producer);
}

/* The producer index moved on from @from; @seen of the packets since then are in the histogram. */
static __always_inline void ring_advance(struct rs_tun *t, u64 ring, u32 from, u32 producer,
					 int seen)
{
	int n = producer - from;

	if (n != 0 && n != 1)
		n = ring_jump(t, ring, from, producer);
	if (n != seen)
		__sync_fetch_and_add(&t->tun_offered, (s64)(n - seen));
}

/* The entry of a tap's queue, by its ring. Packets that are in the ring now are not counted. */
static __always_inline struct rs_tun *ring_make(u64 ring)
{
	struct rs_tun *t = tuns_make(ring);

	if (t && t->key == RS_BUSY) {
		t->producer = RS_PEEK_U32(ring, struct ptr_ring, producer);
		t->size = RS_PEEK_U32(ring, struct ptr_ring, size);
		tuns_publish(t, ring);
	}
	return t;
}

static __always_inline struct rs_tun *tun_make(u64 tfile)
{
	return ring_make(tun_ring(tfile));
}

/* Starts to time this packet, unless another one is being timed. */
static __noinline int probe_note(struct rs_tun *t, u64 skb, u32 at)
{
	if (__sync_val_compare_and_swap(&t->probe_ns, 0, PROBE_NOTING))
		return 0;
	t->probe_at = at;
	t->probe_skb = skb;
	__sync_lock_test_and_set(&t->probe_ns, bpf_ktime_get_ns());
	return 0;
}

/* A queue without an entry: makes one. */
static __noinline struct rs_tun *tun_meet(u64 tfile)
{
	u64 tun = RS_PEEK(tfile, struct tun_file, tun);
	struct rs_tun *t;

	if (!is_watched(RS_PEEK(tun, struct tun_struct, dev)))
		return NULL;
	t = tun_make(tfile);
	if (t) /* this packet is already in the ring */
		RS_COUNT(t->tun_offered);
	return t;
}

/* A packet was put into the ring at index @at, behind @waiting others. */
static __always_inline int ring_put(struct rs_tun *t, u32 at, u32 waiting)
{
	hist_add(&t->occupancy_at_enqueue, waiting);
	return !rs_times || t->probe_ns ? 0 : probe_note(t, 0, at);
}

/* The general case of sk_data_ready; @from: the producer index when it was last read. */
static __noinline int ring_put_any(struct rs_tun *t, struct ptr_ring *ring, u32 from, u32 producer)
{
	u32 ahead = ring_occupancy(RS_ADDRESS(ring), producer, ring->consumer_head);

	ring_advance(t, RS_ADDRESS(ring), from, producer, 1);
	return ring_put(t, (producer ? producer : ring->size) - 1, ahead ? ahead - 1 : 0);
}

/* A queue whose entry is not in its home slot, or does not exist yet. */
static __noinline int ring_put_away(struct ptr_ring *ring)
{
	u64 key = RS_ADDRESS(ring);
	struct rs_tun *t = tuns_find(key);
	u32 producer;

	if (!t)
		t = tun_meet(key - tun_ring(0));
	if (!t)
		return 0;
	producer = ring->producer;
	return ring_put_any(t, ring, ring_look(t, producer), producer);
}

/*
 * A packet was put into a tap queue's ring. This tracepoint costs half of a function's entry. The
 * kernel calls it for every socket, and on several CPUs at a time for one queue. The common case is
 * handled here without a call: so no register must be saved.
 */
SEC("tp_btf/sk_data_ready")
int BPF_PROG(sk_data_ready, struct sock *sk)
{
	u32 producer, head, from;
	struct ptr_ring *ring;
	struct rs_tun *t;
	u64 key;

	if ((u64)sk->__sk_common.skc_prot != rs_tun_proto)
		return 0;
	ring = RS_CAST(ptr_ring, tun_ring((u64)RS_OUTER(sk, struct tun_file, sk)));
	key = RS_ADDRESS(ring);
	t = tuns_home(key);
	if (t->key != key)
		return ring_put_away(ring);
	producer = ring->producer;
	head = ring->consumer_head;
	from = ring_look(t, producer);
	if (producer - from != 1 || producer <= head)
		return ring_put_any(t, ring, from, producer);
	return ring_put(t, producer - 1, producer - head - 1);
}

/* Used if the tracepoint does not exist. Several CPUs may run this for one queue: the lock comes
 * later. */
RS_HOOK2(tun_net_xmit, struct sk_buff *, skb, struct net_device *, dev)
{
	u64 tfile, ring;
	struct rs_tun *t;
	u32 producer;

	if (!is_watched(RS_ADDRESS(dev)))
		return 0;
	tfile = tun_queue(RS_ADDRESS(dev), RS_READ(typed, skb, queue_mapping));
	if (!tfile)
		return 0;
	t = tun_make(tfile);
	if (!t)
		return 0;
	ring = tun_ring(tfile);
	producer = RS_PEEK_U32(ring, struct ptr_ring, producer);
	hist_add(&t->occupancy_at_enqueue,
		 ring_occupancy(ring, producer, RS_PEEK_U32(ring, struct ptr_ring, consumer_head)));
	if (rs_times && !t->probe_ns)
		probe_note(t, RS_ADDRESS(skb), producer);
	return 0;
}

/* Only vhost sends to a tap through its socket: one packet, or a batch with a control message. */
static __always_inline int ring_sent(const bool typed, u64 ring, struct msghdr *msg)
{
	struct tun_msg_ctl *ctl = RS_READ(typed, msg, msg_control);
	struct rs_tun *t = ring_make(ring);
	u64 n = 1, head;

	if (ctl && RS_READ(typed, msg, msg_controllen) == bpf_core_type_size(struct tun_msg_ctl)) {
		head = peek(RS_ADDRESS(ctl)); /* type and number, 16 bits each */
		if ((u16)head == TUN_MSG_PTR)
			n = (u16)(head >> 16);
	}
	if (t)
		__sync_fetch_and_add(&t->tun_sent, n);
	return 0;
}

RS_HOOK2(tun_sendmsg, struct socket *, sock, struct msghdr *, msg)
{
	u64 tfile = RS_ADDRESS(sock) - bpf_core_field_offset(((struct tun_file *)0)->socket);

	return ring_sent(typed, tun_ring(tfile), msg);
}

/* Drop the entry: another object may get the same address. */
RS_HOOK2(tun_chr_close, struct inode *, inode, struct file *, file)
{
	tuns_drop(tun_ring(RS_ADDRESS(RS_READ(typed, file, private_data))));
	return 0;
}
