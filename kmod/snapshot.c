// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ktime.h>
#include <linux/utsname.h>
#include "irq.h"
#include "line.h"
#include "poll.h"
#include "registry.h"
#include "show.h"
#include "snapshot.h"
#include "version.h"

static const char * const dirs[] = {
	[RS_RX] = "rx", [RS_TX] = "tx", [RS_CTRL] = "ctrl", [RS_OTHER] = "other",
};

static void show_device(struct seq_file *m, const struct rs_device *d)
{
	seq_puts(m, "device");
	rs_show_text(m, "name", d->name);
	rs_show_text(m, "bus", d->bus);
	seq_printf(m, " id=%u", d->id);
	if (d->netdev) {
		rs_show_text(m, "netdev", d->netdev_name);
		seq_printf(m, " mac=%pM", d->mac);
	}
	seq_printf(m, " features=0x%llx generation=%u\n", d->features, d->generation);
}

static void show_msi(struct seq_file *m, const struct rs_queue *q, const struct rs_reading *r)
{
	if (!r->has_msi)
		return;
	seq_printf(m, " msi_addr=0x%llx msi_data=0x%x",
		   (u64)r->msi.address_hi << 32 | r->msi.address_lo, r->msi.data);
	if (q->device->pci_id)
		seq_printf(m, " msi_devid=0x%x", q->device->pci_id - 1);
}

/* Whether the results of interrupts are known, at one instant with the kernel's count. */
static bool irqs_known(const struct rs_queue *q, const struct rs_reading *r)
{
	return rs_irq_counted(q) && r->irqs_known;
}

/* Whether a counter's group is known; the others are left out. */
static bool is_known(const struct rs_queue *q, const struct rs_reading *r, unsigned int i)
{
	if (i < RS_IRQ_COUNTERS)
		return irqs_known(q, r);
	return q->dir == RS_RX && q->napi && rs_poll_counted();
}

/* A handler may also run again for an interrupt the kernel counted once. */
static void show_missed(struct seq_file *m, const struct rs_reading *r)
{
	s64 missed = r->kernel_count - r->interrupts;

	seq_printf(m, " missed=%lld", max_t(s64, missed, 0));
	if (missed < 0)
		seq_printf(m, " reruns=%lld", -missed);
}

static void show_counters(struct seq_file *m, const struct rs_queue *q,
			  const struct rs_reading *r)
{
	unsigned int i;

	if (irqs_known(q, r))
		seq_printf(m, " interrupts=%llu none=%llu", r->interrupts, r->none);
	for (i = 0; i < RS_COUNTERS; i++)
		if (is_known(q, r, i))
			seq_printf(m, " %s=%llu", rs_counter_names[i], r->v[i]);
	if (irqs_known(q, r))
		show_missed(m, r);
	if (r->progress_known && rs_registry_followed(q))
		seq_printf(m, " used_progress=%llu last_used_progress=%llu",
			   r->used_progress, r->last_used_progress);
	if (q->unfollowed)
		seq_puts(m, " unfollowed=xdp");
}

static bool has(const struct rs_queue *q, unsigned int feature)
{
	return q->device->features & BIT_ULL(feature);
}

static void show_facts(struct seq_file *m, const struct rs_facts *f)
{
	unsigned int i;

	for (i = 0; i < RS_FACTS; i++)
		if (f->known & BIT(i))
			seq_printf(m, " %s=%llu", rs_fact_names[i], f->v[i]);
}

static void show_queue(struct seq_file *m, struct rs_queue *q)
{
	struct rs_reading r;

	if (rs_queue_read(q, &r))
		return;
	seq_puts(m, "queue");
	rs_show_text(m, "device", q->device->name);
	seq_printf(m, " index=%u generation=%u", q->index, q->generation);
	rs_show_text(m, "name", q->name);
	seq_printf(m, " dir=%s ring=%s event_idx=%d size=%u", dirs[q->dir],
		   q->ring.vring ? "split" : "packed",
		   has(q, VIRTIO_RING_F_EVENT_IDX), q->ring.size);
	if (q->line)
		seq_printf(m, " irq=%u shared=%d", q->line->irq, q->line->shared);
	if (r.napi_id)
		seq_printf(m, " napi_id=%u", r.napi_id);
	seq_printf(m, " used_addr=0x%llx", q->used_addr);
	show_msi(m, q, &r);
	seq_printf(m, " used_idx=%u last_used_idx=%u", r.used_idx, r.last_used_idx);
	show_facts(m, &r.facts);
	if (q->stalled)
		seq_printf(m, " stalled_ms=%llu",
			   div_u64(ktime_get_ns() - q->stall_since_ns, NSEC_PER_MSEC));
	show_counters(m, q, &r);
	seq_putc(m, '\n');
	rs_show_proof(m, q, &r);
}

static void show_irq_facts(struct seq_file *m, struct rs_queue *q)
{
	struct rs_irq_facts f;

	if (!rs_fact_irq_read(q, &f))
		return;
	seq_printf(m, " masked=%d depth=%u", f.masked, f.depth);
	if (f.cpu >= 0)
		seq_printf(m, " effective_cpu=%d cpu_online=%d", f.cpu, f.online);
}

static void show_line(struct seq_file *m, struct rs_line *line)
{
	const struct rs_spurious *s = &line->spurious;
	unsigned int given_up = smp_load_acquire(&line->given_up);	/* irq.c */
	struct rs_reading r;
	struct rs_queue *q = rs_show_line_queue(line, &r);

	if (!q)
		return;
	seq_printf(m, "irq irq=%u", line->irq);
	if (r.irqs_known)
		seq_printf(m, " count=%u unhandled=%u last_unhandled_ms=%u kernel_count=%llu disabled=%d can_trip=%d",
			   s->count, s->unhandled, jiffies_to_msecs(s->last_unhandled),
			   r.kernel_count, s->disabled, rs_spurious_can_trip(s));
	show_irq_facts(m, q);
	seq_printf(m, " given_up=%u", given_up);
	if (given_up)
		seq_printf(m, " given_up_ns=%llu", READ_ONCE(line->given_up_ns));
	seq_putc(m, '\n');
}

int rs_snapshot_show(struct seq_file *m, void *unused)
{
	struct rs_device *d;
	struct rs_queue *q;
	struct rs_line *line;

	mutex_lock(&rs_registry_lock);
	seq_puts(m, "ringside snapshot 1\n");
	seq_printf(m, "time_ns=%llu started_ns=%llu generation=%u",
		   ktime_get_ns(), rs_registry_started_ns(), rs_registry_resets());
	rs_show_text(m, "kernel", utsname()->release);
	rs_show_text(m, "arch", utsname()->machine);
	rs_show_text(m, "module", RS_VERSION);
	seq_putc(m, '\n');
	rs_show_hooks(m, false);
	list_for_each_entry(d, &rs_registry_devices, list) {
		show_device(m, d);
		list_for_each_entry(q, &d->queues, list)
			show_queue(m, q);
		list_for_each_entry(q, &d->queues, list)
			rs_show_hists(m, q);
		list_for_each_entry(q, &d->queues, list)
			rs_show_delays(m, q);
	}
	rs_show_cpus(m);
	list_for_each_entry(line, &rs_lines, list)
		show_line(m, line);
	mutex_unlock(&rs_registry_lock);
	return 0;
}

