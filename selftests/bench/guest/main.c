// SPDX-License-Identifier: GPL-2.0-only
/*
 * Write "UNIT", "UNIT PAIR", "UNIT every" or "UNIT xCPUS" to debugfs'
 * rsbench/run; what was measured is in rsbench/figure.
 */
#include <linux/debugfs.h>
#include <linux/ethtool.h>
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include <linux/uaccess.h>
#include "bench.h"

static unsigned int pairs = 1;
module_param(pairs, uint, 0444);
MODULE_PARM_DESC(pairs, "queue pairs of the device, 1 to 64");

static bool packed;
module_param(packed, bool, 0444);
MODULE_PARM_DESC(packed, "packed rings instead of split ones");

static struct dentry *root;
static struct figure last;
static DEFINE_MUTEX(lock);

static int run(char *line)
{
	const struct unit *u = unit_find(strsep(&line, " "));
	unsigned int n = 0;

	if (!u)
		return -ENOENT;
	if (line && !strcmp(line, "every"))
		return run_every(u, &last);
	if (line && *line == 'x')
		return kstrtouint(line + 1, 0, &n) ?: run_together(u, n, &last);
	if (line && kstrtouint(line, 0, &n))
		return -EINVAL;
	return run_alone(u, n, &last);
}

static ssize_t run_write(struct file *file, const char __user *buf, size_t n, loff_t *pos)
{
	char line[40] = "";
	int err;

	if (n >= sizeof(line) || copy_from_user(line, buf, n))
		return -EINVAL;
	mutex_lock(&lock);
	err = run(strim(line));
	mutex_unlock(&lock);
	return err ?: n;
}

static const struct file_operations run_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = run_write,
};

/* Thousandths of an instruction for one part, and how many parts there were. */
static int figure_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%llu %llu\n", last.milli, last.parts);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(figure);

static int clock_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%llu\n", run_calibrate());
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(clock);

/* The driver starts with as many queues as there are CPUs: all are wanted. */
static int open_all(void)
{
	struct net_device *netdev = device_netdev();
	struct ethtool_channels channels = { .combined_count = pairs };
	int err;

	rtnl_lock();
	err = dev_open(netdev, NULL);
	if (!err && pairs > 1)
		err = netdev->ethtool_ops->set_channels(netdev, &channels);
	rtnl_unlock();
	return err;
}

static int __init bench_init(void)
{
	int err;

	if (!pairs || pairs > BENCH_PAIRS_MAX)
		return -EINVAL;
	err = device_init(pairs, packed);
	if (err)
		return err;
	err = open_all();
	if (err) {
		device_exit();
		return err;
	}
	root = debugfs_create_dir("rsbench", NULL);
	debugfs_create_file("run", 0200, root, NULL, &run_fops);
	debugfs_create_file("figure", 0400, root, NULL, &figure_fops);
	debugfs_create_file("clock", 0400, root, NULL, &clock_fops);
	return 0;
}

static void __exit bench_exit(void)
{
	debugfs_remove_recursive(root);
	device_exit();
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Counts the instructions of a virtio-net queue's interrupts and polls");
