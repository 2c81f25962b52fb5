// SPDX-License-Identifier: GPL-2.0-only
/* Prints; see debugfs-docs for the ABI of each file. */
#include <linux/debugfs.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/msi.h>
#include <linux/utsname.h>
#include "ringside.h"

static struct dentry *root;

static const char * const dirs[] = {
	[RS_RX] = "rx", [RS_TX] = "tx", [RS_CTRL] = "ctrl", [RS_OTHER] = "other",
};

static const char * const counter_names[] = {
#define RS_GAUGE(name, unit, meaning)
#define RS_COUNTER(name, unit, meaning) #name,
#include "counters.h"
};

/* " key=value", with what would end the value or look like a key escaped. */
static void put_text(struct seq_file *m, const char *key, const char *value)
{
	seq_printf(m, " %s=", key);
	for (; *value; value++) {
		if (*value <= ' ' || *value == '%' || *value == '=' || *value == 0x7f)
			seq_printf(m, "%%%02X", (u8)*value);
		else
			seq_putc(m, *value);
	}
}

static void show_hooks(struct seq_file *m, bool standby)
{
	struct rs_hook_info info;
	unsigned int i;

	for (i = 0; rs_hook_info(i, &info); i++) {
		if (info.standby && !standby)
			continue;
		seq_printf(m, "hook name=%s kind=%s state=%s missed=%llu loses=%s\n",
			   info.symbol, info.kind, info.state, info.missed,
			   info.loses);
	}
}

static void show_device(struct seq_file *m, const struct rs_device *d)
{
	seq_puts(m, "device");
	put_text(m, "name", d->name);
	put_text(m, "bus", d->bus);
	seq_printf(m, " id=%u", d->vdev->id.device);
	if (d->netdev) {
		put_text(m, "netdev", d->netdev_name);
		seq_printf(m, " mac=%pM", d->mac);
	}
	seq_printf(m, " features=0x%llx generation=%u\n", d->features, d->generation);
}

static void show_msi(struct seq_file *m, const struct rs_queue *q)
{
	struct msi_msg msg;

	if (!q->irq->own || !q->irq->desc->irq_common_data.msi_desc)
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

static void show_counters(struct seq_file *m, const struct rs_queue *q,
			  const struct rs_reading *r)
{
	unsigned int i;

	if (q->counted)
		seq_printf(m, " interrupts=%llu none=%llu", r->interrupts, r->none);
	for (i = 0; i < RS_COUNTERS; i++)
		if (is_known(q, i))
			seq_printf(m, " %s=%llu", counter_names[i], r->v[i]);
	if (r->exact && q->counted)
		seq_printf(m, " missed=%lld", (s64)(r->kernel_count - r->interrupts));
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
	put_text(m, "device", q->device->name);
	seq_printf(m, " index=%u", q->index);
	put_text(m, "name", q->name);
	seq_printf(m, " dir=%s ring=%s event_idx=%d size=%u", dirs[q->dir],
		   q->vring ? "split" : "packed",
		   has(q, VIRTIO_RING_F_EVENT_IDX), q->size);
	if (q->irq)
		seq_printf(m, " irq=%u shared=%d", q->irq->irq, !q->irq->own);
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

/* The first queue of @irq that is still there; it answers for the line. */
static struct rs_queue *irq_queue(struct rs_irq *irq, struct rs_reading *r)
{
	struct rs_queue *q;

	list_for_each_entry(q, &irq->queues, irq_list)
		if (!rs_queue_read(q, r))
			return q;
	return NULL;
}

static void show_irq(struct seq_file *m, struct rs_irq *irq)
{
	const struct rs_spurious *s = &irq->spurious;
	struct rs_reading r;

	if (!irq_queue(irq, &r))
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

static void show_irq_line(struct seq_file *m, struct rs_irq *irq)
{
	const struct rs_spurious *s = &irq->spurious;
	struct rs_reading r;
	struct rs_queue *q = irq_queue(irq, &r);

	if (!q || !r.exact)
		return;
	seq_printf(m, "%5u %-10s %-10s %8u %9u %8u", irq->irq,
		   q->device->netdev_name, irq->own ? q->name : "shared",
		   s->count, s->unhandled, s->count - s->unhandled);
	if (s->last_unhandled)
		seq_printf(m, " %9u", jiffies_to_msecs(jiffies - s->last_unhandled));
	else
		seq_printf(m, " %9s", "never");
	seq_printf(m, " %8s %9u %9u", rs_spurious_can_trip(s) ? "yes" : "no",
		   rs_spurious_left(s), rs_spurious_none_left(s));
	if (rs_spurious_can_trip(s) && irq->rate)
		seq_printf(m, " %9llu", div64_u64(rs_spurious_left(s), irq->rate));
	else
		seq_printf(m, " %9s", "-");
	seq_printf(m, " %8s %6u", s->disabled ? "yes" : "no", irq->given_up);
	if (irq->given_up)
		seq_printf(m, " %llu", irq->given_up_ns / NSEC_PER_MSEC);
	seq_putc(m, '\n');
}

static int irqs_show(struct seq_file *m, void *unused)
{
	struct rs_irq *irq;

	seq_puts(m, "ringside irqs 1\n");
	seq_printf(m, "%5s %-10s %-10s %8s %9s %8s %9s %8s %9s %9s %9s %8s %6s %s\n",
		   "irq", "netdev", "queue", "count", "unhandled", "handled",
		   "age ms", "can trip", "left", "none left", "left s",
		   "disabled", "times", "at ms");
	mutex_lock(&rs_lock);
	list_for_each_entry(irq, &rs_irqs, list)
		show_irq_line(m, irq);
	mutex_unlock(&rs_lock);
	return 0;
}

static int events_show(struct seq_file *m, void *unused)
{
	struct rs_event e;
	unsigned int i;

	seq_printf(m, "ringside events 1\ndropped=%llu\n", rs_event_dropped());
	for (i = 0; rs_event_get(i, &e); i++) {
		seq_printf(m, "event time_ns=%llu kind=%s", e.time_ns,
			   rs_event_name(e.kind));
		put_text(m, "device", e.device);
		put_text(m, "queue", e.queue);
		if (e.irq)
			seq_printf(m, " irq=%u", e.irq);
		seq_printf(m, " pending=%u used_idx=%u last_used_idx=%u interrupts=%llu since_ms=%u\n",
			   e.pending, e.used_idx, e.last_used_idx, e.interrupts,
			   e.since_ms);
	}
	return 0;
}

static int snapshot_show(struct seq_file *m, void *unused)
{
	struct rs_device *d;
	struct rs_queue *q;
	struct rs_irq *irq;

	mutex_lock(&rs_lock);
	seq_puts(m, "ringside snapshot 1\n");
	seq_printf(m, "time_ns=%llu started_ns=%llu generation=%u",
		   ktime_get_ns(), rs_queue_started(), rs_queue_resets());
	put_text(m, "kernel", utsname()->release);
	put_text(m, "arch", utsname()->machine);
	put_text(m, "module", RS_VERSION);
	seq_putc(m, '\n');
	show_hooks(m, false);
	list_for_each_entry(d, &rs_devices, list) {
		show_device(m, d);
		list_for_each_entry(q, &d->queues, list)
			show_queue(m, q);
	}
	list_for_each_entry(irq, &rs_irqs, list)
		show_irq(m, irq);
	mutex_unlock(&rs_lock);
	return 0;
}

static u64 polls(const struct rs_reading *r, unsigned int origin)
{
	return r->v[RS_C_polls_softirq + origin];
}

static void show_queue_line(struct seq_file *m, struct rs_queue *q)
{
	struct rs_reading r;

	if (rs_queue_read(q, &r))
		return;
	seq_printf(m, "%-10s %-10s", q->device->netdev_name, q->name);
	if (q->counted)
		seq_printf(m, " %5u %10llu %10llu %10llu %6lld", q->irq->irq,
			   r.interrupts, r.v[RS_C_handled], r.none,
			   (s64)(r.kernel_count - r.interrupts));
	else
		seq_printf(m, " %5s %10s %10s %10s %6s", "-", "-", "-", "-", "-");
	if (q->dir == RS_RX && q->napi)
		seq_printf(m, " %10llu %10llu %10llu %10llu",
			   polls(&r, RS_SOFTIRQ) + polls(&r, RS_KSOFTIRQD),
			   polls(&r, RS_BUSY_POLL), polls(&r, RS_THREADED),
			   polls(&r, RS_NETPOLL));
	else
		seq_printf(m, " %10s %10s %10s %10s", "-", "-", "-", "-");
	seq_printf(m, " %6u %6u %12llu\n", r.used_idx, r.last_used_idx,
		   r.used_progress);
}

static int queues_show(struct seq_file *m, void *unused)
{
	struct rs_device *d;
	struct rs_queue *q;

	seq_puts(m, "ringside queues 1\n");
	seq_printf(m, "%-10s %-10s %5s %10s %10s %10s %6s %10s %10s %10s %10s %6s %6s %12s\n",
		   "netdev", "queue", "irq", "interrupts", "handled", "none",
		   "missed", "softirq", "busy poll", "threaded", "netpoll",
		   "used", "last", "progress");
	mutex_lock(&rs_lock);
	list_for_each_entry(d, &rs_devices, list)
		list_for_each_entry(q, &d->queues, list)
			show_queue_line(m, q);
	mutex_unlock(&rs_lock);
	return 0;
}

static int hooks_show(struct seq_file *m, void *unused)
{
	seq_puts(m, "ringside hooks 1\n");
	show_hooks(m, true);
	return 0;
}

DEFINE_SHOW_ATTRIBUTE(snapshot);
DEFINE_SHOW_ATTRIBUTE(queues);
DEFINE_SHOW_ATTRIBUTE(hooks);
DEFINE_SHOW_ATTRIBUTE(irqs);
DEFINE_SHOW_ATTRIBUTE(events);

static ssize_t reset_write(struct file *file, const char __user *buf, size_t n, loff_t *pos)
{
	rs_queue_reset();
	return n;
}

static const struct file_operations reset_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = reset_write,
};

/**
 * rs_debugfs_init - make the files under /sys/kernel/debug/ringside
 *
 * Return: 0; -EOPNOTSUPP where the kernel has no debugfs, and with it no way
 * to show anything.
 */
int rs_debugfs_init(void)
{
	root = debugfs_create_dir("ringside", NULL);
	if (IS_ERR(root)) {
		pr_err("this kernel has no debugfs to show anything in; boot one with CONFIG_DEBUG_FS and without debugfs=off\n");
		return -EOPNOTSUPP;
	}
	debugfs_create_file("snapshot", 0400, root, NULL, &snapshot_fops);
	debugfs_create_file("queues", 0400, root, NULL, &queues_fops);
	debugfs_create_file("hooks", 0400, root, NULL, &hooks_fops);
	debugfs_create_file("irqs", 0400, root, NULL, &irqs_fops);
	debugfs_create_file("events", 0400, root, NULL, &events_fops);
	debugfs_create_file("reset", 0200, root, NULL, &reset_fops);
	return 0;
}

void rs_debugfs_exit(void)
{
	debugfs_remove_recursive(root);
}
