// SPDX-License-Identifier: GPL-2.0-only
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include "debugfs.h"
#include "registry.h"
#include "snapshot.h"
#include "view.h"

/* A first guess; seq_file doubles it and shows again when it does not fit. */
#define SHOW_SIZE (1 << 16)

static struct dentry *root;

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
	int err = rs_registry_reset();

	return err ?: n;
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
