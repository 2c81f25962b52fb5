// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes the kernel's rings look like none that ringside knows: of the virtqueue
 * it tries things on, no used entry comes back.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/virtio.h>

struct call {
	bool veiled;
};

static int get_buf_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct virtqueue *vq = (void *)regs_get_kernel_argument(regs, 0);
	struct call *call = (void *)ri->data;

	call->veiled = vq->name && !strcmp(vq->name, "ringside");
	return 0;
}

static int get_buf_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct call *call = (void *)ri->data;

	if (call->veiled)
		regs_set_return_value(regs, 0);
	return 0;
}

static struct kretprobe probe = {
	.kp.symbol_name = "virtqueue_get_buf",
	.entry_handler = get_buf_entry,
	.handler = get_buf_return,
	.data_size = sizeof(struct call),
	.maxactive = 64,
};

static int __init veil_init(void)
{
	return register_kretprobe(&probe);
}

static void __exit veil_exit(void)
{
	unregister_kretprobe(&probe);
}

module_init(veil_init);
module_exit(veil_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Hides a virtqueue's returned entries from ringside");
