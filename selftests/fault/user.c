// SPDX-License-Identifier: GPL-2.0-only
/* The vhost-user protocol, as far as a virtio-net device in one piece of memory needs it. */
#include "user.h"

#include <errno.h>
#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define VERSION_1  0x1u
#define REPLY	   0x4u
#define NEED_REPLY 0x8u
#define NO_FD	   0x100u /* in a ring's number: no eventfd comes with this message */
#define RING_MASK  0xffu

#define FEATURE_PROTOCOL     30 /* VHOST_USER_F_PROTOCOL_FEATURES */
#define PROTOCOL_MQ	     0
#define PROTOCOL_REPLY_ACK   3
#define PROTOCOL_BACKEND_REQ 5

#define BIT(n) (1ull << (n))
#define FEATURES                                                                                 \
	(BIT(VIRTIO_F_VERSION_1) | BIT(VIRTIO_F_ACCESS_PLATFORM) | BIT(VIRTIO_F_RING_RESET) |    \
	 BIT(VIRTIO_F_RING_PACKED) | BIT(VIRTIO_RING_F_EVENT_IDX) |                              \
	 BIT(VIRTIO_RING_F_INDIRECT_DESC) | BIT(VIRTIO_NET_F_MRG_RXBUF) | BIT(VIRTIO_NET_F_MQ) | \
	 BIT(VIRTIO_NET_F_GUEST_ANNOUNCE) | BIT(FEATURE_PROTOCOL))

struct wire_region {
	uint64_t gpa, size, uva, offset;
};

struct message {
	struct {
		uint32_t request, flags, size;
	} head;
	union {
		uint64_t u64;
		struct vhost_vring_state state;
		struct vhost_vring_addr addr;
		struct {
			uint32_t count, padding;
			struct wire_region region[FAULT_REGIONS_MAX];
		} memory;
		char bytes[512];
	};
	int fds[FAULT_REGIONS_MAX];
	int nfds;
};

static void set_fd(int *slot, int fd)
{
	if (*slot >= 0)
		close(*slot);
	*slot = fd;
}

static struct queue *queue_of(struct device *dev, uint32_t ring)
{
	return ring < (uint32_t)dev->pairs * 2 ? &dev->queue[ring] : NULL;
}

static void reply(struct message *m, uint32_t size)
{
	m->head.size = size;
	m->head.flags = VERSION_1 | REPLY;
}

static int get_features(struct device *dev, struct message *m)
{
	(void)dev;
	m->u64 = FEATURES;
	reply(m, sizeof(m->u64));
	return 0;
}

static int set_features(struct device *dev, struct message *m)
{
	dev->features = m->u64;
	return 0;
}

static int get_protocol_features(struct device *dev, struct message *m)
{
	(void)dev;
	m->u64 = BIT(PROTOCOL_MQ) | BIT(PROTOCOL_REPLY_ACK) | BIT(PROTOCOL_BACKEND_REQ);
	reply(m, sizeof(m->u64));
	return 0;
}

static int get_queue_num(struct device *dev, struct message *m)
{
	m->u64 = dev->pairs;
	reply(m, sizeof(m->u64));
	return 0;
}

static int nothing(struct device *dev, struct message *m)
{
	(void)dev;
	(void)m;
	return 0;
}

/* A way for requests of ours: there are none, but QEMU complains of one that is closed. */
static int set_backend_req_fd(struct device *dev, struct message *m)
{
	(void)dev;
	m->nfds = 0;
	return 0;
}

static void lock_all(struct device *dev)
{
	pthread_mutex_lock(&dev->lock);
	for (int i = 0; i < dev->pairs * 2; i++)
		pthread_mutex_lock(&dev->queue[i].lock);
}

static void unlock_all(struct device *dev)
{
	for (int i = 0; i < dev->pairs * 2; i++)
		pthread_mutex_unlock(&dev->queue[i].lock);
	pthread_mutex_unlock(&dev->lock);
}

static int map_region(struct region *r, const struct wire_region *w, int fd)
{
	r->gpa = w->gpa;
	r->uva = w->uva;
	r->size = w->size;
	r->map_size = w->size + w->offset;
	r->map = mmap(NULL, r->map_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (r->map == MAP_FAILED)
		return -1;
	r->base = (char *)r->map + w->offset;
	return 0;
}

static int set_mem_table(struct device *dev, struct message *m)
{
	uint32_t count = m->memory.count;
	int ret = 0;

	if (count > FAULT_REGIONS_MAX || (int)count != m->nfds)
		return -1;
	lock_all(dev);
	fault_memory_clear(&dev->mem);
	for (uint32_t i = 0; i < count && !ret; i++) {
		ret = map_region(&dev->mem.region[i], &m->memory.region[i], m->fds[i]);
		dev->mem.count += !ret;
	}
	unlock_all(dev);
	return ret;
}

static int set_vring_num(struct device *dev, struct message *m)
{
	struct queue *q = queue_of(dev, m->state.index);

	if (!q || !m->state.num || m->state.num > 32768)
		return -1;
	q->ring.size = m->state.num;
	return 0;
}

static int set_vring_addr(struct device *dev, struct message *m)
{
	struct queue *q = queue_of(dev, m->addr.index);

	if (!q)
		return -1;
	q->addr.desc = m->addr.desc_user_addr;
	q->addr.avail = m->addr.avail_user_addr;
	q->addr.used = m->addr.used_user_addr;
	return 0;
}

static int set_vring_base(struct device *dev, struct message *m)
{
	struct queue *q = queue_of(dev, m->state.index);

	if (!q)
		return -1;
	q->base = m->state.num;
	return 0;
}

static int get_vring_base(struct device *dev, struct message *m)
{
	struct queue *q = queue_of(dev, m->state.index);

	if (!q)
		return -1;
	pthread_mutex_lock(&q->lock);
	if (q->running)
		q->base = fault_ring_base(&q->ring);
	q->running = false;
	m->state.num = q->base;
	set_fd(&q->kick, -1);
	/* the call eventfd stays: QEMU sends none after the reset of one ring */
	pthread_mutex_unlock(&q->lock);
	reply(m, sizeof(m->state));
	return 0;
}

/* Translate the VMM's addresses; false if the ring is not in shared memory. */
static bool ring_map(struct device *dev, struct queue *q)
{
	struct ring *r = &q->ring;
	uint64_t n = r->size;
	void *desc, *avail, *used;

	r->packed = dev->features & BIT(VIRTIO_F_RING_PACKED);
	r->event_idx = dev->features & BIT(VIRTIO_RING_F_EVENT_IDX);
	desc = fault_memory_uva(&dev->mem, q->addr.desc, n * sizeof(struct vring_desc));
	avail = fault_memory_uva(&dev->mem, q->addr.avail, r->packed ? 4 : 6 + 2 * n);
	used = fault_memory_uva(&dev->mem, q->addr.used, r->packed ? 4 : 6 + 8 * n);
	if (r->packed) {
		r->pack.desc = desc;
		r->pack.driver = avail;
		r->pack.device = used;
	} else {
		r->split.desc = desc;
		r->split.avail = avail;
		r->split.used = used;
	}
	return n && desc && avail && used;
}

static int set_vring_kick(struct device *dev, struct message *m)
{
	struct queue *q = queue_of(dev, m->u64 & RING_MASK);

	if (!q)
		return -1;
	pthread_mutex_lock(&q->lock);
	set_fd(&q->kick, m->u64 & NO_FD || !m->nfds ? -1 : m->fds[0]);
	if (q->kick >= 0)
		m->nfds = 0; /* kept */
	q->running = ring_map(dev, q);
	if (q->running)
		fault_ring_start(&q->ring, q->base);
	q->unsignalled = false;
	/* Without the protocol feature's message a ring is enabled from its start. */
	if (!(dev->features & BIT(FEATURE_PROTOCOL)))
		q->enabled = true;
	pthread_mutex_unlock(&q->lock);
	return q->running ? 0 : -1;
}

static int set_vring_call(struct device *dev, struct message *m)
{
	struct queue *q = queue_of(dev, m->u64 & RING_MASK);

	if (!q)
		return -1;
	pthread_mutex_lock(&q->lock);
	set_fd(&q->call, m->u64 & NO_FD || !m->nfds ? -1 : m->fds[0]);
	if (q->call >= 0)
		m->nfds = 0;
	pthread_mutex_unlock(&q->lock);
	return 0;
}

static int set_vring_enable(struct device *dev, struct message *m)
{
	struct queue *q = queue_of(dev, m->state.index);

	if (!q)
		return -1;
	pthread_mutex_lock(&q->lock);
	q->enabled = m->state.num;
	pthread_mutex_unlock(&q->lock);
	return 0;
}

/* By number, as the protocol counts them from 1; what is absent is refused. */
static const struct {
	int (*answer)(struct device *dev, struct message *m);
	const char *name;
} requests[] = {
	[1] = {get_features, "GET_FEATURES"},
	[2] = {set_features, "SET_FEATURES"},
	[3] = {nothing, "SET_OWNER"},
	[4] = {nothing, "RESET_OWNER"},
	[5] = {set_mem_table, "SET_MEM_TABLE"},
	[8] = {set_vring_num, "SET_VRING_NUM"},
	[9] = {set_vring_addr, "SET_VRING_ADDR"},
	[10] = {set_vring_base, "SET_VRING_BASE"},
	[11] = {get_vring_base, "GET_VRING_BASE"},
	[12] = {set_vring_kick, "SET_VRING_KICK"},
	[13] = {set_vring_call, "SET_VRING_CALL"},
	[14] = {nothing, "SET_VRING_ERR"},
	[15] = {get_protocol_features, "GET_PROTOCOL_FEATURES"},
	[16] = {nothing, "SET_PROTOCOL_FEATURES"},
	[17] = {get_queue_num, "GET_QUEUE_NUM"},
	[18] = {set_vring_enable, "SET_VRING_ENABLE"},
	[21] = {set_backend_req_fd, "SET_BACKEND_REQ_FD"},
};

#define REQUESTS (sizeof(requests) / sizeof(requests[0]))

int fault_user_listen(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (sock < 0)
		return -1;
	if (strlen(path) >= sizeof(addr.sun_path)) {
		errno = ENAMETOOLONG;
		goto close_sock;
	}
	strcpy(addr.sun_path, path);
	if (!bind(sock, (struct sockaddr *)&addr, sizeof(addr)) && !listen(sock, 1))
		return sock;
close_sock:
	close(sock);
	return -1;
}

static int receive(int sock, struct message *m)
{
	union {
		char bytes[CMSG_SPACE(sizeof(m->fds))];
		struct cmsghdr align;
	} control;
	struct iovec iov = {&m->head, sizeof(m->head)};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = &control,
			     .msg_controllen = sizeof(control)};
	ssize_t got = recvmsg(sock, &msg, MSG_WAITALL | MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = got > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	m->nfds = 0;
	if (c && c->cmsg_type == SCM_RIGHTS) {
		m->nfds = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(m->fds, CMSG_DATA(c), m->nfds * sizeof(int));
	}
	if (got <= 0)
		return got;
	if (got != sizeof(m->head) || (m->head.flags & 3) != VERSION_1 ||
	    m->head.size > sizeof(m->bytes))
		return -1;
	if (m->head.size &&
	    recv(sock, m->bytes, m->head.size, MSG_WAITALL) != (ssize_t)m->head.size)
		return -1;
	return 1;
}

static int transmit(int sock, struct message *m)
{
	struct iovec iov[2] = {{&m->head, sizeof(m->head)}, {m->bytes, m->head.size}};

	return writev(sock, iov, 2) < 0 ? -1 : 1;
}

int fault_user_serve(struct device *dev, int sock)
{
	struct message m;
	int ret = receive(sock, &m);
	const char *name =
		ret > 0 && m.head.request < REQUESTS ? requests[m.head.request].name : NULL;
	bool failed;

	if (ret <= 0)
		return ret;
	if (!name) {
		fprintf(stderr,
			"fault: the VMM sent vhost-user request %u, which is not known here\n",
			m.head.request);
		return -1;
	}
	if (getenv("FAULT_TRACE"))
		fprintf(stderr, "fault: %s %#llx\n", name, (unsigned long long)m.u64);
	failed = requests[m.head.request].answer(dev, &m);
	for (int i = 0; i < m.nfds; i++)
		close(m.fds[i]);
	if (failed)
		fprintf(stderr, "fault: the VMM's %s makes no sense\n", name);
	if (!(m.head.flags & REPLY) && m.head.flags & NEED_REPLY) {
		m.u64 = failed;
		reply(&m, sizeof(m.u64));
	} else if (failed) {
		return -1;
	}
	return m.head.flags & REPLY ? transmit(sock, &m) : 1;
}
