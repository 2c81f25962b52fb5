// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "tables.h"

/* So many copies take about a millisecond: far longer than any number of events come in a row. */
#define TRIES 1000

#define GONE 2 /* the smallest key of a used slot is above it, see bpf/table.bpf.h */

static const void *find(const void *table, size_t size, int bits, uint64_t key)
{
	for (uint32_t i = 0; key && i < RS_PROBES; i++) {
		const char *e = (const char *)table + rs_slot(key, bits, i) * size;

		if (*(const volatile uint64_t *)e == key)
			return e;
	}
	return NULL;
}

#define FIND(table, bits, key) find(table, sizeof((table)[0]), bits, key)

void rs_tables_index(struct rs_tables *t)
{
	for (size_t i = 0; i < RS_TABLES_CALLS; i++) {
		const volatile struct rs_eventfd *e = &t->eventfds[i];

		t->call_vq[i] = e->key > GONE ? e->vq : 0;
	}
}

/* Where the entries of one queue lie. */
#define CALLS_MAX 8 /* QEMU has two for each virtqueue */

struct places {
	const struct rs_tun *tun;
	const struct rs_vq *vq;
	const struct rs_eventfd *calls[CALLS_MAX];
	size_t calls_n;
};

static void calls_find(const struct rs_tables *t, const struct rs_keys *keys, struct places *p)
{
	const struct rs_eventfd *now = FIND(t->eventfds, RS_EVENTFDS_BITS, keys->ctx);

	if (now)
		p->calls[p->calls_n++] = now;
	for (size_t i = 0; keys->vq && i < RS_TABLES_CALLS && p->calls_n < CALLS_MAX; i++)
		if (t->call_vq[i] == keys->vq && &t->eventfds[i] != now)
			p->calls[p->calls_n++] = &t->eventfds[i];
}

/* The parts as they lie in the tables. */
struct copy {
	struct rs_tun tun;
	struct rs_vq vq;
	struct rs_eventfd calls[CALLS_MAX];
};

static void copy_once(const struct places *p, struct copy *c)
{
	if (p->tun)
		memcpy(&c->tun, p->tun, sizeof(c->tun));
	if (p->vq)
		memcpy(&c->vq, p->vq, sizeof(c->vq));
	for (size_t i = 0; i < p->calls_n; i++)
		memcpy(&c->calls[i], p->calls[i], sizeof(c->calls[i]));
	__sync_synchronize();
}

/* A tap queue's entry is not waited for: its packets come faster than it can be copied twice. */
static bool is_same(const struct places *p, const struct copy *a, const struct copy *b)
{
	return (!p->vq || !memcmp(&a->vq, &b->vq, sizeof(a->vq))) &&
	       !memcmp(a->calls, b->calls, p->calls_n * sizeof(a->calls[0]));
}

static bool copy_stable(const struct places *p, struct copy *last)
{
	struct copy copies[2];

	copy_once(p, &copies[0]);
	for (unsigned int i = 1; i < TRIES; i++) {
		copy_once(p, &copies[i % 2]);
		if (is_same(p, &copies[0], &copies[1])) {
			*last = copies[i % 2];
			return true;
		}
	}
	*last = copies[0];
	return false;
}

static void call_add(struct rs_eventfd *sum, const struct rs_eventfd *e)
{
#define RS_STATION(name, unit, meaning)
#define RS_EVENTFD_STATION(name, unit, meaning) sum->name += e->name;
#include "../bpf/counters.h"
#define RS_HIST(name, unit, meaning)
#define RS_EVENTFD_HIST(name, unit, meaning)    \
	for (size_t i = 0; i < RS_BUCKETS; i++) \
		sum->name.bucket[i] += e->name.bucket[i];
#include "../bpf/hists.h"
}

/* The first one with an irqfd gives the identity; the counts of the others are added. */
static void calls_join(const struct copy *c, size_t n, struct rs_entries *e)
{
	size_t first = 0;

	for (size_t i = n; i--;)
		first = c->calls[i].kvm ? i : first;
	e->call = c->calls[first];
	e->has_call = n;
	e->is_masked = first != 0;
	for (size_t i = 0; i < n; i++) {
		if (i != first)
			call_add(&e->call, &c->calls[i]);
		e->masked += c->calls[i].kvm ? 0 : c->calls[i].eventfd_writes;
	}
}

static bool copy_join(const struct places *p, struct rs_entries *e)
{
	struct copy c = {0};
	bool stable = copy_stable(p, &c);

	*e = (struct rs_entries){
		.tun = c.tun, .vq = c.vq, .has_tun = p->tun != NULL, .has_vq = p->vq != NULL};
	if (p->calls_n)
		calls_join(&c, p->calls_n, e);
	return stable;
}

bool rs_tables_copy(const struct rs_tables *t, const struct rs_keys *keys, struct rs_entries *e)
{
	struct places p = {.tun = FIND(t->tuns, RS_TUNS_BITS, keys->ring),
			   .vq = FIND(t->vqs, RS_VQS_BITS, keys->vq)};
	const struct rs_eventfd *error = FIND(t->eventfds, RS_EVENTFDS_BITS, keys->error);
	bool stable;

	calls_find(t, keys, &p);
	stable = copy_join(&p, e);
	/* a VMM may take the eventfd for its calls, too */
	e->has_error = error && !error->vq && !error->kvm;
	if (e->has_error)
		e->errors = *(const volatile __u64 *)&error->eventfd_writes;
	return stable;
}

bool rs_tables_copy_slot(const struct rs_tables *t, size_t slot, struct rs_entries *e)
{
	struct places p = {.calls = {&t->eventfds[slot]}, .calls_n = 1};

	return copy_join(&p, e);
}
