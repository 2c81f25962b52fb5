// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/sort.h>
#include "event.h"
#include "hook.h"
#include "irq.h"
#include "line.h"
#include "poll.h"
#include "poller.h"
#include "registry.h"
#include "show.h"
#include "view.h"

static u64 polls(const struct rs_reading *r, unsigned int origin)
{
	return r->v[RS_C_polls_softirq + origin];
}

static void show_queue_line(struct seq_file *m, struct rs_queue *q)
{
	struct rs_reading r;

	if (rs_queue_read(q, &r))
		return;
	seq_printf(m, "%-10s %-10s", rs_show_device_name(q->device), q->name);
	if (rs_irq_counted(q) && r.irqs_known)
		seq_printf(m, " %5u %10llu %10llu %10llu %6lld", q->line->irq,
			   r.interrupts, r.v[RS_C_handled], r.none,
			   (s64)(r.kernel_count - r.interrupts));
	else
		seq_printf(m, " %5s %10s %10s %10s %6s", "-", "-", "-", "-", "-");
	if (q->dir == RS_RX && q->napi && rs_poll_counted())
		seq_printf(m, " %10llu %10llu %10llu %10llu",
			   polls(&r, RS_SOFTIRQ) + polls(&r, RS_KSOFTIRQD),
			   polls(&r, RS_BUSY_POLL), polls(&r, RS_THREADED),
			   polls(&r, RS_NETPOLL));
	else
		seq_printf(m, " %10s %10s %10s %10s", "-", "-", "-", "-");
	seq_printf(m, " %6u %6u", r.used_idx, r.last_used_idx);
	if (r.progress_known && rs_registry_followed(q))
		seq_printf(m, " %12llu\n", r.used_progress);
	else
		seq_printf(m, " %12s\n", "-");
}

int rs_view_queues(struct seq_file *m, void *unused)
{
	struct rs_device *d;
	struct rs_queue *q;

	seq_puts(m, "ringside queues 1\n");
	seq_printf(m, "%-10s %-10s %5s %10s %10s %10s %6s %10s %10s %10s %10s %6s %6s %12s\n",
		   "netdev", "queue", "irq", "interrupts", "handled", "none",
		   "missed", "softirq", "busy poll", "threaded", "netpoll",
		   "used", "last", "progress");
	mutex_lock(&rs_registry_lock);
	list_for_each_entry(d, &rs_registry_devices, list)
		list_for_each_entry(q, &d->queues, list)
			show_queue_line(m, q);
	mutex_unlock(&rs_registry_lock);
	return 0;
}

static void show_irq_line(struct seq_file *m, struct rs_line *line)
{
	const struct rs_spurious *s = &line->spurious;
	unsigned int given_up = smp_load_acquire(&line->given_up);	/* irq.c */
	struct rs_reading r;
	struct rs_queue *q = rs_show_line_queue(line, &r);

	if (!q || !r.irqs_known)
		return;
	seq_printf(m, "%5u %-10s %-10s %8u %9u %8u", line->irq,
		   rs_show_device_name(q->device), line->shared ? "shared" : q->name,
		   s->count, s->unhandled, s->count - s->unhandled);
	if (s->last_unhandled)
		seq_printf(m, " %9u", jiffies_to_msecs(jiffies - s->last_unhandled));
	else
		seq_printf(m, " %9s", "never");
	seq_printf(m, " %8s %9u %9u", rs_spurious_can_trip(s) ? "yes" : "no",
		   rs_spurious_left(s), rs_spurious_none_left(s));
	if (rs_spurious_can_trip(s) && line->rate)
		seq_printf(m, " %9llu", div64_u64(rs_spurious_left(s), line->rate));
	else
		seq_printf(m, " %9s", "-");
	seq_printf(m, " %8s %6u", s->disabled ? "yes" : "no", given_up);
	if (given_up)
		seq_printf(m, " %llu", READ_ONCE(line->given_up_ns) / NSEC_PER_MSEC);
	seq_putc(m, '\n');
}

int rs_view_irqs(struct seq_file *m, void *unused)
{
	struct rs_line *line;

	seq_puts(m, "ringside irqs 1\n");
	seq_printf(m, "%5s %-10s %-10s %8s %9s %8s %9s %8s %9s %9s %9s %8s %6s %s\n",
		   "irq", "netdev", "queue", "count", "unhandled", "handled",
		   "age ms", "can trip", "left", "none left", "left s",
		   "disabled", "times", "at ms");
	mutex_lock(&rs_registry_lock);
	list_for_each_entry(line, &rs_lines, list)
		show_irq_line(m, line);
	mutex_unlock(&rs_registry_lock);
	return 0;
}

int rs_view_events(struct seq_file *m, void *unused)
{
	struct rs_event e;
	unsigned int i;

	seq_printf(m, "ringside events 1\ndropped=%llu\n", rs_event_dropped());
	for (i = 0; rs_event_get(i, &e); i++) {
		seq_printf(m, "event time_ns=%llu kind=%s", e.time_ns,
			   rs_event_name(e.kind));
		rs_show_text(m, "device", e.device);
		rs_show_text(m, "queue", e.queue);
		if (e.irq)
			seq_printf(m, " irq=%u", e.irq);
		seq_printf(m, " pending=%u used_idx=%u last_used_idx=%u interrupts=%llu since_ms=%u\n",
			   e.pending, e.used_idx, e.last_used_idx, e.interrupts,
			   e.since_ms);
	}
	return 0;
}

int rs_view_hooks(struct seq_file *m, void *unused)
{
	seq_puts(m, "ringside hooks 1\n");
	mutex_lock(&rs_registry_lock);
	rs_show_hooks(m, true);
	mutex_unlock(&rs_registry_lock);
	return 0;
}

/* Where a queue's interrupts may go, and where they go. Readers take turns. */
static struct cpumask affinity, effective;
static unsigned int napi_id;

static bool read_map(struct rs_queue *q)
{
	struct irq_data *data;
	unsigned long flags;

	if (!rs_queue_lock(q, &flags))
		return false;
	napi_id = q->napi ? q->napi->napi_id : 0;
	if (q->line) {
		data = &q->line->desc->irq_data;
		cpumask_copy(&affinity, irq_data_get_affinity_mask(data));
		cpumask_copy(&effective, irq_data_get_effective_affinity_mask(data));
	}
	rs_queue_unlock(flags);
	return true;
}

static void show_map_line(struct seq_file *m, struct rs_queue *q)
{
	if (!read_map(q))
		return;
	if (q->line)
		seq_printf(m, "%5u", q->line->irq);
	else
		seq_printf(m, "%5s", "-");
	seq_printf(m, " %-10s %-14s %-10s %-10s", q->device->name, q->device->bus,
		   q->name, rs_show_device_name(q->device));
	if (napi_id)
		seq_printf(m, " %7u", napi_id);
	else
		seq_printf(m, " %7s", "-");
	if (q->line)
		seq_printf(m, " %*pbl %*pbl\n", cpumask_pr_args(&affinity),
			   cpumask_pr_args(&effective));
	else
		seq_puts(m, " - -\n");
}

int rs_view_map(struct seq_file *m, void *unused)
{
	struct rs_device *d;
	struct rs_queue *q;

	seq_puts(m, "ringside map 1\n");
	seq_printf(m, "%5s %-10s %-14s %-10s %-10s %7s %s\n", "irq", "device",
		   "bus", "queue", "netdev", "napi", "affinity effective");
	mutex_lock(&rs_registry_lock);
	list_for_each_entry(d, &rs_registry_devices, list)
		list_for_each_entry(q, &d->queues, list)
			show_map_line(m, q);
	mutex_unlock(&rs_registry_lock);
	return 0;
}

static void show_polls_of(struct seq_file *m, struct rs_queue *q)
{
	struct rs_reading r;
	unsigned int i;

	if (!q->hist || !q->napi || !rs_poll_counted() || rs_queue_read(q, &r))
		return;
	for (i = 0; i < RS_POLL_ORIGINS; i++)
		seq_printf(m, "%-10s %-10s %-10s %12llu %12llu %12llu %12llu\n",
			   rs_show_device_name(q->device), q->name, rs_origin_names[i],
			   polls(&r, i), r.v[RS_C_packets_softirq + i],
			   r.v[RS_C_empty_softirq + i], r.v[RS_C_full_softirq + i]);
}

int rs_view_polls(struct seq_file *m, void *unused)
{
	struct rs_device *d;
	struct rs_queue *q;

	seq_puts(m, "ringside polls 1\n");
	seq_printf(m, "%-10s %-10s %-10s %12s %12s %12s %12s\n", "netdev", "queue",
		   "origin", "polls", "packets", "empty", "full");
	mutex_lock(&rs_registry_lock);
	list_for_each_entry(d, &rs_registry_devices, list)
		list_for_each_entry(q, &d->queues, list)
			show_polls_of(m, q);
	list_for_each_entry(d, &rs_registry_devices, list)
		list_for_each_entry(q, &d->queues, list)
			rs_show_hists(m, q);
	list_for_each_entry(d, &rs_registry_devices, list)
		list_for_each_entry(q, &d->queues, list)
			rs_show_delays(m, q);
	rs_show_cpus(m);
	mutex_unlock(&rs_registry_lock);
	return 0;
}

#define POLLERS 32

static int more_polls(const void *a, const void *b)
{
	const struct rs_poller *x = a, *y = b;

	return x->polls < y->polls ? 1 : x->polls > y->polls ? -1 : 0;
}

int rs_view_pollers(struct seq_file *m, void *unused)
{
	static struct rs_poller list[POLLERS];	/* readers take turns */
	struct rs_poller others;
	unsigned int i, n;

	seq_puts(m, "ringside pollers 1\n");
	seq_printf(m, "%8s %-16s %12s %12s\n", "pid", "process", "polls", "packets");
	mutex_lock(&rs_registry_lock);
	n = rs_poller_read(list, POLLERS, &others);
	sort(list, n, sizeof(list[0]), more_polls, NULL);
	for (i = 0; i < n; i++)
		seq_printf(m, "%8d %-16s %12llu %12llu\n", list[i].pid, list[i].name,
			   list[i].polls, list[i].packets);
	if (others.polls)
		seq_printf(m, "%8s %-16s %12llu %12llu\n", "-", "others",
			   others.polls, others.packets);
	mutex_unlock(&rs_registry_lock);
	return 0;
}
