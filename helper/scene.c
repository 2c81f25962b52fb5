// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "scene.h"

/* A round of vhost may have ended without an entry because it just began. */
#define FAILED_ROUNDS 3
/* A ring that is found full only at the end has filled up within the window. */
#define FILLED_MS 1000

#define GUEST(name)   RS_SCENE_GUEST(s, name)
#define HOST(name)    RS_SCENE_HOST(s, name)
#define DERIVED(name) RS_SCENE_DERIVED(s, name)

static const struct rs_queue no_queue;
static const struct rs_irq no_irq;

static enum rs_dir dir_of(const struct rs_row *row)
{
	static const char *const names[] = {
		[RS_DIR_RX] = "rx", [RS_DIR_TX] = "tx", [RS_DIR_CTRL] = "ctrl"};
	const char *dir = row->guest ? row->guest->dir : row->host ? row->host->dir : "";

	for (int i = 0; i < RS_DIR_OTHER; i++)
		if (!strcmp(dir, names[i]))
			return i;
	return RS_DIR_OTHER;
}

static const struct rs_irq *irq_find(const struct rs_ledger *l, struct rs_num irq)
{
	const struct rs_irq *found =
		irq.known ? rs_lookup_irq(&l->spans[RS_SIDE_GUEST].end, irq) : NULL;

	return found ? found : &no_irq;
}

static const struct rs_device no_device;

static const struct rs_device *device_find(const struct rs_ledger *l, const struct rs_queue *q)
{
	const struct rs_device *found = rs_lookup_device(&l->spans[RS_SIDE_GUEST].end, q->device);

	return found ? found : &no_device;
}

/* An interface that is set down has all its NAPIs disabled. Only some: it is up. */
static bool is_perhaps_down(const struct rs_ledger *l, const struct rs_queue *q)
{
	const struct rs_lookup *guest = &l->spans[RS_SIDE_GUEST].end;
	size_t n = 0;

	RS_INDEX_EACH (i, &guest->groups, rs_lookup_group(guest, q)) {
		const struct rs_queue *other = &guest->s->queues[i];

		if (strcmp(other->device, q->device) ||
		    (strcmp(other->dir, "rx") && strcmp(other->dir, "tx")))
			continue;
		if (!rs_num_is(other->napi_disabled, 1))
			return false;
		n++;
	}
	return n > 0;
}

static struct rs_num paused_find(const struct rs_ledger *l, const struct rs_queue *q)
{
	const struct rs_vm *vm =
		q->pid.known ? rs_lookup_vm(&l->spans[RS_SIDE_HOST].end, q->pid) : NULL;

	return vm ? vm->paused : (struct rs_num){0};
}

bool rs_queues_paired(const struct rs_queue *a, const struct rs_queue *b)
{
	return a != b && rs_nums_equal(a->pid, b->pid) && rs_nums_equal(a->queue, b->queue) &&
	       a->vhost_vq.known && b->vhost_vq.known && a->queue.known && rs_queues_same_tap(a, b);
}

static struct rs_num pair_rounds_find(const struct rs_ledger *l, const struct rs_queue *q)
{
	const struct rs_lookup *host = &l->spans[RS_SIDE_HOST].end;

	if (!q->vhost_vq.known)
		return (struct rs_num){0};
	RS_INDEX_EACH (i, &host->places, rs_lookup_place(q))
		if (l->of_host[i] != SIZE_MAX && rs_queues_paired(&host->s->queues[i], q))
			return l->rows[l->of_host[i]].figures[RS_FIG_HOST(vhost_rounds)];
	return (struct rs_num){0};
}

static bool is_long(struct rs_num window)
{
	return window.known && window.value >= RS_STILL_MS;
}

/* Where the guest was asked, too, only if both saw the ring in one state: else the interrupt may be
 * for other entries. */
static struct rs_num vcpu_still(const struct rs_scene *s)
{
	const struct rs_queue *h = s->host;
	bool rests = !strcmp(h->vcpu_state, "runnable") || !strcmp(h->vcpu_state, "paused");
	bool same = !s->row->guest ||
		    (rs_num_is(DERIVED(skew_end), 0) && rs_num_is(GUEST(last_used_progress), 0));

	return rests && same && rs_num_is(h->msi_pending, 1) ? h->vcpu_state_ms
							     : (struct rs_num){0};
}

/* A worker that sleeps is about to be woken, as a rule. */
static struct rs_num worker_still(const struct rs_queue *h)
{
	static const char *const states[] = {"runnable", "blocked", "stopped"};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (rs_num_is(h->worker_queued, 1) && !strcmp(h->worker_state, states[i]))
			return h->worker_state_ms;
	return (struct rs_num){0};
}

/* A queue of which the guest consumed entries within the window moves, unless its module, or the
 * state of its vCPU, says that entries have waited for long. */
static enum rs_answer back_still(const struct rs_scene *s)
{
	if (!DERIVED(standing).known)
		return !s->row->guest && is_long(s->vcpu_still) ? RS_YES : RS_UNKNOWN;
	if (!DERIVED(standing).value)
		return RS_NO;
	if (rs_num_above(DERIVED(stalled), RS_STILL_MS - 1) || is_long(s->vcpu_still))
		return RS_YES;
	if (!GUEST(last_used_progress).known)
		return RS_UNKNOWN;
	if (GUEST(last_used_progress).value)
		return RS_NO;
	if (rs_num_above(DERIVED(standing_begin), 0) && is_long(DERIVED(guest_window)))
		return RS_YES;
	return RS_UNKNOWN;
}

/* Where hits were missed, the place in the tap queue's ring tells, if it cannot have gone around.
 */
bool rs_scene_none_taken(const struct rs_scene *s)
{
	const struct rs_queue *begin =
		s->row->host ? rs_span_begin(&s->ledger->spans[RS_SIDE_HOST], s->host) : NULL;

	if (!rs_num_is(DERIVED(taken), 0) || !s->missed)
		return rs_num_is(DERIVED(taken), 0);
	return begin && begin->ring_consumer.known &&
	       rs_nums_equal(begin->ring_consumer, s->host->ring_consumer) &&
	       HOST(tun_offered).known && HOST(tun_offered).value < DERIVED(ring_size).value;
}

static enum rs_answer receive_still(const struct rs_scene *s)
{
	bool filled = rs_num_above(HOST(tun_dropped_full), 0) &&
		      rs_num_above(DERIVED(host_window), FILLED_MS - 1) &&
		      rs_num_above(DERIVED(ring_size), 0) &&
		      DERIVED(occupancy).value >= DERIVED(ring_size).value;

	/* while a machine is paused, its vhost has no backend and no counts: nothing is taken */
	if (!DERIVED(occupancy).known || (!DERIVED(taken).known && !rs_num_is(s->paused, 1)))
		return RS_UNKNOWN;
	if (DERIVED(occupancy).value && is_long(s->worker_still))
		return RS_YES;
	if (!DERIVED(occupancy).value || rs_num_above(DERIVED(taken), 0))
		return RS_NO;
	if (!rs_num_is(s->paused, 1) && !rs_scene_none_taken(s))
		return RS_UNKNOWN;
	/* after an error vhost waits for a kick, and for no packet */
	if (rs_num_above(HOST(vhost_errors), 0) && is_long(DERIVED(host_window)))
		return RS_YES;
	if (rs_num_above(DERIVED(occupancy_begin), 0) && is_long(DERIVED(host_window)))
		return RS_YES;
	return filled ? RS_YES : RS_UNKNOWN;
}

/* vhost tries again and again, and returns nothing. */
static bool rounds_fail(const struct rs_scene *s)
{
	return rs_num_above(HOST(vhost_rounds), FAILED_ROUNDS - 1) &&
	       rs_scene_none(s, HOST(vhost_posted)) && rs_num_above(DERIVED(avail_left), 0);
}

static enum rs_answer transmit_still(const struct rs_scene *s)
{
	bool is_stuck = rs_num_above(DERIVED(outstanding), 0) &&
			rs_num_above(DERIVED(outstanding_begin), 0) &&
			!rs_num_above(GUEST(used_progress), 0);
	bool is_known =
		rs_num_above(DERIVED(avail_left), 0) && rs_num_above(DERIVED(avail_left_begin), 0);

	if (rs_num_above(s->guest->outstanding_ms, RS_STILL_MS - 1))
		return RS_YES;
	if (rs_num_above(DERIVED(avail_left), 0) && is_long(s->worker_still))
		return RS_YES;
	if (rs_num_above(DERIVED(served), 0) || rs_num_is(DERIVED(outstanding), 0))
		return RS_NO;
	if (!DERIVED(served).known)
		return RS_UNKNOWN;
	if (is_stuck && (is_long(DERIVED(guest_window)) || is_long(DERIVED(host_window))))
		return RS_YES;
	if ((rounds_fail(s) || is_known) && is_long(DERIVED(host_window)))
		return RS_YES;
	return RS_UNKNOWN;
}

/* @index lies among the @n entries from @from on. */
static bool is_within(uint64_t index, uint64_t from, uint64_t n, uint64_t modulus)
{
	return (index + modulus - from % modulus) % modulus < n;
}

static uint64_t modulus_of(const struct rs_queue *q)
{
	return strcmp(q->ring, "packed") ? 65536 : 2 * q->size.value;
}

/* A position in a packed ring, counted on over the second lap. */
static uint64_t position(const struct rs_queue *q, uint64_t raw)
{
	if (strcmp(q->ring, "packed"))
		return raw;
	return (raw & 0x7fff) + (raw & 0x8000 ? 0 : q->size.value);
}

/*
 * Whether one side asked to be told about any of @n entries from @from on. Split rings have either
 * an event index or flags; a packed ring's flags say that the event counts (2).
 */
static enum rs_answer due(const struct rs_queue *q, struct rs_num flags, struct rs_num event,
			  struct rs_num from, struct rs_num n)
{
	bool is_packed = !strcmp(q->ring, "packed");
	bool by_event = is_packed ? rs_num_is(flags, 2) : rs_num_is(q->event_idx, 1);

	if (!n.known || !from.known || (is_packed && (!flags.known || !q->size.value)))
		return RS_UNKNOWN;
	if (!n.value)
		return RS_NO;
	if (!by_event && (is_packed || rs_num_is(q->event_idx, 0)))
		return !flags.known ? RS_UNKNOWN : flags.value & 1 ? RS_NO : RS_YES;
	if (!by_event || !event.known)
		return RS_UNKNOWN;
	return is_within(position(q, event.value), from.value, n.value, modulus_of(q)) ? RS_YES
										       : RS_NO;
}

static enum rs_answer signal_due(const struct rs_scene *s)
{
	const struct rs_queue *g = s->guest, *h = s->host;
	struct rs_num event = g->used_event, flags = g->avail_flags;

	/* the host read the same ring, perhaps at another time: only if the ring did not move */
	if (!event.known && !flags.known && rs_nums_equal(g->used_idx, h->used_idx)) {
		event = h->used_event;
		flags = h->avail_flags;
	}
	return due(g, flags, event, g->last_used_idx, DERIVED(standing));
}

static enum rs_answer kick_due(const struct rs_scene *s)
{
	const struct rs_queue *g = s->guest, *h = s->host;

	if (g->avail_event.known || g->used_flags.known)
		return due(g, g->used_flags, g->avail_event, g->used_idx, DERIVED(outstanding));
	if (!h->event_idx.known)
		return due(g, h->used_flags, h->avail_event, h->used_idx, DERIVED(outstanding));
	return due(h, h->used_flags, h->avail_event, h->used_idx, DERIVED(outstanding));
}

/* One backend serves all receive and transmit queues of a device. The guest's queues are the first
 * rows, in their order. */
static const char *backend_find(const struct rs_ledger *l, const struct rs_row *row)
{
	const struct rs_lookup *guest = &l->spans[RS_SIDE_GUEST].end;

	if (row->host && *row->host->backend)
		return row->host->backend;
	if (!row->guest)
		return "";
	RS_INDEX_EACH (i, &guest->groups, rs_lookup_group(guest, row->guest)) {
		const struct rs_row *other = &l->rows[i];

		if (other->host && *other->host->backend &&
		    !strcmp(other->guest->device, row->guest->device))
			return other->host->backend;
	}
	return "";
}

void rs_scene_make(struct rs_scene *s, const struct rs_ledger *l, const struct rs_row *row)
{
	const char *backend;

	*s = (struct rs_scene){
		.ledger = l,
		.row = row,
		.guest = row->guest ? row->guest : &no_queue,
		.host = row->host ? row->host : &no_queue,
		.dir = dir_of(row),
	};
	s->missed = rs_num_above(l->total.figures[RS_FIG_DERIVED(guest_missed)], 0) ||
		    (l->host && !rs_num_is(l->total.figures[RS_FIG_DERIVED(host_missed)], 0));
	s->irq = irq_find(l, s->guest->irq);
	backend = backend_find(l, row);
	s->vhost = !strcmp(backend, "vhost-net");
	s->user = *backend && !s->vhost;
	s->paused = paused_find(l, s->host);
	s->running = device_find(l, s->guest)->running;
	s->no_link = rs_num_is(device_find(l, s->guest)->carrier, 0);
	s->perhaps_down = !s->running.known && rs_num_is(s->guest->napi_disabled, 1) &&
			  is_perhaps_down(l, s->guest);
	s->pair_rounds = pair_rounds_find(l, s->host);
	s->worker_still = worker_still(s->host);
	s->vcpu_still = vcpu_still(s);
	s->back_still = back_still(s);
	s->front_still = s->dir == RS_DIR_RX ? receive_still(s) : transmit_still(s);
	s->signal_due = signal_due(s);
	s->kick_due = kick_due(s);
}

bool rs_scene_waited(const struct rs_scene *s)
{
	return rs_num_above(DERIVED(standing), 0) && rs_num_above(DERIVED(standing_begin), 0) &&
	       rs_num_is(GUEST(last_used_progress), 0);
}

bool rs_scene_polled(const struct rs_scene *s)
{
	return rs_scene_waited(s) && rs_num_above(DERIVED(polls), 0);
}
