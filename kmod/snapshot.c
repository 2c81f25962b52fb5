// SPDX-License-Identifier: GPL-2.0-only
/* The snapshot for machines: everything ringside knows, at one instant. */
#include <linux/ktime.h>
#include <linux/msi.h>
#include <linux/utsname.h>
#include "ringside.h"

static const char * const dirs[] = {
	[RS_RX] = "rx", [RS_TX] = "tx", [RS_CTRL] = "ctrl", [RS_OTHER] = "other",
};

static void show_device(struct seq_file *m, const struct rs_device *d)
{
	seq_puts(m, "device");
	rs_show_text(m, "name", d->name);
	rs_show_text(m, "bus", d->bus);
	seq_printf(m, " id=%u", d->vdev->id.device);
	if (d->netdev) {
		rs_show_text(m, "netdev", d->netdev_name);
		seq_printf(m, " mac=%pM", d->mac);
	}
	seq_printf(m, " features=0x%llx generation=%u\n", d->features, d->generation);
}

static void show_msi(struct seq_file *m, const struct rs_queue *q)
{
	struct msi_msg msg;

	if (q->irq->shared || !q->irq->desc->irq_common_data.msi_desc)
		return;
	get_cached_msi_msg(q->irq->irq, &msg);
	seq_printf(m, " msi_addr=0x%llx msi_data=0x%x",
		   (u64)msg.address_hi << 32 | msg.address_lo, msg.data);
	if (q->device->pci_id)
		seq_printf(m, " msi_devid=0x%x", q->device->pci_id - 1);
}

/* Whether counter @i of @q can be known; the others are left out. */
static bool is_known(const struct rs_queue *q, unsigned int i)
{
	if (i >= RS_C_handled && i <= RS_C_none_unknown)
		return q->counted;
	return q->dir == RS_RX && q->napi && rs_hook_attached(rs_poll_done);
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

	if (q->counted)
		seq_printf(m, " interrupts=%llu none=%llu", r->interrupts, r->none);
	for (i = 0; i < RS_COUNTERS; i++)
		if (is_known(q, i))
			seq_printf(m, " %s=%llu", rs_counter_names[i], r->v[i]);
	if (r->exact && q->counted)
		show_missed(m, r);
	if (rs_queue_followed(q))
		seq_printf(m, " used_progress=%llu last_used_progress=%llu",
			   r->used_progress, r->last_used_progress);
}

static bool has(const struct rs_queue *q, unsigned int feature)
{
	return q->device->features & BIT_ULL(feature);
}

static void show_queue(struct seq_file *m, struct rs_queue *q)
{
	struct rs_reading r;

	if (rs_queue_read(q, &r))
		return;
	seq_puts(m, "queue");
	rs_show_text(m, "device", q->device->name);
	seq_printf(m, " index=%u", q->index);
	rs_show_text(m, "name", q->name);
	seq_printf(m, " dir=%s ring=%s event_idx=%d size=%u", dirs[q->dir],
		   q->vring ? "split" : "packed",
		   has(q, VIRTIO_RING_F_EVENT_IDX), q->size);
	if (q->irq)
		seq_printf(m, " irq=%u shared=%d", q->irq->irq, q->irq->shared);
	if (q->napi && q->napi->napi_id)
		seq_printf(m, " napi_id=%u", q->napi->napi_id);
	seq_printf(m, " used_addr=0x%llx", q->used_addr);
	if (q->irq)
		show_msi(m, q);
	seq_printf(m, " used_idx=%u last_used_idx=%u", r.used_idx, r.last_used_idx);
	if (q->stalled)
		seq_printf(m, " stalled_ms=%llu",
			   div_u64(ktime_get_ns() - q->stall_since_ns, NSEC_PER_MSEC));
	show_counters(m, q, &r);
	seq_putc(m, '\n');
}

static void show_irq(struct seq_file *m, struct rs_irq *irq)
{
	const struct rs_spurious *s = &irq->spurious;
	struct rs_reading r;

	if (!rs_show_irq_queue(irq, &r))
		return;
	seq_printf(m, "irq irq=%u", irq->irq);
	if (r.exact)
		seq_printf(m, " count=%u unhandled=%u last_unhandled_ms=%u kernel_count=%llu disabled=%d can_trip=%d",
			   s->count, s->unhandled, jiffies_to_msecs(s->last_unhandled),
			   r.kernel_count, s->disabled, rs_spurious_can_trip(s));
	seq_printf(m, " given_up=%u", irq->given_up);
	if (irq->given_up)
		seq_printf(m, " given_up_ns=%llu", irq->given_up_ns);
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

/* Under rs_lock, as everything that shows. */
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
		show_buckets(m, "gap_ns", hist.gaps[i], RS_GAP_BUCKETS, gap_at);
		seq_putc(m, '\n');
	}
}

void rs_show_cpus(struct seq_file *m)
{
	struct rs_softirq r;
	int cpu;

	for_each_online_cpu(cpu) {
		rs_softirq_read(cpu, &r);
		seq_printf(m, "cpu cpu=%d", cpu);
		if (rs_hook_attached(rs_softirq_leave))
			seq_printf(m, " net_rx_ns=%llu net_rx_runs=%llu",
				   rs_clock_ns(r.cycles), r.runs);
		seq_printf(m, " time_squeeze=%u\n", r.time_squeeze);
	}
}

int rs_snapshot_show(struct seq_file *m, void *unused)
{
	struct rs_device *d;
	struct rs_queue *q;
	struct rs_irq *irq;

	mutex_lock(&rs_lock);
	seq_puts(m, "ringside snapshot 1\n");
	seq_printf(m, "time_ns=%llu started_ns=%llu generation=%u",
		   ktime_get_ns(), rs_device_started(), rs_device_resets());
	rs_show_text(m, "kernel", utsname()->release);
	rs_show_text(m, "arch", utsname()->machine);
	rs_show_text(m, "module", RS_VERSION);
	seq_putc(m, '\n');
	rs_show_hooks(m, false);
	list_for_each_entry(d, &rs_devices, list) {
		show_device(m, d);
		list_for_each_entry(q, &d->queues, list)
			show_queue(m, q);
		list_for_each_entry(q, &d->queues, list)
			rs_show_hists(m, q);
	}
	rs_show_cpus(m);
	list_for_each_entry(irq, &rs_irqs, list)
		show_irq(m, irq);
	mutex_unlock(&rs_lock);
	return 0;
}

