// SPDX-License-Identifier: GPL-2.0-only
/* Which files there are; debugfs-docs has the ABI of each. */
#include <linux/debugfs.h>
#include <linux/module.h>
#include "ringside.h"

/* A first guess; seq_file doubles it and shows again when it does not fit. */
#define SHOW_SIZE (1 << 16)

static struct dentry *root;

const char * const rs_counter_names[RS_COUNTERS] = {
#define RS_GAUGE(name, unit, meaning)
#define RS_COUNTER(name, unit, meaning) #name,
#include "counters.h"
};

const char * const rs_origin_names[RS_POLL_ORIGINS] = {
	[RS_SOFTIRQ] = "softirq", [RS_KSOFTIRQD] = "ksoftirqd",
	[RS_BUSY_POLL] = "busy", [RS_THREADED] = "threaded",
	[RS_NETPOLL] = "netpoll",
};

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

/* The caller holds rs_lock. */
void rs_show_hooks(struct seq_file *m, bool standby)
{
	struct rs_hook_info info;
	unsigned int i;

	for (i = 0; rs_hook_info(i, &info); i++) {
		if (info.standby && !standby)
			continue;
		seq_printf(m, "hook name=%s kind=%s state=%s loses=%s\n",
			   info.symbol, info.kind, info.state, info.loses);
	}
	/* the kernel has no tracepoint behind a handler that runs in a thread */
	if (rs_irq_threaded())
		seq_puts(m, "hook name=irq_thread_exit kind=tracepoint state=absent loses=interrupts-of-threaded-handlers\n");
}

/* What people call it. */
const char *rs_show_device_name(const struct rs_device *d)
{
	return d->netdev ? d->netdev_name : d->name;
}

/* The first queue of @irq that is still there; it answers for the line. */
struct rs_queue *rs_show_irq_queue(struct rs_irq *irq, struct rs_reading *r)
{
	struct rs_queue *q;

	list_for_each_entry(q, &irq->queues, irq_list)
		if (!rs_queue_read(q, r))
			return q;
	return NULL;
}

static int show_open(struct inode *inode, struct file *file)
{
	return single_open_size(file, (int (*)(struct seq_file *, void *))inode->i_private,
				NULL, SHOW_SIZE);
}

static const struct file_operations show_fops = {
	.owner = THIS_MODULE,
	.open = show_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static ssize_t reset_write(struct file *file, const char __user *buf, size_t n, loff_t *pos)
{
	rs_device_reset();
	return n;
}

static const struct file_operations reset_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = reset_write,
};

static const struct {
	const char *name;
	int (*show)(struct seq_file *m, void *unused);
} files[] = {
	{ "snapshot", rs_snapshot_show },
	{ "queues", rs_view_queues },
	{ "map", rs_view_map },
	{ "polls", rs_view_polls },
	{ "pollers", rs_view_pollers },
	{ "irqs", rs_view_irqs },
	{ "events", rs_view_events },
	{ "hooks", rs_view_hooks },
};

static int make_files(void)
{
	struct dentry *made = root;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(files) && !IS_ERR(made); i++)
		made = debugfs_create_file(files[i].name, 0400, root, files[i].show, &show_fops);
	if (!IS_ERR(made))
		made = debugfs_create_file("reset", 0200, root, NULL, &reset_fops);
	return PTR_ERR_OR_ZERO(made);
}

/**
 * rs_debugfs_init - make the files under /sys/kernel/debug/ringside
 *
 * Return: 0; -EOPNOTSUPP where the kernel has no debugfs, and with it no way
 * to show anything; -ENOMEM.
 */
int rs_debugfs_init(void)
{
	int err;

	root = debugfs_create_dir("ringside", NULL);
	if (root == ERR_PTR(-EPERM) || root == ERR_PTR(-ENODEV)) {
		pr_err("this kernel has no debugfs to show anything in; boot one with CONFIG_DEBUG_FS and without debugfs=off\n");
		return -EOPNOTSUPP;
	}
	err = PTR_ERR_OR_ZERO(root) ?: make_files();
	if (err) {
		pr_err("cannot make the files in debugfs: error %d; is there memory?\n", err);
		rs_debugfs_exit();
	}
	return err;
}

void rs_debugfs_exit(void)
{
	debugfs_remove_recursive(root);
}
