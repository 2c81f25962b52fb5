// SPDX-License-Identifier: GPL-2.0-only
/* What the witness does to put the guest into a state that lasts, and to end it. */
#include <linux/interrupt.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/virtio.h>
#include <linux/virtio_net.h>
#include "witness_guest.h"

int witness_napi_off(int index)
{
	napi_disable(witness_napis[index]);
	return 0;
}

int witness_napi_on(int index)
{
	napi_enable(witness_napis[index]);
	return 0;
}

int witness_irq_off(int index)
{
	if (!witness_irq_of_queue[index])
		return -EOPNOTSUPP;
	disable_irq(witness_irq_of_queue[index]);
	return 0;
}

int witness_irq_on(int index)
{
	enable_irq(witness_irq_of_queue[index]);
	return 0;
}

static struct virtqueue *control_queue(void)
{
	struct virtqueue *vq;

	virtio_device_for_each_vq(dev_to_virtio(witness_dev->dev.parent),
				  vq) if (!strcmp(vq->name, "control")) return vq;
	return NULL;
}

/* "Promiscuous: off", as it is. The driver sends none meanwhile: the script changes nothing. */
static struct {
	struct virtio_net_ctrl_hdr header;
	u8 on, status;
} * command;

int witness_command(int index)
{
	struct scatterlist header, on, status, *parts[] = {&header, &on, &status};
	struct virtqueue *vq = control_queue();

	if (!vq || command)
		return -EOPNOTSUPP;
	command = kzalloc(sizeof(*command), GFP_KERNEL);
	if (!command)
		return -ENOMEM;
	command->header.class = VIRTIO_NET_CTRL_RX;
	command->header.cmd = VIRTIO_NET_CTRL_RX_PROMISC;
	sg_init_one(&header, &command->header, sizeof(command->header));
	sg_init_one(&on, &command->on, sizeof(command->on));
	sg_init_one(&status, &command->status, sizeof(command->status));
	return virtqueue_add_sgs(vq, parts, 2, 1, command, GFP_KERNEL);
}

int witness_command_end(int index)
{
	struct virtqueue *vq = control_queue();
	unsigned int len, tries = 20000;
	int ret;

	virtqueue_kick(vq);
	while (virtqueue_get_buf(vq, &len) != command && --tries)
		usleep_range(100, 200);
	ret = !tries ? -ETIMEDOUT : command->status ? -EIO : 0;
	if (!tries)
		return ret;
	kfree(command);
	command = NULL;
	return ret;
}
