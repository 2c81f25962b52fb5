// SPDX-License-Identifier: GPL-2.0-only
/* Two snapshots of 10,000 queues: diff takes a second, and 200 MiB. */
#include <kselftest_harness.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper_fixture.h"
#include "file.h"
#include "host.h"
#include "opts.h"
#include "snapshot_json.h"

enum { FEW = 1000, MANY = 10000, MANY_KIB = 200 << 10 };

/* Ten times the rows take ten times the time, and what the caches add: on a machine that does
 * other work, too, as much again. What grows with the square takes a hundred times. */
enum { MOST_TIMES = 30 };

/* Each is measured so often. */
enum { RUNS = 3 };

/* Of a network card: control queues are left out, each has as many pairs as libvirt's default. */
enum { QUEUES_OF_CARD = 16 };

/* diff needs no host: the one that the commands ask for has nothing. */
static int host_open(const struct rs_filter *filter, void **handle, struct rs_error *err)
{
	(void)filter;
	(void)handle;
	return rs_error_set(err, RS_EXIT_ERROR, "there is no host here");
}

const struct rs_source rs_host_source = {.side = RS_SIDE_HOST, .open = host_open};

int rs_host_check(rs_check_fn row, void *ctx)
{
	(void)row;
	(void)ctx;
	return -1;
}

/* A distribution over five buckets, of as many values as the queue has had signals. */
static void hists_fill(struct rs_queue *q, enum rs_side side, unsigned int times)
{
	for (size_t h = 0; h < rs_hists[side].count; h++) {
		struct rs_histogram hist = {.known = true};

		for (int b = 8; b < 13; b++)
			hist.bucket[b] = SIGNALS / 5 * times + b;
		rs_queue_hist_set(q, h, &hist);
	}
}

/* What both sides read in the ring's memory. */
static void ring_fill(struct rs_queue *q)
{
	q->ring_avail_idx = rs_num_of((uint16_t)(q->used_idx.value + 200));
	q->ring_used_idx = q->used_event = q->used_idx;
	q->avail_event = q->ring_avail_idx;
	q->avail_flags = q->used_flags = rs_num_of(0);
	q->size = rs_num_of(256);
	q->event_idx = rs_num_of(1);
	rs_str_set(q->ring, "split");
}

static void guest_place(struct rs_queue *q, int i)
{
	int card = i / QUEUES_OF_CARD, queue = i % QUEUES_OF_CARD;

	snprintf(q->device, sizeof(q->device), "virtio%d", card);
	snprintf(q->netdev, sizeof(q->netdev), "eth%d", card);
	snprintf(q->mac, sizeof(q->mac), "52:54:00:12:%02x:%02x", card / 256, card % 256);
	snprintf(q->name, sizeof(q->name), "%s.%d", queue % 2 ? "output" : "input", queue / 2);
	rs_str_set(q->bus, "0000:00:03.0");
	q->index = rs_num_of(queue);
	q->napi_id = rs_num_of(8193 + i);
	q->napi_scheduled = q->napi_disabled = q->napi_threaded = q->napi_busy = rs_num_of(0);
	q->broken = q->unkicked = q->tx_stopped = rs_num_of(0);
	q->outstanding = rs_num_of(200);
	q->kicks = rs_num_of(1 + (uint64_t)i);
}

static void host_place(struct rs_queue *q, int i)
{
	int card = i / QUEUES_OF_CARD, queue = i % QUEUES_OF_CARD;

	snprintf(q->tap, sizeof(q->tap), "vnet%d", card);
	snprintf(q->mac, sizeof(q->mac), "52:54:00:12:%02x:%02x", card / 256, card % 256);
	rs_str_set(q->uuid, "6aa2ba6e-0f5f-4bd3-9a49-2e8c5e3f9d01");
	rs_str_set(q->vm, "web1");
	rs_str_set(q->worker_state, "asleep");
	rs_str_set(q->vcpu_state, "guest");
	q->tap_ifindex = rs_num_of(7 + card);
	q->queue = rs_num_of(queue / 2);
	q->gsi = rs_num_of(24 + i);
	q->signalled_used = q->used_idx;
	q->ring_producer = q->ring_consumer = rs_num_of(17);
	q->stopped = q->worker_queued = q->masked = rs_num_of(0);
	q->carrier = rs_num_of(1);
	q->worker = rs_num_of(5000 + card);
	q->vcpu = rs_num_of(queue / 2);
	q->worker_state_ms = q->vcpu_state_ms = rs_num_of(3);
	q->msi_pending = q->msi_active = q->msi_enabled = rs_num_of(0);
}

/* Its interrupts moved from one CPU to another. */
static void spread_add(struct rs_sample *s, struct rs_num irq, unsigned int times)
{
	for (unsigned int cpu = 0; cpu < 2; cpu++) {
		struct rs_irq_cpu *row = rs_sample_add_irq_cpu(s);

		*row = (struct rs_irq_cpu){irq, rs_num_of(cpu), rs_num_of(SIGNALS / 2 * times)};
	}
}

static void names_add(struct rs_sample *s, enum rs_side side, int card)
{
	if (side == RS_SIDE_GUEST) {
		struct rs_device *device = rs_sample_add_device(s);

		snprintf(device->name, sizeof(device->name), "virtio%d", card);
		device->generation = rs_num_of(1);
	} else {
		struct rs_tap *tap = rs_sample_add_tap(s);

		snprintf(tap->name, sizeof(tap->name), "vnet%d", card);
		tap->tx_packets = tap->tx_dropped = rs_num_of(card);
	}
}

static void many_fill(struct rs_sample *s, enum rs_side side, int queues, unsigned int times)
{
	sample_fill(s, side, times);
	for (int i = QUEUES; i < queues; i++)
		(side == RS_SIDE_GUEST ? guest_queue_add : host_queue_add)(s, i, times);
	for (int i = 0; i < queues; i++) {
		ring_fill(&s->queues[i]);
		hists_fill(&s->queues[i], side, times);
		(side == RS_SIDE_GUEST ? guest_place : host_place)(&s->queues[i], i);
		if (side == RS_SIDE_GUEST)
			spread_add(s, s->queues[i].irq, times);
		if (i % QUEUES_OF_CARD == 0 && (i || side == RS_SIDE_HOST))
			names_add(s, side, i / QUEUES_OF_CARD);
	}
}

static int file_write(const char *path, enum rs_side side, int queues)
{
	struct rs_snapshot s = {.side = side, .has_begin = true};
	struct rs_error err = {0};
	char *text;
	int ret;

	rs_str_set(s.taken.hostname, side == RS_SIDE_GUEST ? "web1" : "hv1");
	if (side == RS_SIDE_GUEST)
		rs_str_set(s.taken.uuid, "6aa2ba6e-0f5f-4bd3-9a49-2e8c5e3f9d01");
	many_fill(&s.begin, side, queues, 1);
	many_fill(&s.end, side, queues, 2);
	text = rs_snapshot_text(&s);
	ret = text ? rs_file_write(path, text, &err) : -1;
	free(text);
	rs_snapshot_clear(&s);
	return ret;
}

/* What diff cost. */
struct cost {
	int status;
	long peak_kib;
	double seconds; /* of its own, whatever else the machine does */
};

static long peak_kib(void)
{
	FILE *f = fopen("/proc/self/status", "r");
	char line[200];
	long kib = -1;

	while (f && fgets(line, sizeof(line), f))
		sscanf(line, "VmHWM: %ld", &kib);
	if (f)
		fclose(f);
	return kib;
}

static void peak_forget(void)
{
	int fd = open("/proc/self/clear_refs", O_WRONLY);

	if (fd < 0 || write(fd, "5", 1) != 1)
		exit(77);
	close(fd);
}

static double seconds_used(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_utime.tv_sec + u.ru_stime.tv_sec +
	       (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* In a process of its own: what was there before does not count. */
static void diff_run(const char *option, const char *guest, const char *host, int out)
{
	char *argv[] = {"ringside", "diff", (char *)guest, (char *)host, (char *)option, NULL};
	struct rs_error err = {0};
	struct rs_opts opts;
	struct cost cost;

	peak_forget();
	if (!freopen("/dev/null", "w", stdout))
		exit(77);
	cost.status = rs_opts_parse(&opts, option ? 5 : 4, argv, &err);
	if (!cost.status)
		cost.status = opts.command->run(&opts, &err);
	if (cost.status < 0)
		fprintf(stderr, "# %s\n", err.text);
	cost.peak_kib = peak_kib();
	cost.seconds = seconds_used();
	exit(write(out, &cost, sizeof(cost)) == sizeof(cost) ? 0 : 77);
}

FIXTURE(scale)
{
	char guest[64], host[64];
};

FIXTURE_SETUP(scale)
{
	char dir[] = "/tmp/ringside-scale.XXXXXX";

	ASSERT_NE(NULL, mkdtemp(dir));
	snprintf(self->guest, sizeof(self->guest), "%s/guest", dir);
	snprintf(self->host, sizeof(self->host), "%s/host", dir);
}

FIXTURE_TEARDOWN(scale)
{
	unlink(self->guest);
	unlink(self->host);
	*strrchr(self->guest, '/') = '\0';
	rmdir(self->guest);
}

/* In a process of its own: what it takes is no longer there when diff is measured. */
static bool files_write(FIXTURE_DATA(scale) * self, int queues)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		exit(file_write(self->guest, RS_SIDE_GUEST, queues) ||
		     file_write(self->host, RS_SIDE_HOST, queues));
	return waitpid(pid, &status, 0) == pid && !status;
}

/* Return: whether diff came to its end. */
static bool cost_measure(FIXTURE_DATA(scale) * self, const char *option, struct cost *cost)
{
	int pipes[2], status;
	pid_t pid;

	if (pipe(pipes))
		return false;
	pid = fork();
	if (!pid)
		diff_run(option, self->guest, self->host, pipes[1]);
	waitpid(pid, &status, 0);
	close(pipes[1]);
	status |= read(pipes[0], cost, sizeof(*cost)) != sizeof(*cost);
	close(pipes[0]);
	return !status;
}

/* The least of several: what else the machine does only adds. */
static bool cost_find(FIXTURE_DATA(scale) * self, int queues, const char *option, struct cost *best)
{
	struct cost cost;

	best->seconds = 1e9;
	if (!files_write(self, queues))
		return false;
	for (int i = 0; i < RUNS; i++) {
		if (!cost_measure(self, option, &cost))
			return false;
		if (cost.seconds < best->seconds)
			*best = cost;
	}
	return true;
}

static void cost_compare(struct __test_metadata *_metadata, FIXTURE_DATA(scale) * self,
			 const char *option)
{
	struct cost few, many;

	ASSERT_TRUE(cost_find(self, FEW, option, &few));
	ASSERT_TRUE(cost_find(self, MANY, option, &many));
	EXPECT_EQ(RS_EXIT_OK, few.status);
	EXPECT_EQ(RS_EXIT_OK, many.status);
	printf("# diff %s: %d queues %.2f s of a processor, %ld KiB; %d queues %.2f s, %ld KiB\n",
	       option ? option : "", FEW, few.seconds, few.peak_kib, MANY, many.seconds,
	       many.peak_kib);
	EXPECT_LE(many.peak_kib, MANY_KIB);
	EXPECT_LE(many.seconds, MOST_TIMES * few.seconds);
}

TEST_F_TIMEOUT(scale, diff_of_many_queues, 600)
{
	cost_compare(_metadata, self, NULL);
}

TEST_F_TIMEOUT(scale, diff_of_many_queues_as_json, 600)
{
	cost_compare(_metadata, self, "-j");
}

TEST_HARNESS_MAIN
