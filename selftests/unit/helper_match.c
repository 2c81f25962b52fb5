// SPDX-License-Identifier: GPL-2.0-only
/* Which queue of the host is which of the guest's, and when that is refused. */
#include <kselftest_harness.h>
#include <time.h>

#include "helper_fixture.h"

FIXTURE(match)
{
	struct rs_snapshot guest, host;
	struct rs_match m;
	struct rs_error err;
};

FIXTURE_SETUP(match)
{
	memset(self, 0, sizeof(*self));
	snapshot_fill(&self->guest, RS_SIDE_GUEST);
	snapshot_fill(&self->host, RS_SIDE_HOST);
}

FIXTURE_TEARDOWN(match)
{
	rs_match_clear(&self->m);
	rs_snapshot_clear(&self->guest);
	rs_snapshot_clear(&self->host);
}

#define MATCH() rs_match_make(&self->guest, &self->host, &self->m, &self->err)
#define EACH_HOST(q) \
	for (struct rs_queue *q = self->host.end.queues; q < self->host.end.queues + QUEUES; q++)
#define EACH_GUEST(q) \
	for (struct rs_queue *q = self->guest.end.queues; q < self->guest.end.queues + QUEUES; q++)
#define FACT(name)     RS_FACT_BIT(name)
#define ALL_BUT_UUID   (((1U << RS_FACTS) - 1) & ~FACT(UUID))
#define GUEST_UUID     "6aa2ba6e-0f5f-4bd3-9a49-2e8c5e3f9d01"
#define SAYS(part)     EXPECT_NE(NULL, strstr(self->err.text, part)) TH_LOG("%s", self->err.text)
#define SAYS_NOT(part) EXPECT_EQ(NULL, strstr(self->err.text, part)) TH_LOG("%s", self->err.text)

TEST_F(match, each_queue_is_found_with_its_reasons)
{
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	ASSERT_EQ(QUEUES, self->m.n);
	for (int i = 0; i < QUEUES; i++) {
		EXPECT_EQ(&self->host.end.queues[i], self->m.pairs[i].host);
		EXPECT_EQ(ALL_BUT_UUID, self->m.pairs[i].facts.agree);
		EXPECT_EQ(0, self->m.pairs[i].facts.differ);
	}
}

TEST_F(match, the_order_of_rows_does_not_matter)
{
	struct rs_queue *q = self->host.end.queues, swap = q[0];

	q[0] = q[3];
	q[3] = swap;
	ASSERT_EQ(0, MATCH());
	EXPECT_EQ(&q[3], self->m.pairs[0].host);
	EXPECT_EQ(&q[0], self->m.pairs[3].host);
}

TEST_F(match, without_ring_address_msi_and_mac_decide)
{
	EACH_HOST(q)
	q->used_addr.known = false;
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(&self->host.end.queues[2], self->m.pairs[2].host);
}

/* The host's window may end before the guest's ring is reset and gets another address. */
TEST_F(match, the_address_of_a_ring_that_was_reset_rules_nothing_out)
{
	self->guest.end.queues[2].used_addr = rs_num_of(0x99000);
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(NULL, self->m.pairs[2].host);
	rs_match_clear(&self->m);
	self->guest.end.queues[2].generation = rs_num_of(2);
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(&self->host.end.queues[2], self->m.pairs[2].host);
	EXPECT_EQ(ALL_BUT_UUID & ~FACT(USED_ADDR), self->m.pairs[2].facts.agree);
}

TEST_F(match, msi_alone_is_not_enough)
{
	EACH_HOST(q)
	{
		q->used_addr.known = false;
		*q->mac = '\0';
	}
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
}

static void machine_tell(FIXTURE_DATA(match) * self, uint64_t pid)
{
	rs_str_set(self->guest.taken.boot_id, "a boot");
	rs_str_set(self->host.taken.guest_boot_id, "a boot");
	self->host.taken.guest_pid = rs_num_of(pid);
}

/* By its CID. The other process has an interrupt with the same MSI. */
TEST_F(match, msi_is_enough_where_the_process_is_known)
{
	EACH_HOST(q)
	{
		q->used_addr = (struct rs_num){0};
		*q->mac = *q->uuid = '\0';
	}
	self->host.end.queues[3].pid = rs_num_of(4321);
	machine_tell(self, 1234);
	ASSERT_EQ(0, MATCH());
	for (int i = 0; i < QUEUES; i++)
		EXPECT_EQ(i == 3 ? NULL : &self->host.end.queues[i], self->m.pairs[i].host);
}

TEST_F(match, a_known_process_of_which_no_queue_is_known_is_no_error)
{
	EACH_HOST(q)
	{
		q->used_addr = q->msi.address = q->queue = (struct rs_num){0};
		*q->mac = *q->uuid = '\0';
	}
	machine_tell(self, 1234);
	ASSERT_EQ(0, MATCH());
	ASSERT_EQ(QUEUES, self->m.n);
	for (int i = 0; i < QUEUES; i++)
		EXPECT_EQ(NULL, self->m.pairs[i].host);
	rs_match_clear(&self->m);
	rs_sample_clear(&self->host.end);
	machine_tell(self, 1234);
	ASSERT_EQ(0, MATCH());
}

TEST_F(match, what_a_host_knows_of_one_guest_it_does_not_know_of_another)
{
	EACH_HOST(q)
	{
		q->used_addr = (struct rs_num){0};
		*q->mac = *q->uuid = '\0';
	}
	machine_tell(self, 1234);
	rs_str_set(self->guest.taken.boot_id, "another boot");
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	*self->guest.taken.boot_id = *self->host.taken.guest_boot_id = '\0';
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
}

TEST_F(match, a_moved_interrupt_is_no_contradiction)
{
	EACH_HOST(q)
	q->msi.address = rs_num_of(0xfee02000);
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(0, self->m.pairs[0].facts.agree & FACT(MSI));
}

TEST_F(match, another_msi_contradicts_where_nothing_tells_who)
{
	EACH_HOST(q)
	{
		q->msi.data = rs_num_of(0x99);
		*q->mac = '\0';
	}
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	EXPECT_NE(NULL, strstr(self->err.text, "MSI")) TH_LOG("%s", self->err.text);
}

TEST_F(match, another_mac_is_another_machine)
{
	EACH_HOST(q)
	rs_str_set(q->mac, "52:54:00:99:99:99");
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	EXPECT_NE(NULL, strstr(self->err.text, "52:54:00:99:99:99")) TH_LOG("%s", self->err.text);
	EXPECT_NE(NULL, strstr(self->err.text, "52:54:00:12:34:56"));
}

TEST_F(match, another_uuid_is_another_machine)
{
	EACH_HOST(q)
	rs_str_set(q->uuid, "00000000-0f5f-4bd3-9a49-2e8c5e3f9d01");
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	SAYS("uuid (guest 6aa2ba6e");
	SAYS("although MAC agree");
	SAYS_NOT("two different virtual machines");
}

TEST_F(match, another_uuid_and_mac_are_another_machine)
{
	EACH_HOST(q)
	{
		rs_str_set(q->uuid, "00000000-0f5f-4bd3-9a49-2e8c5e3f9d01");
		rs_str_set(q->mac, "52:54:00:99:99:99");
	}
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	SAYS("two different virtual machines: uuid, MAC (guest 6aa2ba6e");
}

TEST_F(match, letters_of_a_uuid_have_no_case)
{
	EACH_HOST(q)
	rs_str_set(q->uuid, "6AA2BA6E-0F5F-4BD3-9A49-2E8C5E3F9D01");
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_NE(0, self->m.pairs[0].facts.agree & FACT(UUID));
}

TEST_F(match, other_rings_of_the_same_machine_are_those_before_its_reboot)
{
	EACH_HOST(q)
	q->used_addr.value += 0x100000;
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	SAYS("guest web1");
	SAYS("MAC agree (vnet37): used ring (guest 0x10000, host 0x110000)");
	SAYS("rebooted");
	SAYS_NOT("two different virtual machines");
}

TEST_F(match, other_rings_alone_show_no_machine)
{
	EACH_HOST(q)
	{
		q->used_addr.value += 0x100000;
		*q->mac = '\0';
	}
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	SAYS("nothing shows that both snapshots are of one virtual machine");
	SAYS("web1");
}

/* A backend in user space: of a tap queue neither ring nor MSI is known. */
static void make_user_space(struct rs_queue *q)
{
	rs_str_set(q->backend, "user-space backend");
	q->vhost_vq.known = q->used_addr.known = false;
	q->msi = (struct rs_msi){0};
}

TEST_F(match, a_tap_without_vhost_is_found_by_its_place)
{
	EACH_HOST(q)
	make_user_space(q);
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	for (int i = 0; i < QUEUES; i++) {
		EXPECT_EQ(&self->host.end.queues[i], self->m.pairs[i].host);
		EXPECT_EQ(FACT(MAC) | FACT(DIR) | FACT(QUEUE), self->m.pairs[i].facts.agree);
	}
}

/* A program's queues have no ring and no tap on the host, and not each guest knows its uuid. */
TEST_F(match, the_machine_of_other_queues_shows_which_interrupt_is_meant)
{
	for (struct rs_queue *q = &self->host.end.queues[2]; q < &self->host.end.queues[4]; q++) {
		*q->mac = *q->tap = '\0';
		q->used_addr = q->queue = q->vhost_vq = q->tap_ifindex = (struct rs_num){0};
		rs_str_set(q->dir, "other");
		*q->uuid = '\0';
	}
	*self->guest.taken.uuid = '\0';
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(&self->host.end.queues[2], self->m.pairs[2].host);
	EXPECT_EQ(&self->host.end.queues[3], self->m.pairs[3].host);
	rs_match_clear(&self->m);
	self->host.end.queues[2].pid.value++; /* of another machine, with the same vector */
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(NULL, self->m.pairs[2].host);
	EXPECT_EQ(&self->host.end.queues[3], self->m.pairs[3].host);
}

/* On arm64 events have numbers of their own in each device: data alone names no queue. */
TEST_F(match, an_interrupt_of_another_device_is_not_taken)
{
	struct rs_queue *q = &self->host.end.queues[2];

	*q->mac = *q->tap = '\0';
	q->used_addr = q->queue = q->vhost_vq = q->tap_ifindex = (struct rs_num){0};
	rs_str_set(q->dir, "other");
	rs_str_set(q->backend, RS_BACKEND_UNSEEN);
	q->msi.devid.value++;
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(NULL, self->m.pairs[2].host);
	/* a program writes it: so the id may be the fault */
	rs_match_clear(&self->m);
	rs_str_set(q->backend, "user-space backend");
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(q, self->m.pairs[2].host);
}

/* Of two that fit equally well none is taken, now or after the machine is known. */
TEST_F(match, twins_are_left_alone)
{
	struct rs_queue *twins = &self->host.end.queues[2];

	for (int i = 0; i < 2; i++) {
		*twins[i].mac = *twins[i].tap = '\0';
		twins[i].used_addr = twins[i].queue = twins[i].vhost_vq = twins[i].tap_ifindex =
			(struct rs_num){0};
		rs_str_set(twins[i].dir, "other");
		twins[i].msi = self->guest.end.queues[2].msi;
		rs_str_set(twins[i].uuid, GUEST_UUID);
	}
	rs_str_set(self->guest.taken.uuid, GUEST_UUID);
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(NULL, self->m.pairs[2].host);
	EXPECT_NE(NULL, self->m.pairs[0].host);
}

/* libvirt's tap has the guest's MAC, with fe as its first byte. */
TEST_F(match, the_mac_of_the_tap_shows_the_guest)
{
	struct rs_tap *tap = rs_sample_add_tap(&self->host.end);

	rs_str_set(tap->name, "vnet37");
	rs_str_set(tap->mac, "fe:54:00:12:34:56");
	EACH_HOST(q)
	{
		make_user_space(q);
		*q->mac = '\0';
	}
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(&self->host.end.queues[3], self->m.pairs[3].host);
	EXPECT_NE(0, self->m.pairs[3].facts.agree & FACT(MAC));
	rs_match_clear(&self->m);
	rs_str_set(tap->mac, "fe:54:00:12:34:57");
	EXPECT_EQ(-1, MATCH());
	rs_str_set(tap->mac, "9a:54:00:12:34:56");
	EXPECT_EQ(-1, MATCH());
}

TEST_F(match, without_ring_msi_and_mac_the_uuid_is_not_enough)
{
	EACH_HOST(q)
	{
		make_user_space(q);
		*q->mac = '\0';
		rs_str_set(q->uuid, GUEST_UUID);
	}
	EXPECT_EQ(-1, MATCH());
	SAYS("although uuid agree");
	SAYS_NOT("two different virtual machines");
}

TEST_F(match, an_eventfd_of_no_known_direction_is_found_by_its_msi)
{
	EACH_HOST(q)
	{
		rs_str_set(q->dir, "other");
		rs_str_set(q->uuid, GUEST_UUID);
		q->vhost_vq.known = q->used_addr.known = q->queue.known = false;
		*q->mac = *q->tap = '\0';
	}
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	for (int i = 0; i < QUEUES; i++) {
		EXPECT_EQ(&self->host.end.queues[i], self->m.pairs[i].host);
		EXPECT_EQ(FACT(UUID) | FACT(MSI) | FACT(DEVID), self->m.pairs[i].facts.agree);
	}
}

/* The MSI of a shared vector is that of all its queues. */
TEST_F(match, an_msi_that_queues_share_shows_no_queue)
{
	EACH_HOST(q)
	{
		rs_str_set(q->dir, "other");
		rs_str_set(q->uuid, GUEST_UUID);
		q->vhost_vq.known = q->used_addr.known = q->queue.known = false;
		*q->tap = '\0';
		q->msi.data = rs_num_of(0x20);
	}
	EACH_GUEST(q)
	{
		q->msi.data = rs_num_of(0x20);
		q->shared = rs_num_of(1);
	}
	EXPECT_EQ(-1, MATCH());
	SAYS("although uuid, MAC agree");
	EACH_GUEST(q)
	q->shared.known = false;
	EXPECT_EQ(-1, MATCH());
	SAYS("although uuid, MAC agree");
	self->host.end.queues_n = 1;
	EXPECT_EQ(-1, MATCH());
}

/* What KVM has in its route of an ITS, and what the guest wrote: the fault that is looked for. */
TEST_F(match, another_msi_device_id_is_told_and_rules_nothing_out)
{
	EACH_GUEST(q)
	q->msi.devid = rs_num_of(0x10008);
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(&self->host.end.queues[1], self->m.pairs[1].host);
	EXPECT_EQ(FACT(DEVID), self->m.pairs[1].facts.differ);
}

/* A bond gives its members one MAC. */
TEST_F(match, a_mac_that_the_guest_changed_rules_nothing_out_where_uuid_and_ring_agree)
{
	EACH_HOST(q)
	rs_str_set(q->uuid, GUEST_UUID);
	EACH_GUEST(q)
	rs_str_set(q->mac, "52:54:00:99:99:99");
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(&self->host.end.queues[2], self->m.pairs[2].host);
	EXPECT_EQ(FACT(MAC), self->m.pairs[2].facts.differ);
}

/* vhost has no backend while a machine is stopped, and forever once it was migrated away. */
static void make_idle(struct rs_queue *q)
{
	q->vhost_vq.known = q->used_addr.known = false;
	q->msi = (struct rs_msi){0};
}

TEST_F(match, the_tap_that_the_machine_left_within_the_window_is_not_its_own)
{
	EACH_HOST(q)
	make_idle(q);
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	SAYS("MAC agree (vnet37): the machine left this tap within the window");
	memset(&self->err, 0, sizeof(self->err));
	for (int i = 0; i < QUEUES; i++)
		make_idle(&self->host.begin.queues[i]);
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(&self->host.end.queues[2], self->m.pairs[2].host);
}

TEST_F(match, of_two_taps_of_a_migrated_machine_the_served_one_is_its_own)
{
	for (int i = 0; i < QUEUES; i++) {
		struct rs_queue *left = rs_sample_add_queue(&self->host.end);

		*left = self->host.end.queues[i];
		left->pid = rs_num_of(99);
		rs_str_set(left->tap, "vnet36");
		*rs_sample_add_queue(&self->host.begin) = *left;
		make_idle(left);
	}
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	for (int i = 0; i < QUEUES; i++)
		EXPECT_EQ(&self->host.end.queues[i], self->m.pairs[i].host);
}

/* Without vhost only the machine's own state shows it. */
TEST_F(match, the_tap_of_a_machine_that_was_stopped_within_the_window_is_not_its_own)
{
	struct rs_vm *vm = rs_sample_add_vm(&self->host.end);

	vm->pid = rs_num_of(1234);
	vm->paused = rs_num_of(1);
	EACH_HOST(q)
	make_user_space(q);
	for (int i = 0; i < QUEUES; i++)
		make_user_space(&self->host.begin.queues[i]);
	EXPECT_EQ(-1, MATCH());
	SAYS("the virtual machine is paused, or was migrated away");
	vm->paused = rs_num_of(0);
	ASSERT_EQ(0, MATCH());
	EXPECT_EQ(&self->host.end.queues[0], self->m.pairs[0].host);
}

TEST_F(match, a_second_interface_with_the_same_queue_numbers_is_told_apart_by_mac)
{
	EACH_HOST(q)
	make_user_space(q);
	for (int i = 0; i < QUEUES; i++) {
		struct rs_queue *second = rs_sample_add_queue(&self->host.end);

		*second = self->host.end.queues[i];
		rs_str_set(second->tap, "vnet38");
		rs_str_set(second->mac, "52:54:00:12:34:57");
	}
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	for (int i = 0; i < QUEUES; i++)
		EXPECT_EQ(&self->host.end.queues[i], self->m.pairs[i].host);
}

TEST_F(match, a_twin_with_the_same_rings_is_told_apart_by_mac)
{
	for (int i = 0; i < QUEUES; i++) {
		struct rs_queue *twin = rs_sample_add_queue(&self->host.end);

		*twin = self->host.end.queues[i];
		twin->pid = rs_num_of(99);
		rs_str_set(twin->mac, "52:54:00:99:99:99");
	}
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_EQ(1234, self->m.pairs[0].host->pid.value);
}

TEST_F(match, a_twin_that_nothing_tells_apart_is_refused)
{
	struct rs_queue *twin = rs_sample_add_queue(&self->host.end);

	*twin = self->host.end.queues[0];
	twin->pid = rs_num_of(99);
	EXPECT_EQ(-1, MATCH());
	EXPECT_EQ(RS_EXIT_MISMATCH, self->err.status);
	EXPECT_NE(NULL, strstr(self->err.text, "--tap")) TH_LOG("%s", self->err.text);
}

TEST_F(match, a_queue_the_host_does_not_have_stays_alone)
{
	self->host.end.queues_n--;
	ASSERT_EQ(0, MATCH());
	EXPECT_EQ(NULL, self->m.pairs[QUEUES - 1].host);
	EXPECT_NE(NULL, self->m.pairs[0].host);
}

/* Of three that match equally well none is more likely than the others. */
TEST_F(match, a_queue_of_the_host_that_matches_three_of_the_guest_is_none_of_them)
{
	for (int i = 0; i < 2; i++)
		*rs_sample_add_queue(&self->guest.end) = self->guest.end.queues[0];
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	ASSERT_EQ(QUEUES + 2, self->m.n);
	for (size_t i = 0; i < self->m.n; i++)
		EXPECT_EQ(i == 0 || i >= QUEUES ? NULL : &self->host.end.queues[i],
			  self->m.pairs[i].host);
}

/* A list of taps is searched once for each queue, not once for each pair: else this takes seconds.
 */
TEST_F(match, large_files_take_no_longer_than_their_pairs)
{
	enum { MANY = 500, TAPS = 4096 };
	clock_t start;

	for (int i = QUEUES; i < MANY; i++) {
		guest_queue_add(&self->guest.end, i, 2);
		host_queue_add(&self->host.end, i, 2);
	}
	for (int i = 0; i < TAPS; i++)
		rs_str_set(rs_sample_add_tap(&self->host.end)->name, "vnet3");
	start = clock();
	ASSERT_EQ(0, MATCH()) TH_LOG("%s", self->err.text);
	EXPECT_LT(clock() - start, 2 * CLOCKS_PER_SEC);
}

TEST_F(match, sides_are_checked)
{
	struct rs_error err = {0};

	EXPECT_EQ(-1, rs_match_make(&self->host, &self->guest, &self->m, &err));
	EXPECT_EQ(RS_EXIT_DATA, err.status);
	EXPECT_NE(NULL, strstr(err.text, "must come first"));
	memset(&err, 0, sizeof(err));
	EXPECT_EQ(-1, rs_match_make(&self->guest, &self->guest, &self->m, &err));
	EXPECT_NE(NULL, strstr(err.text, "both snapshots are of the guest"));
	self->host.end.queues_n = 0;
	EXPECT_EQ(-1, MATCH());
	EXPECT_NE(NULL, strstr(self->err.text, "no virtqueue"));
}

TEST_HARNESS_MAIN
