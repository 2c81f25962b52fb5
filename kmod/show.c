// SPDX-License-Identifier: GPL-2.0-only
#include "clock.h"
#include "delay.h"
#include "hook.h"
#include "irq.h"
#include "line.h"
#include "prove.h"
#include "registry.h"
#include "show.h"
#include "softirq.h"

/* " key=value", with what would end the value or look like a key escaped. */
void rs_show_text(struct seq_file *m, const char *key, const char *value)
{
	seq_printf(m, " %s=", key);
	for (; *value; value++) {
		if (*value <= ' ' || *value == '%' || *value == '=' || *value == 0x7f)
			seq_printf(m, "%%%02X", (u8)*value);
		else
			seq_putc(m, *value);
	}
}

/* The caller holds the registry's lock. */
void rs_show_hooks(struct seq_file *m, bool standby)
{
	struct rs_hook_info info;
	unsigned int i;

	for (i = 0; rs_hook_info(i, &info); i++) {
		if (info.standby && !standby)
			continue;
		seq_printf(m, "hook name=%s kind=%s state=%s loses=%s",
			   info.symbol, info.kind, info.state, info.loses);
		if (info.missed_known)
			seq_printf(m, " missed=%lu", info.missed);
		seq_putc(m, '\n');
	}
	if (!rs_irq_results_seen())
		seq_puts(m, "hook name=irq_handler_exit kind=tracepoint state=absent loses=results-of-interrupts\n");
	/* the kernel has no tracepoint behind a handler that runs in a thread */
	if (rs_line_any_threaded())
		seq_puts(m, "hook name=irq_thread_exit kind=tracepoint state=absent loses=interrupts-of-threaded-handlers\n");
}

/* What people call it. */
const char *rs_show_device_name(const struct rs_device *d)
{
	return d->netdev ? d->netdev_name : d->name;
}

/* The queue that the line's counts are read with: the first of its queues that is still there. */
struct rs_queue *rs_show_line_queue(struct rs_line *line, struct rs_reading *r)
{
	struct rs_device *d;
	struct rs_queue *q;

	list_for_each_entry(d, &rs_registry_devices, list)
		list_for_each_entry(q, &d->queues, list)
			if (q->line == line && !rs_queue_read(q, r))
				return q;
	return NULL;
}

/* Both counts since the parameter prove is on, and how far they differ. */
void rs_show_proof(struct seq_file *m, const struct rs_queue *q, const struct rs_reading *r)
{
	unsigned int i;

	if (!r->proof_known || q->dir == RS_CTRL || q->dir == RS_OTHER)
		return;
	seq_puts(m, "proof");
	rs_show_text(m, "device", q->device->name);
	seq_printf(m, " index=%u", q->index);
	for (i = 0; i < RS_PROOFS; i++) {
		if (!rs_prove_known(q, i))
			continue;
		seq_printf(m, " %s=%llu %s_differ=%lld", rs_proof_names[i], r->proof[i],
			   rs_proof_names[i], (s64)(r->proved[i] - r->proof[i]));
	}
	seq_putc(m, '\n');
}

/* " name=at:count,at:count" for the buckets that are not empty. */
static void show_buckets(struct seq_file *m, const char *name, const u64 *hist,
			 unsigned int n, u64 (*at)(unsigned int i))
{
	char before = '=';
	unsigned int i;

	seq_printf(m, " %s", name);
	for (i = 0; i < n; i++) {
		if (!hist[i])
			continue;
		seq_printf(m, "%c%llu:%llu", before, at(i), hist[i]);
		before = ',';
	}
	if (before == '=')
		seq_puts(m, "=");
}

static u64 packets_at(unsigned int i)
{
	return i ? 1U << (i - 1) : 0;
}

static u64 gap_at(unsigned int i)
{
	return i ? rs_clock_ns(1ULL << (i - 1 + RS_GAP_SHIFT)) : 0;
}

/* Readers take turns. */
static struct rs_hist hist;

void rs_show_hists(struct seq_file *m, struct rs_queue *q)
{
	unsigned int i;

	if (!q->hist)
		return;
	rs_queue_hist(q, &hist);
	for (i = 0; i < RS_POLL_ORIGINS; i++) {
		if (!memchr_inv(hist.packets[i], 0, sizeof(hist.packets[i])))
			continue;
		seq_puts(m, "hist");
		rs_show_text(m, "device", q->device->name);
		seq_printf(m, " index=%u origin=%s", q->index, rs_origin_names[i]);
		show_buckets(m, "packets", hist.packets[i], RS_PACKET_BUCKETS, packets_at);
		if (RS_HAS_TRACEPOINTS)
			show_buckets(m, "gap_ns", hist.gaps[i], RS_GAP_BUCKETS, gap_at);
		seq_putc(m, '\n');
	}
}

static u64 delay_at(unsigned int i)
{
	return i ? 1ULL << (i - 1) : 0;
}

/* The times around a queue's polls, while the parameter delays is on. */
void rs_show_delays(struct seq_file *m, struct rs_queue *q)
{
	static struct rs_delays delays;	/* readers take turns */

	if (!q->delays || !(rs_delay_wait_known() || rs_delay_length_known()))
		return;
	rs_queue_delays(q, &delays);
	seq_puts(m, "delay");
	rs_show_text(m, "device", q->device->name);
	seq_printf(m, " index=%u", q->index);
	if (rs_delay_wait_known())
		show_buckets(m, "poll_wait_ns", delays.wait, RS_DELAY_BUCKETS, delay_at);
	if (rs_delay_length_known())
		show_buckets(m, "poll_length_ns", delays.length, RS_DELAY_BUCKETS, delay_at);
	seq_putc(m, '\n');
}

void rs_show_cpus(struct seq_file *m)
{
	struct rs_softirq r;
	int cpu;

	for_each_online_cpu(cpu) {
		rs_softirq_read(cpu, &r);
		seq_printf(m, "cpu cpu=%d", cpu);
		if (r.timed)
			seq_printf(m, " net_rx_ns=%llu net_rx_runs=%llu", r.ns, r.runs);
		seq_printf(m, " time_squeeze=%u\n", r.time_squeeze);
	}
}
