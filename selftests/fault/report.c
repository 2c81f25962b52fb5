// SPDX-License-Identifier: GPL-2.0-only
#include "report.h"

#include <string.h>
#include <sys/eventfd.h>

#define load(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)

static int find_irq(const struct witness_pages *w, int index)
{
	char queue[FAULT_NAME_MAX], own[48], shared[48];
	int found = -1;

	fault_queue_name(index, queue);
	snprintf(own, sizeof(own), "%.16s-%s", w->device, queue);
	snprintf(shared, sizeof(shared), "%.16s-virtqueues", w->device);
	for (int i = 0; i < WITNESS_IRQS; i++) {
		const char *name = w->irq[i].name;

		if (!load(&w->irq[i].name[0]))
			continue;
		if (!strcmp(name, own))
			return i;
		if (!strcmp(name, shared) || !strcmp(name, w->device))
			found = i;
	}
	return found;
}

const struct witness_irq *fault_report_irq(struct run *run, int index)
{
	struct pace *pace = &run->pace[index];

	if (pace->irq < 0 && run->witness)
		pace->irq = find_irq(run->witness, index);
	return pace->irq < 0 ? NULL : &run->witness->irq[pace->irq];
}

static struct seen look(struct run *run, int index)
{
	const struct witness_irq *irq = fault_report_irq(run, index);
	const struct witness_queue *q;
	struct seen seen = {0};

	if (irq) {
		seen.handled = load(&irq->handled);
		seen.none = load(&irq->none);
		seen.woken = load(&irq->woken);
	}
	if (!run->witness)
		return seen;
	q = &run->witness->queue[index];
	seen.consumed = load(&q->consumed);
	seen.none_empty = load(&q->none_empty);
	seen.polls = load(&q->polls);
	for (int i = 0; i < WITNESS_CONSUMERS_COUNT; i++) {
		seen.none_by[i] = load(&q->none_by[i]);
		seen.received_by[i] = load(&q->received_by[i]);
	}
	return seen;
}

static void count_kicks(struct queue *q)
{
	eventfd_t n;

	pthread_mutex_lock(&q->lock);
	if (q->kick >= 0 && !eventfd_read(q->kick, &n))
		q->counts.kicks += n;
	pthread_mutex_unlock(&q->lock);
}

static void print_seen(FILE *out, const struct seen *now, const struct seen *then)
{
	static const char *const words[] = {
#define X(name, word) [WITNESS_##name] = word,
		WITNESS_CONSUMERS(X)
#undef X
	};
#define X(row) fprintf(out, " witness_" #row "=%llu", (unsigned long long)(now->row - then->row))
	X(handled);
	X(none);
	X(woken);
	X(consumed);
	X(none_empty);
	X(polls);
#undef X
	for (int i = 0; i < WITNESS_CONSUMERS_COUNT; i++) {
		fprintf(out, " witness_none_%s=%llu", words[i],
			(unsigned long long)(now->none_by[i] - then->none_by[i]));
		fprintf(out, " witness_received_%s=%llu", words[i],
			(unsigned long long)(now->received_by[i] - then->received_by[i]));
	}
}

static void print_queue(struct run *run, FILE *out, int i)
{
	struct pace *pace = &run->pace[i];
	struct counts now = run->dev->queue[i].counts;
	struct seen seen = look(run, i);
	char name[FAULT_NAME_MAX];

	fault_queue_name(i, name);
	fprintf(out, "queue name=%s", name);
#define X(row, meaning) \
	fprintf(out, " " #row "=%llu", (unsigned long long)(now.row - pace->counts.row));
	FAULT_COUNTS(X)
#undef X
	if (run->witness)
		print_seen(out, &seen, &pace->seen);
	fputc('\n', out);
}

void fault_report_print(struct run *run, FILE *out)
{
	for (int i = 0; i < 2 * run->dev->pairs; i++) {
		count_kicks(&run->dev->queue[i]);
		if (run->dev->queue[i].running)
			print_queue(run, out, i);
	}
}

void fault_report_facts(struct run *run, FILE *out)
{
	struct ring_facts f;
	char name[FAULT_NAME_MAX];

	for (int i = 0; i < 2 * run->dev->pairs; i++) {
		struct queue *q = &run->dev->queue[i];

		if (!q->running)
			continue;
		pthread_mutex_lock(&q->lock);
		fault_ring_facts(&q->ring, &f);
		pthread_mutex_unlock(&q->lock);
		fault_queue_name(i, name);
		fprintf(out, "facts name=%s event_idx=%d", name, q->ring.event_idx);
#define X(name) fprintf(out, " " #name "=%u", f.name);
		FAULT_FACTS(X)
#undef X
		fputc('\n', out);
	}
}

void fault_report_reset(struct run *run)
{
	for (int i = 0; i < 2 * run->dev->pairs; i++) {
		count_kicks(&run->dev->queue[i]);
		run->pace[i].counts = run->dev->queue[i].counts;
		run->pace[i].seen = look(run, i);
	}
}
