// SPDX-License-Identifier: GPL-2.0-only
/* The fault device end to end, with this test as VMM and guest: vhost-user, a ring, its counts. */
#define _GNU_SOURCE
#include <kselftest_harness.h>
#include <linux/vhost.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "fault/queue.h"
#include "fault/user.h"

#define RAM    65536
#define SIZE   64
#define GPA    0x40000000ull /* of the shared memory */
#define UVA    0x7f0000000000ull
#define ROUNDS 10007

struct wire {
	uint32_t request, flags, size;
	union {
		uint64_t u64;
		struct vhost_vring_state state;
		struct vhost_vring_addr addr;
		uint64_t memory[5]; /* count, then gpa, size, uva, offset */
	} __attribute__((packed));
};

FIXTURE(user)
{
	struct device dev;
	int vmm, sock, memfd, kick, call;
	char *ram;
	struct wire w;
};

/* One request, and the answer where one is due. */
static int ask(struct device *dev, int vmm, int sock, struct wire *w, int fd, bool answer)
{
	char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec iov = {w, 12 + w->size};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};

	w->flags = answer ? 1 | 8 : 1;
	if (fd >= 0) {
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		CMSG_FIRSTHDR(&msg)->cmsg_len = CMSG_LEN(sizeof(int));
		CMSG_FIRSTHDR(&msg)->cmsg_level = SOL_SOCKET;
		CMSG_FIRSTHDR(&msg)->cmsg_type = SCM_RIGHTS;
		*(int *)CMSG_DATA(CMSG_FIRSTHDR(&msg)) = fd;
	}
	if (sendmsg(vmm, &msg, 0) < 0)
		return -1;
	if (fault_user_serve(dev, sock) != 1)
		return -1;
	if (!answer)
		return 0;
	return recv(vmm, w, sizeof(*w), 0) > 12 && w->flags == 5 ? 0 : -1;
}

#define ASK(number, bytes, fd)                                                            \
	({                                                                                \
		self->w.request = number;                                                 \
		self->w.size = bytes;                                                     \
		ASSERT_EQ(0, ask(&self->dev, self->vmm, self->sock, &self->w, fd, true)); \
	})

FIXTURE_SETUP(user)
{
	int pair[2];

	fault_device_init(&self->dev, 1);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	self->vmm = pair[0];
	self->sock = pair[1];
	self->memfd = memfd_create("ram", 0);
	ASSERT_EQ(0, ftruncate(self->memfd, RAM));
	self->ram = mmap(NULL, RAM, PROT_READ | PROT_WRITE, MAP_SHARED, self->memfd, 0);
	self->kick = eventfd(0, EFD_NONBLOCK);
	self->call = eventfd(0, EFD_NONBLOCK);
}

FIXTURE_TEARDOWN(user)
{
	fault_memory_clear(&self->dev.mem);
	munmap(self->ram, RAM);
	close(self->vmm);
	close(self->sock);
}

TEST_F(user, offers_what_the_tests_need)
{
	ASK(1, 0, -1);
	EXPECT_TRUE(self->w.u64 & 1ull << VIRTIO_F_RING_PACKED);
	EXPECT_TRUE(self->w.u64 & 1ull << VIRTIO_RING_F_EVENT_IDX);
	EXPECT_TRUE(self->w.u64 & 1ull << VIRTIO_RING_F_INDIRECT_DESC);
	ASK(17, 0, -1);
	EXPECT_EQ(1, self->w.u64);
}

TEST_F(user, refuses_a_queue_it_has_not)
{
	self->w.state = (struct vhost_vring_state){.index = 2, .num = SIZE};
	ASK(8, sizeof(self->w.state), -1);
	EXPECT_EQ(1, self->w.u64);
}

TEST_F(user, ends_on_a_request_it_does_not_know)
{
	self->w.request = 40;
	self->w.size = 0;
	EXPECT_EQ(-1, ask(&self->dev, self->vmm, self->sock, &self->w, -1, false));
}

TEST_F(user, counts_what_it_does)
{
	struct vring_desc *desc = (void *)self->ram;
	struct vring_avail *avail = (void *)(self->ram + 0x1000);
	struct vring_used *used = (void *)(self->ram + 0x2000);
	struct queue *q = &self->dev.queue[0];
	eventfd_t calls;
	char frame[60] = "frame";

	self->w.u64 = 1ull << VIRTIO_F_VERSION_1;
	ASK(2, 8, -1);
	memcpy(self->w.memory, (uint64_t[]){1, GPA, RAM, UVA, 0}, 40);
	ASK(5, 40, self->memfd);
	ASSERT_EQ(0, self->w.u64);
	self->w.state = (struct vhost_vring_state){.index = 0, .num = SIZE};
	ASK(8, sizeof(self->w.state), -1);
	self->w.state = (struct vhost_vring_state){.index = 0, .num = 0};
	ASK(10, sizeof(self->w.state), -1);
	self->w.addr = (struct vhost_vring_addr){.desc_user_addr = UVA,
						 .avail_user_addr = UVA + 0x1000,
						 .used_user_addr = UVA + 0x2000};
	ASK(9, sizeof(self->w.addr), -1);
	self->w.u64 = 0;
	ASK(13, 8, dup(self->call));
	self->w.u64 = 0;
	ASK(12, 8, dup(self->kick));
	ASSERT_EQ(0, self->w.u64);

	EXPECT_EQ(0, fault_queue_post(q, frame, sizeof(frame)));
	for (unsigned int i = 0; i < ROUNDS; i++) {
		desc[0] = (struct vring_desc){GPA + 0x4000, 1500, VRING_DESC_F_WRITE, 0};
		avail->ring[i % SIZE] = 0;
		avail->idx++;
		avail->flags = i % 2 ? VRING_AVAIL_F_NO_INTERRUPT : 0;
		ASSERT_EQ(1, fault_queue_post(q, frame, sizeof(frame)));
		ASSERT_EQ(!(i % 2), fault_queue_signal(q, false));
	}
	ASSERT_EQ(1, fault_queue_signal(q, true));
	EXPECT_STREQ("frame", self->ram + 0x4000 + FAULT_NET_HDR);
	EXPECT_EQ((uint16_t)ROUNDS, used->idx);
	EXPECT_EQ(ROUNDS, q->counts.posted);
	EXPECT_EQ((ROUNDS + 1) / 2 + 1, q->counts.signals);
	EXPECT_EQ(ROUNDS / 2, q->counts.suppressed);
	EXPECT_EQ(1, q->counts.empty);
	ASSERT_EQ(0, eventfd_read(self->call, &calls));
	EXPECT_EQ(q->counts.signals, calls);

	self->w.state = (struct vhost_vring_state){.index = 0, .num = 0};
	ASK(11, sizeof(self->w.state), -1);
	EXPECT_EQ((uint16_t)ROUNDS, self->w.state.num);
	EXPECT_EQ(0, fault_queue_post(q, frame, sizeof(frame)));
}

TEST_HARNESS_MAIN
