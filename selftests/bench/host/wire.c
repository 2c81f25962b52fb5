// SPDX-License-Identifier: GPL-2.0-only
/* A tap with vhost-net behind it, and a receive ring that this program serves as a guest's driver
 * would. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "packet.h"

#define RING_SIZE   256
#define BUFFER_SIZE 2048
#define FRAME_SIZE  60

static struct vring ring;
static char *memory;
static int sock;
static uint16_t consumed;

static int tap_open(const char *name)
{
	struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
	int header = sizeof(struct virtio_net_hdr_mrg_rxbuf);
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr) || ioctl(fd, TUNSETVNETHDRSZ, &header))
		die("/dev/net/tun");
	return fd;
}

static void link_up(const char *name)
{
	struct ifreq ifr = {.ifr_flags = IFF_UP | IFF_RUNNING};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &ifr))
		die("cannot bring the tap up");
	close(fd);
}

static void socket_open(const char *name)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(name)};
	int bypass = 1;

	sock = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (sock < 0 || bind(sock, (struct sockaddr *)&to, sizeof(to)) ||
	    setsockopt(sock, SOL_PACKET, PACKET_QDISC_BYPASS, &bypass, sizeof(bypass)))
		die("packet socket");
}

static void ring_make(void)
{
	unsigned int i;

	memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	vring_init(&ring, RING_SIZE, memory, 4096);
	for (i = 0; i < RING_SIZE; i++) {
		ring.desc[i].addr = (1 << 20) + i * BUFFER_SIZE;
		ring.desc[i].len = BUFFER_SIZE;
		ring.desc[i].flags = VRING_DESC_F_WRITE;
		ring.avail->ring[i] = i;
	}
	ring.avail->idx = RING_SIZE;
}

static void vhost_memory(int vhost)
{
	struct {
		struct vhost_memory head;
		struct vhost_memory_region region;
	} table = {
		.head.nregions = 1,
		.region = {.memory_size = MEMORY_SIZE, .userspace_addr = (uintptr_t)memory},
	};

	if (ioctl(vhost, VHOST_SET_MEM_TABLE, &table))
		die("VHOST_SET_MEM_TABLE");
}

static void vhost_ring(int vhost, int call)
{
	struct vhost_vring_state num = {.num = RING_SIZE}, base = {.num = 0};
	struct vhost_vring_addr addr = {
		.desc_user_addr = (uintptr_t)ring.desc,
		.avail_user_addr = (uintptr_t)ring.avail,
		.used_user_addr = (uintptr_t)ring.used,
	};
	struct vhost_vring_file kick = {.fd = eventfd(0, EFD_CLOEXEC)}, call_file = {.fd = call};

	if (ioctl(vhost, VHOST_SET_VRING_NUM, &num) || ioctl(vhost, VHOST_SET_VRING_BASE, &base) ||
	    ioctl(vhost, VHOST_SET_VRING_ADDR, &addr) ||
	    ioctl(vhost, VHOST_SET_VRING_KICK, &kick) ||
	    ioctl(vhost, VHOST_SET_VRING_CALL, &call_file))
		die("vhost ring");
}

static void vhost_start(int tap, int call)
{
	uint64_t features = 1ULL << VIRTIO_F_VERSION_1 | 1ULL << VIRTIO_RING_F_EVENT_IDX |
			    1ULL << VIRTIO_NET_F_MRG_RXBUF;
	struct vhost_vring_file backend = {.fd = tap};
	int vhost = open("/dev/vhost-net", O_RDWR | O_CLOEXEC);

	if (vhost < 0 || ioctl(vhost, VHOST_SET_OWNER) ||
	    ioctl(vhost, VHOST_SET_FEATURES, &features))
		die("/dev/vhost-net");
	vhost_memory(vhost);
	vhost_ring(vhost, call);
	if (ioctl(vhost, VHOST_NET_SET_BACKEND, &backend))
		die("VHOST_NET_SET_BACKEND");
}

void wire_start(const char *tap, int call)
{
	int fd = tap_open(tap);

	ring_make();
	link_up(tap);
	socket_open(tap);
	vhost_start(fd, call);
}

void wire_send(unsigned int packets)
{
	static const char frame[FRAME_SIZE] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xb5};

	while (packets--)
		if (send(sock, frame, sizeof(frame), 0) != FRAME_SIZE)
			die("send");
}

unsigned int wire_used(void)
{
	return (uint16_t)(__atomic_load_n(&ring.used->idx, __ATOMIC_ACQUIRE) - consumed);
}

/* Each used buffer is offered again; buffers come back in any order they were used in. */
void wire_refill(void)
{
	uint16_t avail = ring.avail->idx;

	for (; wire_used(); consumed++)
		ring.avail->ring[avail++ % RING_SIZE] = ring.used->ring[consumed % RING_SIZE].id;
	__atomic_store_n(&ring.avail->idx, avail, __ATOMIC_RELEASE);
}

void wire_ask(void)
{
	vring_used_event(&ring) = consumed;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}
