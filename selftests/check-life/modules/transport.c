// SPDX-License-Identifier: GPL-2.0-only
/*
 * A virtio device with one virtqueue, on a transport that nobody knows: ringside must leave it
 * alone. Its device id is 62, which is nobody's.
 */
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/virtio.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#define NAME	"strange-transport"
#define ID	62
#define ENTRIES 16

static u8 status;
static struct virtqueue *vq;
static struct platform_device *parent;

static u8 status_get(struct virtio_device *vdev)
{
	return status;
}

static void status_set(struct virtio_device *vdev, u8 to)
{
	status = to;
}

static void reset(struct virtio_device *vdev)
{
	status = 0;
}

static u64 features_get(struct virtio_device *vdev)
{
	return BIT_ULL(VIRTIO_F_VERSION_1);
}

static int features_end(struct virtio_device *vdev)
{
	return 0;
}

static const struct virtio_config_ops ops = {
	.get_status = status_get,
	.set_status = status_set,
	.reset = reset,
	.get_features = features_get,
	.finalize_features = features_end,
};

static bool notify(struct virtqueue *queue)
{
	return true;
}

static int driver_probe(struct virtio_device *vdev)
{
	vq = vring_create_virtqueue(0, ENTRIES, PAGE_SIZE, vdev, true, false, false, notify, NULL,
				    "strange");
	return vq ? 0 : -ENOMEM;
}

static void driver_remove(struct virtio_device *vdev)
{
	vdev->config->reset(vdev);
	vring_del_virtqueue(vq);
}

static const struct virtio_device_id ids[] = {{ID, VIRTIO_DEV_ANY_ID}, {0}};

static struct virtio_driver driver = {
	.driver.name = "strange",
	.id_table = ids,
	.probe = driver_probe,
	.remove = driver_remove,
};

static void device_release(struct device *dev)
{
	kfree(dev_to_virtio(dev));
}

static void device_gone(void *vdev)
{
	unregister_virtio_device(vdev);
}

static int transport_probe(struct platform_device *pdev)
{
	struct virtio_device *vdev = kzalloc(sizeof(*vdev), GFP_KERNEL);
	int err;

	if (!vdev)
		return -ENOMEM;
	vdev->id.device = ID;
	vdev->config = &ops;
	vdev->dev.parent = &pdev->dev;
	vdev->dev.release = device_release;
	err = register_virtio_device(vdev);
	if (err) {
		put_device(&vdev->dev);
		return err;
	}
	return devm_add_action_or_reset(&pdev->dev, device_gone, vdev);
}

static struct platform_driver transport = {
	.driver.name = NAME,
	.probe = transport_probe,
};

static int __init transport_init(void)
{
	int err = register_virtio_driver(&driver);

	if (err)
		return err;
	err = platform_driver_register(&transport);
	if (err)
		goto driver;
	parent = platform_device_register_simple(NAME, PLATFORM_DEVID_NONE, NULL, 0);
	if (!IS_ERR(parent))
		return 0;
	err = PTR_ERR(parent);
	platform_driver_unregister(&transport);
driver:
	unregister_virtio_driver(&driver);
	return err;
}

static void __exit transport_exit(void)
{
	platform_device_unregister(parent);
	platform_driver_unregister(&transport);
	unregister_virtio_driver(&driver);
}

module_init(transport_init);
module_exit(transport_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A virtio device on an unknown transport, for tests of ringside");
