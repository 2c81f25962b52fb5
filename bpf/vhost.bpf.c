// SPDX-License-Identifier: GPL-2.0-only
/*
 * vhost: rounds, packets taken, used entries posted, and decisions whether to signal the guest. All
 * of this runs under the virtqueue's mutex or in its worker, so no add to its entry must be atomic.
 */
#define VIRTIO_RING_F_EVENT_IDX 29
#define VHOST_VQS_ANY		256 /* more than any vhost device has, except the largest vhost-scsi */

enum { VQ_RX, VQ_TX };

/* Advances @progress to @last_used, the virtqueue's index. Both are never more than 32767 entries
 * apart. */
static __always_inline u64 progress_at(u64 progress, u16 last_used)
{
	return progress + (s16)(last_used - (u16)progress);
}

static __noinline struct rs_vq *vq_make_away(u64 key, u16 last_used)
{
	struct rs_vq *v = vqs_make(key);

	if (v && v->key == RS_BUSY) {
		v->progress = last_used;
		v->base = last_used;
		v->signaled = last_used;
		vqs_publish(v, key);
	}
	return v;
}

static __always_inline struct rs_vq *vq_make(u64 key, u16 last_used)
{
	struct rs_vq *v = vqs_home(key);

	return v->key == key ? v : vq_make_away(key, last_used);
}

/* vhost_posted when the virtqueue's index is @last_used. */
static __always_inline u64 vq_posted(const struct rs_vq *v, u16 last_used)
{
	u64 progress = v->progress;

	return (v->restart ? progress : progress_at(progress, last_used)) - v->base;
}

static __noinline int vq_restart(struct rs_vq *v, u16 last_used)
{
	u64 next = ((v->progress | 0xffff) + 1) | last_used;

	v->base += next - v->progress;
	v->signaled = next;
	v->restart = 0;
	v->progress = next;
	return 0;
}

static __always_inline void vq_advance(struct rs_vq *v, u16 last_used)
{
	if (v->restart)
		vq_restart(v, last_used);
	else
		v->progress = progress_at(v->progress, last_used);
}

/* Makes the entry of a call eventfd, from its virtqueue: so eventfds of other uses are not counted.
 */
static __noinline int eventfd_claim(struct rs_vq *v, u64 key, u64 ctx)
{
	struct rs_eventfd *e = eventfds_make(ctx);

	if (!e)
		return 0;
	e->vq = key;
	v->ctx = ctx;
	eventfds_publish(e, ctx);
	return 0;
}

/*
 * Makes the entry of an error eventfd. Together with a quarter of the room for these, as many call
 * eventfds have room as the man page says. An error eventfd that finds none is unknown: nothing
 * else was missed.
 */
static __noinline int error_claim(u64 ctx)
{
	struct rs_eventfd *e;

	if (eventfds_find(ctx) || rs_errors >= RS_ROOM / 4)
		return 0;
	e = eventfds_make(ctx);
	if (!e) {
		__sync_fetch_and_add(&rs_missed.eventfds, -1);
		return 0;
	}
	if (e->key == RS_BUSY) {
		e->error = 1;
		RS_COUNT(rs_errors);
	}
	eventfds_publish(e, ctx);
	return 0;
}

/*
 * The index in the tap queue's ring up to which vhost took packets. vhost moves packets in batches
 * from the ring to a list of its own. The ring is read after the list, as vhost consumes the ring
 * before it fills the list.
 */
static __always_inline u32 taken_place(const bool typed, u64 vq, struct ptr_ring *ring)
{
	u64 ends = RS_PEEK(vq, struct vhost_net_virtqueue, rxq.tail);
	s32 at = RS_READ(typed, ring, consumer_head) - ((u32)ends - (u32)(ends >> 32));

	return at < 0 ? at + RS_READ(typed, ring, size) : at;
}

/* From one index in the ring forward to another. */
static __always_inline u32 ring_distance(const bool typed, u32 from, u32 to, struct ptr_ring *ring)
{
	s32 d = to - from;

	return d < 0 ? d + RS_READ(typed, ring, size) : d;
}

/* Ends the time of the packet that is being timed, if it is among the @n packets taken from @from
 * on. */
static __always_inline void probe_finish(const bool typed, u64 key, struct ptr_ring *ring, u32 from,
					 u32 n, u64 now)
{
	struct rs_tun *t = tuns_find(key);
	u64 began = t ? t->probe_ns : 0;

	if (began > PROBE_NOTING && ring_distance(typed, from, t->probe_at, ring) < n) {
		hist_add(&t->s1_s2, now - began);
		t->probe_ns = 0;
	}
}

/* Counts the packets taken since the last decision. See RS_RING_TOO_SMALL. */
static __always_inline void vq_count_taken(const bool typed, struct rs_vq *v, u64 vq, u64 key,
					   struct ptr_ring *ring, u64 now)
{
	u32 at = taken_place(typed, vq, ring), n;

	if (key != v->ring) { /* the ring was replaced since the round started */
		v->ring = key;
		v->taken_at = at;
		return;
	}
	n = ring_distance(typed, v->taken_at, at, ring);
	v->vhost_taken += n;
	if (now)
		probe_finish(typed, key, ring, v->taken_at, n, now);
	v->taken_at = at;
}

/* Counts the last decision as suppressed, if no signal was seen for it. */
static __always_inline void decision_count(struct rs_vq *v)
{
	if (v->deciding == 1 + RS_WHY_EVENT_IDX)
		v->vhost_suppressed_event_idx++;
	else if (v->deciding)
		v->vhost_suppressed_flag++;
}

/* vhost enters a function that posts entries, then decides whether to signal. A signal is seen at
 * the eventfd, see vhost_signalled(). */
static __always_inline int vhost_decide(const bool typed, struct vhost_virtqueue *vq)
{
	u64 now = time_now(), key = RS_ADDRESS(vq), ring, ctx, features;
	u16 last_used = RS_READ(typed, vq, last_used_idx);
	struct rs_vq *v = vq_make(key, last_used);

	if (!v)
		return 0;
	vq_advance(v, last_used);
	if (v->ring) {
		ring = RS_PEEK(key, struct vhost_net_virtqueue, rx_ring);
		if (RS_CAN_CAST)
			vq_count_taken(true, v, key, ring, RS_CAST(ptr_ring, ring), now);
		else
			vq_count_taken(false, v, key, ring, (void *)ring, now);
	}
	decision_count(v);
	v->vhost_calls++;
	v->decided_ns = now;
	ctx = RS_ADDRESS(RS_READ(typed, vq, call_ctx.ctx));
	features = RS_READ(typed, vq, acked_features);
	v->deciding = ctx ? 1 + ((features >> VIRTIO_RING_F_EVENT_IDX) & 1) : 0;
	if (!ctx)
		v->vhost_no_call++;
	else if (v->ctx != ctx)
		eventfd_claim(v, key, ctx);
	return 0;
}

RS_HOOK2(vhost_add_used_and_signal_n, void *, dev, struct vhost_virtqueue *, vq)
{
	return vhost_decide(typed, vq);
}

RS_HOOK2(vhost_add_used_and_signal, void *, dev, struct vhost_virtqueue *, vq)
{
	return vhost_decide(typed, vq);
}

/*
 * A round starts: the worker was woken, or came from another virtqueue. Adds the time it waited for
 * a CPU since the device's last round, by the scheduler's own count.
 */
static __always_inline void worker_look(const bool typed, struct rs_vq *first, struct rs_vq *v)
{
	struct task_struct *current;
	u64 runs, wait, task;

	if (!rs_times || !bpf_core_field_exists(((struct task_struct *)0)->sched_info.run_delay))
		return;
	current = typed ? bpf_get_current_task_btf() : (struct task_struct *)bpf_get_current_task();
	task = RS_ADDRESS(current);
	runs = RS_READ(typed, current, sched_info.pcount);
	wait = RS_READ(typed, current, sched_info.run_delay);
	if (first->worker == task && first->worker_runs != runs)
		hist_add(&v->worker_wait, wait - first->worker_waited);
	first->worker = task;
	first->worker_runs = runs;
	first->worker_waited = wait;
}

#define NET_VQ(net, which) RS_AT(RS_ADDRESS(net), struct vhost_net, vqs[which].vq)

static __noinline struct rs_vq *net_vq_make_away(u64 key)
{
	return vq_make_away(key, RS_PEEK(key, struct vhost_virtqueue, last_used_idx));
}

static __always_inline struct rs_vq *net_vq_make(u64 key)
{
	struct rs_vq *v = vqs_home(key);

	return v->key == key ? v : net_vq_make_away(key);
}

/* Notes the consumer index of the ring before its first round: packets before it were not taken by
 * this virtqueue while it was watched. */
static __noinline int vq_watch(struct rs_vq *v, u64 key)
{
	u64 ring = RS_PEEK(key, struct vhost_net_virtqueue, rx_ring);

	if (!ring)
		return 0;
	v->taken_at = taken_place(false, key, (void *)ring);
	v->ring = ring;
	return 0;
}

RS_HOOK1(handle_rx, struct vhost_net *, net)
{
	u64 key = NET_VQ(net, VQ_RX);
	struct rs_vq *v = net_vq_make(key);

	if (!v)
		return 0;
	v->vhost_rounds++;
	if (!v->ring)
		vq_watch(v, key);
	worker_look(typed, v, v);
	return 0;
}

RS_HOOK1(handle_tx, struct vhost_net *, net)
{
	struct rs_vq *first = net_vq_make(NET_VQ(net, VQ_RX));
	struct rs_vq *v = net_vq_make(NET_VQ(net, VQ_TX));

	if (!v || !first)
		return 0;
	v->vhost_rounds++;
	worker_look(typed, first, v);
	return 0;
}

/* The guest kicked: @work is embedded in the virtqueue. */
static __always_inline int vhost_kicked(u64 work)
{
	u64 key = work - bpf_core_field_offset(((struct vhost_virtqueue *)0)->poll.work);
	struct rs_vq *v = net_vq_make(key);

	if (v)
		v->vhost_kicks++;
	return 0;
}

RS_HOOK1(handle_rx_kick, struct vhost_work *, work)
{
	return vhost_kicked(RS_ADDRESS(work));
}

RS_HOOK1(handle_tx_kick, struct vhost_work *, work)
{
	return vhost_kicked(RS_ADDRESS(work));
}

/* The ring restarts, possibly at another index: a new guest, or a guest that continues. */
RS_HOOK1(vhost_vq_init_access, struct vhost_virtqueue *, vq)
{
	struct rs_vq *v = vqs_find(RS_ADDRESS(vq));

	if (!v)
		return 0;
	vq_advance(v, RS_READ(typed, vq, last_used_idx));
	v->restart = 1;
	v->ring = 0;
	return 0;
}

/* A virtqueue goes; its error eventfd may have been closed by the VMM long before. */
RS_GLOBAL vq_gone(u64 key)
{
	u64 ctx = RS_PEEK(key, struct vhost_virtqueue, error_ctx);
	struct rs_eventfd *e = ctx ? eventfds_find(ctx) : NULL;

	vqs_drop(key);
	if (e && e->error && !e->vq && !e->kvm) {
		__sync_fetch_and_add(&rs_errors, -1);
		eventfds_drop(ctx);
	}
	return 0;
}

/* The device is closed with its virtqueues. */
RS_HOOK1(vhost_dev_cleanup, struct vhost_dev *, dev)
{
	struct vhost_virtqueue **all = RS_READ(typed, dev, vqs);
	u32 n = RS_READ(typed, dev, nvqs);

	for (u32 i = 0; i < VHOST_VQS_ANY && i < n; i++)
		vq_gone(peek(RS_ADDRESS(all) + i * sizeof(u64)));
	return 0;
}

/* vhost signals the eventfd of this virtqueue; called from eventfd.bpf.c. */
static __always_inline void vhost_signalled(u64 key, u64 now)
{
	struct rs_vq *v;

	/* while the module is not loaded it has no types, and no virtqueue signals */
	if (!bpf_core_type_exists(struct vhost_virtqueue))
		return;
	v = vqs_find(key);
	if (!v || !v->deciding)
		return;
	v->deciding = 0;
	v->vhost_signals++;
	if (now)
		hist_add(&v->s2_s3, now - v->decided_ns);
	vq_advance(v, RS_PEEK(key, struct vhost_virtqueue, last_used_idx));
	if (v->progress == v->signaled)
		v->vhost_signals_empty++;
	v->signaled = v->progress;
}
