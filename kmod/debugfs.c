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

static void show_hooks(struct seq_file *m)
{
	struct rs_hook_info info;
	unsigned int i;

	for (i = 0; rs_hook_info(i, &info); i++)
		seq_printf(m, "hook name=%s kind=%s state=%s missed=%llu loses=%s\n",
			   info.symbol, info.kind, info.state, info.missed,
			   info.loses);
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
		return q->irq && q->irq->own;
	return q->dir == RS_RX && q->napi && rs_hook_attached(rs_poll_done);
}

static void show_counters(struct seq_file *m, const struct rs_queue *q,
			  const struct rs_reading *r)
{
	unsigned int i;

	if (q->irq && q->irq->own)
		seq_printf(m, " interrupts=%llu none=%llu", r->interrupts, r->none);
	for (i = 0; i < RS_COUNTERS; i++)
		if (is_known(q, i))
			seq_printf(m, " %s=%llu", counter_names[i], r->v[i]);
	if (r->exact && q->irq && q->irq->own)
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
	show_counters(m, q, &r);
	seq_putc(m, '\n');
}

static void show_irq(struct seq_file *m, struct rs_irq *irq)
{
	struct rs_queue *q = list_first_entry(&irq->queues, struct rs_queue, irq_list);
	struct irq_desc *desc = irq->desc;

	if (!rs_queue_hold(q))
		return;
	seq_printf(m, "irq irq=%u count=%u unhandled=%u last_unhandled_ms=%u kernel_count=%llu disabled=%d\n",
		   irq->irq, desc->irq_count, desc->irqs_unhandled,
		   jiffies_to_msecs(desc->last_unhandled),
		   irq->kernel_sum - q->kernel_base,
		   irqd_irq_disabled(&desc->irq_data));
	rs_queue_release();
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
	show_hooks(m);
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
	if (q->irq && q->irq->own)
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
	show_hooks(m);
	return 0;
}

DEFINE_SHOW_ATTRIBUTE(snapshot);
DEFINE_SHOW_ATTRIBUTE(queues);
DEFINE_SHOW_ATTRIBUTE(hooks);

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
	debugfs_create_file("reset", 0200, root, NULL, &reset_fops);
	return 0;
}

void rs_debugfs_exit(void)
{
	debugfs_remove_recursive(root);
}
