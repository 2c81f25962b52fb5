// SPDX-License-Identifier: GPL-2.0-only
/* The module's text. */
#include <kselftest_harness.h>

#include <glob.h>

#include "file.h"
#include "guest.h"
#include "hist.h"
#include "helper_fixture.h"
#include "kicks.h"
#include "losses.h"
#include "spread.h"

#define HEAD "ringside snapshot 1\ntime_ns=20 started_ns=10 generation=3 kernel=6.1 new=1\n"
#define ROW  "queue device=virtio0 index=0 dir=rx"

static int parse(struct rs_sample *s, const char *text, struct rs_error *err)
{
	char *copy = strdup(text);
	int ret;

	memset(s, 0, sizeof(*s));
	memset(err, 0, sizeof(*err));
	ret = rs_guest_parse(s, copy, "snap", err);
	free(copy);
	return ret;
}

TEST(every_record_is_read)
{
	struct rs_error err;
	struct rs_sample s;

	ASSERT_EQ(0,
		  parse(&s,
			HEAD "hook name=vring_interrupt kind=ftrace state=attached missed=7 "
			     "loses=interrupts\n"
			     "device name=virtio0 bus=0000:00:02.0 id=1 netdev=eth0 "
			     "mac=52:54:00:12:34:56 features=0x8000000000000001 generation=2\n" ROW
			     " name=input.0 ring=packed event_idx=1 size=256 irq=45 shared=0 "
			     "napi_id=8193 used_addr=0xfedcba9876543210"
			     " msi_addr=0xfee01000 msi_data=0x25 msi_devid=16 used_idx=65535 "
			     "last_used_idx=1 interrupts=18446744073709551614 newer=1\n"
			     "irq irq=45 count=99 unhandled=98 last_unhandled_ms=5 "
			     "kernel_count=1234 disabled=1\n"
			     "pollers name=nginx pid=5\n",
			&err))
	TH_LOG("%s", err.text);
	EXPECT_EQ(20, s.time_ns.value);
	EXPECT_EQ(3, s.generation.value);
	ASSERT_EQ(1, s.queues_n);
	EXPECT_EQ(0xfedcba9876543210ULL, s.queues[0].used_addr.value);
	EXPECT_EQ(0x25, s.queues[0].msi.data.value);
	EXPECT_EQ(65535, s.queues[0].used_idx.value);
	EXPECT_EQ(UINT64_MAX - 1, GUEST_COUNTER(&s.queues[0], interrupts).value);
	EXPECT_FALSE(GUEST_COUNTER(&s.queues[0], handled).known);
	EXPECT_STREQ("packed", s.queues[0].ring);
	EXPECT_EQ(7, s.hooks[0].missed.value);
	EXPECT_EQ(1, s.irqs[0].disabled.value);
	EXPECT_EQ(0x8000000000000001ULL, s.devices[0].features.value);
	rs_sample_clear(&s);
}

TEST(facts_are_read)
{
	struct rs_error err;
	struct rs_sample s;
	struct rs_queue *q;

	ASSERT_EQ(0, parse(&s,
			   HEAD ROW
			   " ring_avail_idx=65535 ring_used_idx=7 used_event=8 avail_flags=1 "
			   "avail_event=9 used_flags=2 outstanding=3 outstanding_ms=40 broken=1 "
			   "napi_scheduled=1 napi_disabled=0 napi_busy=1 tx_stopped=1 "
			   "tx_stopped_ms=50\n"
			   "irq irq=45 masked=1 depth=2 effective_cpu=3 cpu_online=0\n",
			   &err))
	TH_LOG("%s", err.text);
	q = &s.queues[0];
	EXPECT_EQ(65535, q->ring_avail_idx.value);
	EXPECT_EQ(7, q->ring_used_idx.value);
	EXPECT_EQ(8, q->used_event.value);
	EXPECT_EQ(1, q->avail_flags.value);
	EXPECT_EQ(9, q->avail_event.value);
	EXPECT_EQ(2, q->used_flags.value);
	EXPECT_EQ(3, q->outstanding.value);
	EXPECT_EQ(40, q->outstanding_ms.value);
	EXPECT_EQ(1, q->broken.value);
	EXPECT_EQ(1, q->napi_scheduled.value);
	EXPECT_TRUE(q->napi_disabled.known);
	EXPECT_EQ(0, q->napi_disabled.value);
	EXPECT_FALSE(q->napi_threaded.known);
	EXPECT_EQ(1, q->napi_busy.value);
	EXPECT_EQ(1, q->tx_stopped.value);
	EXPECT_EQ(50, q->tx_stopped_ms.value);
	EXPECT_FALSE(q->kicks.known);
	EXPECT_EQ(1, s.irqs[0].masked.value);
	EXPECT_EQ(2, s.irqs[0].depth.value);
	EXPECT_EQ(3, s.irqs[0].effective_cpu.value);
	EXPECT_TRUE(s.irqs[0].cpu_online.known);
	rs_sample_clear(&s);
}

/* Each of a device's queues by the number in its name, and no queue of another device. */
TEST(kicks_are_the_drivers)
{
	struct rs_ethtool *e = calloc(1, sizeof(*e));
	struct rs_device device = {.name = "virtio0"};
	struct rs_error err;
	struct rs_sample s;

	ASSERT_TRUE(e);
	e->n = 3;
	strcpy(e->names[0], "rx_queue_1_packets");
	strcpy(e->names[1], "rx_queue_1_kicks");
	strcpy(e->names[2], "tx_queue_1_kicks");
	e->values[0] = 1;
	e->values[1] = 17;
	e->values[2] = 19;
	ASSERT_EQ(0, parse(&s,
			   HEAD "queue device=virtio0 index=2 dir=rx name=input.1\n"
				"queue device=virtio0 index=3 dir=tx name=output.1\n"
				"queue device=virtio0 index=0 dir=rx name=input.0\n"
				"queue device=virtio0 index=8 dir=ctrl name=control\n"
				"queue device=virtio1 index=2 dir=rx name=input.1\n",
			   &err));
	rs_kicks_set(&s, &device, e);
	EXPECT_EQ(17, s.queues[0].kicks.value);
	EXPECT_EQ(19, s.queues[1].kicks.value);
	EXPECT_FALSE(s.queues[2].kicks.known);
	EXPECT_FALSE(s.queues[3].kicks.known);
	EXPECT_FALSE(s.queues[4].kicks.known);
	rs_sample_clear(&s);
	free(e);
}

/* An interface that there is, and that no driver of that name serves. */
TEST(statistics_of_another_device_are_not_taken)
{
	EXPECT_EQ(NULL, rs_ethtool_read("lo", "virtio_net", "", 5000));
	EXPECT_EQ(NULL, rs_ethtool_read("none-such", "virtio_net", "", 5000));
}

TEST(histograms_and_cpus_are_read)
{
	struct rs_histogram busy;
	struct rs_error err;
	struct rs_sample s;

	ASSERT_EQ(0, parse(&s,
			   HEAD ROW
			   "\nhist device=virtio0 index=0 origin=busy packets=0:7,1:2,64:1 "
			   "gap_ns=0:1,17:4\nhist device=virtio0 index=0 origin=new "
			   "packets=0:1\nhist device=virtio0 index=0 origin=netpoll packets=\n"
			   "cpu cpu=1 net_rx_ns=12 net_rx_runs=3 time_squeeze=1\n",
			   &err))
	TH_LOG("%s", err.text);
	busy = rs_queue_hist(&s.queues[0], RS_GUEST_HIST_packets_busy);
	EXPECT_EQ(7, busy.bucket[0]);
	EXPECT_EQ(2, busy.bucket[1]);
	EXPECT_EQ(1, busy.bucket[7]);
	EXPECT_TRUE(rs_queue_hist(&s.queues[0], RS_GUEST_HIST_packets_netpoll).known);
	EXPECT_FALSE(rs_queue_hist(&s.queues[0], RS_GUEST_HIST_packets_softirq).known);
	ASSERT_EQ(1, s.cpus_n);
	EXPECT_EQ(12, s.cpus[0].net_rx_ns.value);
	rs_sample_clear(&s);
	EXPECT_EQ(-1, parse(&s, HEAD ROW "\nhist device=virtio0 index=0 origin=busy packets=3:7\n",
			    &err));
	EXPECT_EQ(RS_EXIT_DATA, err.status);
	rs_sample_clear(&s);
}

static struct rs_num top(const char *before, const char *after, struct rs_num *interrupts)
{
	struct rs_sample samples[2] = {0};
	struct rs_lookup begin, end;
	struct rs_num cpu;

	rs_spread_add(&samples[0], rs_num_of(45), before);
	rs_spread_add(&samples[1], rs_num_of(44), "9,9,9999\n");
	rs_spread_add(&samples[1], rs_num_of(45), after);
	rs_lookup_make(&begin, RS_SIDE_GUEST, &samples[0]);
	rs_lookup_make(&end, RS_SIDE_GUEST, &samples[1]);
	cpu = rs_spread_top(&begin, &end, rs_num_of(45), interrupts);
	rs_lookup_clear(&begin);
	rs_lookup_clear(&end);
	rs_sample_clear(&samples[0]);
	rs_sample_clear(&samples[1]);
	return cpu;
}

TEST(the_cpu_that_took_most_interrupts)
{
	struct rs_num n, cpu;

	cpu = top("1000,0,5\n", "1003,7,6\n", &n);
	EXPECT_TRUE(cpu.known);
	EXPECT_EQ(1, cpu.value);
	EXPECT_EQ(7, n.value);
	cpu = top("0,0\n", "3,0\n", &n);
	EXPECT_EQ(0, cpu.value);
	EXPECT_EQ(3, n.value);
	EXPECT_FALSE(top("3,4\n", "3,4\n", &n).known);
	EXPECT_FALSE(n.known);
	EXPECT_FALSE(top("4294967295,4\n", "3,9\n", &n).known); /* 32 bits */
	EXPECT_FALSE(n.known);
	EXPECT_FALSE(top("3,4\n", "3,400,5", &n).known); /* cut off */
	EXPECT_FALSE(top("", "3,4\n", &n).known);
	EXPECT_FALSE(top("3,4\n", "", &n).known);
}

TEST(times_around_polls_are_read)
{
	struct rs_histogram wait, length;
	struct rs_error err;
	struct rs_sample s;

	ASSERT_EQ(0, parse(&s,
			   HEAD ROW "\ndelay device=virtio0 index=0 poll_wait_ns=512:7,1024:2 "
				    "later=1 poll_length_ns=\n"
				    "delay device=virtio9 index=0 poll_wait_ns=512:7\n",
			   &err))
	TH_LOG("%s", err.text);
	wait = rs_queue_hist(&s.queues[0], RS_GUEST_HIST_poll_wait);
	length = rs_queue_hist(&s.queues[0], RS_GUEST_HIST_poll_length);
	EXPECT_TRUE(wait.known);
	EXPECT_EQ(7, wait.bucket[10]);
	EXPECT_EQ(2, wait.bucket[11]);
	EXPECT_EQ(0, rs_hist_count(&length));
	EXPECT_TRUE(length.known);
	rs_sample_clear(&s);
	ASSERT_EQ(0,
		  parse(&s, HEAD ROW "\ndelay device=virtio0 index=0 poll_length_ns=2:1\n", &err));
	EXPECT_FALSE(rs_queue_hist(&s.queues[0], RS_GUEST_HIST_poll_wait).known);
	rs_sample_clear(&s);
	EXPECT_EQ(-1,
		  parse(&s, HEAD ROW "\ndelay device=virtio0 index=0 poll_length_ns=3:1\n", &err));
	EXPECT_EQ(RS_EXIT_DATA, err.status);
	EXPECT_NE(NULL, strstr(err.text, "poll_length_ns"));
	rs_sample_clear(&s);
}

TEST(a_queue_carries_its_devices_names)
{
	struct rs_error err;
	struct rs_sample s;

	ASSERT_EQ(0,
		  parse(&s,
			HEAD "device name=virtio0 netdev=eth0 mac=52:54:00:00:00:01 generation=4\n"
			     "device name=virtio1 netdev=eth1 mac=52:54:00:00:00:02 generation=5\n"
			     "queue device=virtio1 index=0 dir=rx\n",
			&err));
	EXPECT_STREQ("eth1", s.queues[0].netdev);
	EXPECT_STREQ("52:54:00:00:00:02", s.queues[0].mac);
	EXPECT_EQ(5, s.queues[0].generation.value);
	rs_sample_clear(&s);
}

TEST(a_queues_own_generation_is_not_its_devices)
{
	struct rs_error err;
	struct rs_sample s;

	ASSERT_EQ(0, parse(&s,
			   HEAD "device name=virtio0 netdev=eth0 generation=4\n" ROW
				" generation=6\nqueue device=virtio0 index=1 dir=tx\n",
			   &err));
	EXPECT_EQ(6, s.queues[0].generation.value);
	EXPECT_STREQ("eth0", s.queues[0].netdev);
	EXPECT_EQ(4, s.queues[1].generation.value);
	rs_sample_clear(&s);
}

TEST(a_queue_whose_entries_xdp_consumes_is_read)
{
	struct rs_error err;
	struct rs_sample s;

	ASSERT_EQ(0, parse(&s, HEAD "queue device=virtio0 index=1 dir=tx unfollowed=xdp\n" ROW "\n",
			   &err));
	EXPECT_STREQ("xdp", s.queues[0].unfollowed);
	EXPECT_FALSE(GUEST_COUNTER(&s.queues[0], used_progress).known);
	EXPECT_STREQ("", s.queues[1].unfollowed);
	rs_sample_clear(&s);
}

TEST(escapes_are_undone)
{
	struct rs_error err;
	struct rs_sample s;

	ASSERT_EQ(0, parse(&s, HEAD "device name=virtio0 netdev=a%20b%3Dc%25d%2 bus=%zz\n", &err));
	EXPECT_STREQ("a b=c%d%2", s.devices[0].netdev);
	EXPECT_STREQ("%zz", s.devices[0].bus);
	rs_sample_clear(&s);
}

TEST(a_negative_difference_is_unknown)
{
	struct rs_error err;
	struct rs_sample s;

	ASSERT_EQ(0, parse(&s, HEAD ROW " missed=-1 handled=0\n", &err));
	EXPECT_FALSE(GUEST_COUNTER(&s.queues[0], missed).known);
	EXPECT_TRUE(GUEST_COUNTER(&s.queues[0], handled).known);
	rs_sample_clear(&s);
}

TEST(a_proof_belongs_to_its_queue)
{
	struct rs_error err;
	struct rs_sample s;

	ASSERT_EQ(0, parse(&s,
			   HEAD ROW " interrupts=9\nproof device=virtio0 index=0 interrupts=7 "
				    "interrupts_differ=0 polls=5 polls_differ=-3 newer=x\n"
				    "queue device=virtio0 index=1 dir=tx\n"
				    "proof device=virtio0 index=2 interrupts=1\n",
			   &err))
	TH_LOG("%s", err.text);
	ASSERT_EQ(2, s.queues_n);
	EXPECT_EQ(9, GUEST_COUNTER(&s.queues[0], interrupts).value);
	EXPECT_EQ(7, s.queues[0].proof.interrupts.value);
	EXPECT_TRUE(s.queues[0].proof.interrupts_differ.known);
	EXPECT_EQ(5, s.queues[0].proof.polls.value);
	EXPECT_EQ(-3, (int64_t)s.queues[0].proof.polls_differ.value);
	EXPECT_FALSE(s.queues[0].proof.handled.known);
	EXPECT_FALSE(s.queues[1].proof.interrupts.known);
	rs_sample_clear(&s);
}

/* What `ringside check` prints of a sample. */
struct checks {
	char text[4000];
	bool works;
};

static void check_note(void *ctx, const struct rs_check *row)
{
	struct checks *c = ctx;
	size_t used = strlen(c->text);

	c->works &= row->works;
	snprintf(c->text + used, sizeof(c->text) - used, "%s %s: %s; %s\n",
		 row->works ? "ok" : "no", row->what, row->why ? row->why : "",
		 row->fix ? row->fix : "");
}

static void check(struct checks *c, const char *text)
{
	struct rs_error err;
	struct rs_sample s;

	memset(c, 0, sizeof(*c));
	c->works = true;
	if (!parse(&s, text, &err))
		rs_guest_check_sample(&s, check_note, c);
	rs_sample_clear(&s);
}

#define HOOK(name, kind, rest) "hook name=" name " kind=" kind " state=" rest "\n"

TEST(check_says_how_to_turn_the_proof_on)
{
	struct checks c;

	check(&c, HEAD HOOK("napi_poll", "tracepoint", "attached loses=everything"));
	EXPECT_TRUE(c.works);
	EXPECT_NE(NULL, strstr(c.text, "ok proof: off; to turn it on: echo y > "
				       "/sys/module/ringside/parameters/prove\n"))
	TH_LOG("%s", c.text);
	EXPECT_NE(NULL, strstr(c.text, "ok napi_poll: ; \n"));
}

TEST(check_says_what_each_hook_of_the_proof_misses)
{
	struct checks c;

	check(&c, HEAD HOOK("vring_interrupt", "ftrace", "attached loses=proof-of-interrupts") HOOK(
			  "virtnet_poll", "kretprobe", "attached loses=proof-of-polls missed=12"));
	EXPECT_TRUE(c.works);
	EXPECT_NE(NULL, strstr(c.text, "ok proof: on; its counts: ringside guest -v\n"))
	TH_LOG("%s", c.text);
	EXPECT_NE(NULL, strstr(c.text, "ok vring_interrupt: ftrace, missed hits unknown; \n"));
	EXPECT_NE(NULL, strstr(c.text, "ok virtnet_poll: kretprobe, missed hits 12; \n"));
}

TEST(check_says_whether_polls_are_timed)
{
	struct checks c;

	check(&c, HEAD HOOK("vring_interrupt", "ftrace", "attached loses=proof-of-interrupts"));
	EXPECT_NE(NULL, strstr(c.text, "ok delays: off; to turn them on: echo y > /sys/module/"))
	TH_LOG("%s", c.text);
	check(&c, HEAD HOOK("skb_recv_done", "ftrace", "attached loses=wait-for-polls"));
	EXPECT_NE(NULL, strstr(c.text, "ok delays: on; poll_wait and poll_length: ringside guest"))
	TH_LOG("%s", c.text);
	EXPECT_NE(NULL, strstr(c.text, "ok proof: off; ")) TH_LOG("%s", c.text);
}

TEST(check_names_a_hook_of_the_proof_that_is_absent)
{
	struct checks c;

	check(&c, HEAD HOOK("virtnet_poll", "kretprobe", "absent loses=proof-of-polls"));
	EXPECT_FALSE(c.works);
	EXPECT_NE(NULL, strstr(c.text, "ok proof: on; its counts: ringside guest -v\n"))
	TH_LOG("%s", c.text);
	EXPECT_NE(NULL, strstr(c.text, "no virtnet_poll: absent; unknown without it: "));
}

static const struct {
	const char *text, *word;
} broken[] = {
	{"", "its format is \"\""},
	{"ringside snapshot 2\n", "ringside snapshot 2"},
	{"ringside snapshot 1", "time_ns"},
	{"ringside snapshot 1\nqueue device=v index=0 dir=rx\n", "time_ns"},
	{HEAD ROW " used_idx=12", "snap:3"},
	{HEAD ROW " used_idx=x\n", "snap:3: used_idx=x"},
	{HEAD ROW " used_idx=65536\n", "65535"},
	{HEAD ROW " used_idx=+1\n", "used_idx"},
	{HEAD ROW " interrupts=1x\n", "interrupts=1x"},
	{HEAD ROW " interrupts=18446744073709551616\n", "interrupts"},
	{HEAD ROW " interrupts=\n", "interrupts"},
	{HEAD ROW "\nproof device=virtio0 index=0 polls=-1\n", "snap:4: proof.polls=-1"},
	{HEAD ROW "\nproof device=virtio0 index=0 polls_differ=1x\n", "polls_differ=1x"},
	{HEAD ROW "\nproof device=virtio0 index=0 polls_differ=-\n", "polls_differ=-"},
	{HEAD ROW "\nproof device=virtio0 index=0 polls_differ=9223372036854775808\n", "2^63"},
	{HEAD ROW "\nproof device=virtio0 polls=1\n", "snap:4: index is required"},
	{HEAD ROW "\nproof index=0 polls=1\n", "snap:4: device is required"},
	{HEAD ROW " shared=2\n", "0 or 1"},
	{HEAD ROW " lonely\n", "lonely"},
	{HEAD "queue device=virtio0 index=0\n", "dir"},
	{HEAD "queue device=virtio0 index=0 dir=up\n", "rx tx ctrl other"},
	{HEAD "\n" ROW " size=-1\n", "snap:4"},
};

TEST(broken_ones_are_refused_by_line)
{
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct rs_error err;
		struct rs_sample s;

		EXPECT_EQ(-1, parse(&s, broken[i].text, &err)) TH_LOG("taken: %s", broken[i].text);
		EXPECT_EQ(RS_EXIT_DATA, err.status);
		EXPECT_NE(NULL, strstr(err.text, broken[i].word))
		TH_LOG("\"%s\" does not say \"%s\"", err.text, broken[i].word);
		rs_sample_clear(&s);
	}
}

/* Return: how many ids follow @before in a source file; the last one without words goes to
 * @unknown. */
static size_t losses_count(char *text, const char *before, char *unknown, size_t size)
{
	size_t n = 0;

	for (char *at = text; (at = strstr(at, before)); n++) {
		char id[80];

		at += strlen(before);
		snprintf(id, sizeof(id), "%.*s", (int)strcspn(at, "\"\\ "), at);
		if (*id != '%' && rs_loss_words(id) == id)
			snprintf(unknown, size, "%s", id);
	}
	return n;
}

TEST(each_loss_of_the_module_has_words)
{
	char unknown[80] = "";
	size_t n = 0, len;
	glob_t files;

	ASSERT_EQ(0, glob(HELPER_DIR "/../kmod/*.c", 0, NULL, &files));
	for (size_t i = 0; i < files.gl_pathc; i++) {
		char *text = rs_file_read(files.gl_pathv[i], &len);

		ASSERT_NE(NULL, text);
		n += losses_count(text, ".loses = \"", unknown, sizeof(unknown));
		n += losses_count(text, " loses=", unknown, sizeof(unknown));
		free(text);
	}
	globfree(&files);
	EXPECT_LT(0, n);
	EXPECT_STREQ("", unknown);
}

TEST_HARNESS_MAIN
