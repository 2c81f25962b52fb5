// SPDX-License-Identifier: GPL-2.0-only
/* What was asked for and is not there is an error, which says what is there instead. */
#include <kselftest_harness.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sought.h"

#define NO_PID 4194305 /* above the highest one that the kernel gives */

FIXTURE(sought)
{
	struct rs_filter filter;
	struct rs_found found[40];
	struct rs_scan scan;
	struct rs_vm vms[40];
	struct rs_sought s;
	struct rs_error err;
};

FIXTURE_SETUP(sought)
{
	memset(self, 0, sizeof(*self));
	self->scan = (struct rs_scan){self->found, 3};
	for (unsigned int i = 0; i < 3; i++) {
		self->found[i] = (struct rs_found){.kind = RS_FOUND_TUN, .pid = 71};
		strcpy(self->found[i].tun.name, i < 2 ? "vnet3" : "vnet4");
		self->found[i].tun.queue = i % 2;
	}
	for (unsigned int i = 0; i < 40; i++) {
		self->vms[i].pid = rs_num_of(71 + i);
		snprintf(self->vms[i].name, sizeof(self->vms[i].name), "web%u", i);
		strcpy(self->vms[i].comm, "qemu");
	}
	strcpy(self->vms[1].uuid, "8a7f");
	self->vms[1].name[0] = '\0';
	self->s = (struct rs_sought){&self->filter, &self->scan, self->vms, 2};
}

FIXTURE_TEARDOWN(sought)
{
}

#define REFUSED(sentence)                                     \
	EXPECT_EQ(-1, rs_sought_check(&self->s, &self->err)); \
	EXPECT_EQ(RS_EXIT_NOTAP, self->err.status);           \
	EXPECT_STREQ(sentence, self->err.text)

TEST_F(sought, what_is_there_is_no_error)
{
	EXPECT_EQ(0, rs_sought_check(&self->s, &self->err));
	self->filter.tap = "vnet3";
	self->filter.queue = rs_num_of(1);
	self->filter.pid = rs_num_of(72);
	self->filter.vm = "8a7f";
	EXPECT_EQ(0, rs_sought_check(&self->s, &self->err));
	self->filter.vm = "web0";
	EXPECT_EQ(0, rs_sought_check(&self->s, &self->err));
	EXPECT_EQ(RS_EXIT_OK, self->err.status);
}

TEST_F(sought, queue_of_a_tap)
{
	self->filter.tap = "vnet3";
	self->filter.queue = rs_num_of(9);
	REFUSED("tap 'vnet3' has no queue 9: open queues are 0, 1");
}

/* Another network namespace has a tap of the same name. */
TEST_F(sought, queue_of_another_tap_of_that_name)
{
	self->filter.tap = "vnet3";
	self->s.netns = self->found[0].tun.netns = 5;
	self->found[1].tun.netns = 6;
	self->filter.queue = rs_num_of(1);
	REFUSED("tap 'vnet3' has no queue 1: open queues are 0");
}

TEST_F(sought, queue_of_any_tap)
{
	self->filter.queue = rs_num_of(9);
	REFUSED("no tap has queue 9: open queues are vnet3 0, vnet3 1, vnet4 0");
}

TEST_F(sought, detached_queue)
{
	self->filter.tap = "vnet3";
	self->filter.queue = rs_num_of(1);
	self->found[1].tun.detached = 1;
	REFUSED("tap 'vnet3' has no queue 1: open queues are 0");
}

/* That the tap is not served is another error, with another status. */
TEST_F(sought, queue_of_a_tap_that_is_not_open)
{
	self->filter.tap = "lonely";
	self->filter.queue = rs_num_of(0);
	EXPECT_EQ(0, rs_sought_check(&self->s, &self->err));
}

TEST_F(sought, mistyped_vm)
{
	self->filter.vm = "wbe0";
	REFUSED("no virtual machine has the name or uuid 'wbe0': there are web0 (process 71), qemu "
		"8a7f (no name, process 72)");
}

TEST_F(sought, mistyped_pid)
{
	self->filter.pid = rs_num_of(NO_PID);
	REFUSED("there is no process 4194305: there are web0 (process 71), qemu 8a7f (no name, "
		"process 72)");
}

TEST_F(sought, process_without_a_machine)
{
	char sentence[200];

	self->filter.pid = rs_num_of(getpid());
	self->s.vms_n = 0;
	snprintf(sentence, sizeof(sentence),
		 "process %d has no virtual machine, tap or vhost-vdpa device open: no process has "
		 "a KVM virtual machine or a tap open",
		 getpid());
	REFUSED(sentence);
}

TEST_F(sought, other_pid_namespace)
{
	self->filter.vm = "web7";
	self->s.own_pids = true;
	self->s.vms_n = 0;
	REFUSED("no virtual machine has the name or uuid 'web7'; ringside runs in a PID namespace "
		"of its own and cannot see the host's processes: run it on the host, or in a "
		"container that has the host's PID namespace");
}

TEST_F(sought, many_machines_are_counted)
{
	self->filter.vm = "x";
	self->s.vms_n = 40;
	EXPECT_EQ(-1, rs_sought_check(&self->s, &self->err));
	EXPECT_NE(NULL, strstr(self->err.text, ", and ")) TH_LOG("%s", self->err.text);
	EXPECT_STREQ(" more", self->err.text + strlen(self->err.text) - 5);
}

TEST_F(sought, nothing_at_all)
{
	self->s.vms_n = 0;
	EXPECT_EQ(-1, rs_sought_nothing(&self->s, &self->err));
	EXPECT_EQ(RS_EXIT_NOTAP, self->err.status);
	EXPECT_STREQ("no virtqueue was seen: no queue of a tap or of a vhost-vdpa device, and no "
		     "call eventfd that a process wrote: no process has a KVM virtual machine or a "
		     "tap open",
		     self->err.text);
}

TEST_F(sought, nothing_of_what_was_asked_for)
{
	self->filter.tap = "vnet3";
	self->filter.pid = rs_num_of(72);
	EXPECT_EQ(-1, rs_sought_nothing(&self->s, &self->err));
	EXPECT_STREQ("no virtqueue was seen of tap vnet3, process 72: no queue of a tap or of a "
		     "vhost-vdpa device, and no call eventfd that a process wrote: there are web0 "
		     "(process 71), qemu 8a7f "
		     "(no name, process 72)",
		     self->err.text);
}

TEST_HARNESS_MAIN
