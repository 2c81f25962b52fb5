// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host whose guest has no module: what it reads of the ring, the worker and the vCPU names the
 * party that must act, or a set that contains it, and never another.
 */
#include <kselftest_harness.h>

#include "fields.h"
#include "helper_fixture.h"
#include "snapshot_json.h"

#define CASES	HELPER_DIR "/../selftests/cases/"
#define P(name) (1U << RS_PARTY_##name)

/* What only the guest's own facts tell apart. */
#define GUEST_SIDE (P(GUEST_DRIVER) | P(GUEST_IRQ) | P(GUEST_CPU) | P(GUEST_POLLER))

/* The receive queue: the tap is full, and the ring has no buffer; all is signalled. */
#define EMPTY                                                                              \
	"size=256 event_idx=1 ring_avail_idx=1256 ring_used_idx=1256 used_event=1100 "     \
	"avail_event=1255 avail_flags=0 used_flags=0 worker_state=asleep worker_queued=0 " \
	"signalled_used=1256 msi_pending=0 msi_active=0 masked=0 vcpu_state=halted "       \
	"ring=split "
/* The receive queue: the tap is full, and the ring has 256 buffers. */
#define BUFFERS                                                                            \
	"size=256 event_idx=1 ring_avail_idx=1256 ring_used_idx=1000 used_event=999 "      \
	"avail_event=1255 avail_flags=0 used_flags=0 worker_state=asleep worker_queued=0 " \
	"signalled_used=1000 msi_pending=0 msi_active=0 masked=0 ring=split "

static const struct {
	const char *name;
	const char *file; /* of the host */
	const char *dir;  /* of the queue that gets the facts */
	const char *facts;
	const char *paused; /* the fact of the virtual machine, NULL = unknown */
	unsigned int party; /* 0 = nothing that the host can see is wrong */
	unsigned int set;   /* others that cannot be told from it */
} rows[] = {
	{"well", "well", "rx", NULL, "0", 0, 0},
	{"napi-disabled", "xdp-napi-left-disabled", "rx", EMPTY, "0", P(GUEST_DRIVER),
	 GUEST_SIDE | P(KVM) | P(VMM) | P(BACKEND)},
	{"softirq-starved", "xdp-napi-left-disabled", "rx", EMPTY, "0", P(GUEST_CPU),
	 GUEST_SIDE | P(KVM) | P(VMM) | P(BACKEND)},
	{"nobody-cared", "xdp-napi-left-disabled", "rx", EMPTY "masked=1", "0", P(GUEST_IRQ),
	 P(VMM) | P(BACKEND)},
	{"masked-by-vmm", "xdp-napi-left-disabled", "rx", EMPTY "masked=1", "0", P(VMM),
	 P(GUEST_IRQ) | P(BACKEND)},
	{"vcpu-starved", "xdp-napi-left-disabled", "rx",
	 EMPTY "msi_pending=1 vcpu_state=runnable vcpu_state_ms=900", "0", P(HOST_CPU), 0},
	/* the tap is not full yet: its state alone shows it */
	{"vcpu-starved, few packets", "well", "rx",
	 "msi_pending=1 vcpu_state=runnable vcpu_state_ms=900", "0", P(HOST_CPU), 0},
	{"vcpu-exiting", "xdp-napi-left-disabled", "rx", EMPTY "msi_pending=1 vcpu_state=host", "0",
	 P(HOST_CPU), 0},
	{"not-taken", "xdp-napi-left-disabled", "rx", EMPTY "msi_pending=1 vcpu_state=guest", "0",
	 P(KVM), P(GUEST_IRQ)},
	{"cpu-offline", "xdp-napi-left-disabled", "rx", EMPTY "msi_pending=1", "0", P(GUEST_IRQ),
	 P(KVM)},
	{"signal-missing", "xdp-napi-left-disabled", "rx", EMPTY "signalled_used=1250", "0",
	 P(BACKEND), 0},
	{"paused", "xdp-napi-left-disabled", "rx", EMPTY "vcpu_state=paused", "1", P(VMM), 0},
	{"worker-starved", "vhost-worker-lost-wakeup", "rx",
	 BUFFERS "worker_state=runnable worker_queued=1", "0", P(HOST_CPU), 0},
	{"worker-frozen", "vhost-worker-lost-wakeup", "rx",
	 BUFFERS "worker_state=blocked worker_queued=1", "0", P(HOST_CPU), 0},
	{"lost-wakeup", "vhost-worker-lost-wakeup", "rx", BUFFERS "worker_queued=1", "0",
	 P(HOST_CPU), 0},
	{"vmm-stopped", "vhost-worker-lost-wakeup", "rx",
	 BUFFERS "worker_state=stopped worker_queued=1 vcpu_state=paused", "1", P(VMM), 0},
	{"kick-missing", "missing-kick-vhost", "rx", BUFFERS, "0", P(GUEST_DRIVER),
	 P(BACKEND) | P(VMM) | P(KVM)},
	{"kick-lost", "missing-kick-vhost", "rx", BUFFERS, "0", P(VMM),
	 P(BACKEND) | P(GUEST_DRIVER) | P(KVM)},
	{"kick-not-asked", "missing-kick-vhost", "rx", BUFFERS "avail_event=900", "0", P(BACKEND),
	 0},
	{"memory-cut", "vhost-cannot-reach-memory", "rx", BUFFERS, "0", P(BACKEND), 0},
	{"memory-cut, no facts", "vhost-cannot-reach-memory", "rx", NULL, NULL, P(BACKEND), 0},
	{"worker-late", "vhost-worker-no-cpu", "rx", NULL, "0", P(HOST_CPU), 0},
	{"wrong-devid", "its-wrong-devid-vhost", "rx", NULL, "0", P(VMM), P(KVM)},
	{"qdisc", "tap-qdisc-backlog", "rx", NULL, "0", P(HOST_NET), 0},
	{"user-space", "qemu-vhost-off-rx-stall", "rx", NULL, NULL, P(BACKEND),
	 GUEST_SIDE | P(VMM) | P(KVM) | P(HOST_CPU)},
	{"idle", "before-the-tap-is-full", "tx", BUFFERS "ring_avail_idx=1000", "0", 0, 0},
	{"tx-kick-missing", "before-the-tap-is-full", "tx", BUFFERS, "0", P(GUEST_DRIVER),
	 P(BACKEND) | P(VMM) | P(KVM)},
	{"tx-kick-missing, flags", "before-the-tap-is-full", "tx", BUFFERS "event_idx=0", "0",
	 P(GUEST_DRIVER), P(BACKEND) | P(VMM) | P(KVM)},
	{"tx-kick-not-asked", "before-the-tap-is-full", "tx", BUFFERS "avail_event=900", "0",
	 P(BACKEND), 0},
	{"tx-kick-not-asked, flags", "before-the-tap-is-full", "tx",
	 BUFFERS "event_idx=0 used_flags=1", "0", P(BACKEND), 0},
	{"tx-worker-starved", "vhost-worker-lost-wakeup", "tx",
	 BUFFERS "worker_state=runnable worker_queued=1", "0", P(HOST_CPU), P(BACKEND)},
	{"tx-paused", "before-the-tap-is-full", "tx", BUFFERS, "1", P(VMM), 0},
	{"impossible-index", "before-the-tap-is-full", "tx", BUFFERS "ring_avail_idx=40000", "0", 0,
	 0},
};

#define ROWS_N (sizeof(rows) / sizeof(rows[0]))

FIXTURE(alone)
{
	struct rs_snapshot host;
	struct rs_ledger ledger;
	struct rs_verdict v;
	struct rs_error err;
	char *text;
};

FIXTURE_SETUP(alone)
{
	memset(self, 0, sizeof(*self));
}

static void forget(FIXTURE_DATA(alone) * self)
{
	rs_verdict_clear(&self->v);
	rs_ledger_clear(&self->ledger);
	rs_snapshot_clear(&self->host);
	free(self->text);
	memset(self, 0, sizeof(*self));
}

FIXTURE_TEARDOWN(alone)
{
	forget(self);
}

static bool is_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
	return false;
}

/* "key=value key=value": a later value of a key replaces an earlier one. The keys of @without are
 * left out. */
static int facts_put(enum rs_record_id record, void *to, const char *facts, const char *without)
{
	char words[600], *rest = words, *word;

	snprintf(words, sizeof(words), "%s", facts ? facts : "");
	while ((word = strtok_r(rest, " ", &rest))) {
		char *value = strchr(word, '=');
		const struct rs_field *field;

		*value++ = '\0';
		if (without && is_word(without, word))
			continue;
		field = rs_field_find(&rs_records[record], word);
		if (!field || rs_field_parse(field, to, value))
			return -1;
	}
	return 0;
}

static int sample_change(struct rs_sample *s, size_t row, const char *without)
{
	char paused[20];

	for (size_t i = 0; i < s->queues_n; i++)
		if (!strcmp(s->queues[i].dir, rows[row].dir) &&
		    facts_put(RS_RECORD_QUEUE, &s->queues[i], rows[row].facts, without))
			return -1;
	snprintf(paused, sizeof(paused), "paused=%s", rows[row].paused);
	for (size_t i = 0; rows[row].paused && i < s->vms_n; i++)
		if (facts_put(RS_RECORD_VM, &s->vms[i], paused, without))
			return -1;
	return 0;
}

/* Judges and prints as `ringside host` does. */
static int answer(FIXTURE_DATA(alone) * self, size_t row, const char *without)
{
	char path[300];

	snprintf(path, sizeof(path), CASES "%s/host.json", rows[row].file);
	if (rs_snapshot_load(&self->host, path, &self->err) ||
	    sample_change(&self->host.begin, row, without) ||
	    sample_change(&self->host.end, row, without) ||
	    rs_ledger_make(&self->ledger, NULL, &self->host, NULL, &self->err) ||
	    rs_verdict_reach(&self->v, &self->ledger, &self->err))
		return -1;
	self->text = ledger_text(&self->ledger, &self->v);
	return self->text ? 0 : -1;
}

TEST_F(alone, the_party_is_named_or_is_in_the_set)
{
	for (size_t i = 0; i < ROWS_N; i++) {
		unsigned int given;

		ASSERT_EQ(0, answer(self, i, NULL))
		TH_LOG("%s: %s", rows[i].name, self->err.text);
		given = parties_named(&self->v);
		EXPECT_EQ(rows[i].party, given & rows[i].party)
		TH_LOG("%s: parties %#x\n%s", rows[i].name, given, self->text);
		EXPECT_EQ(NULL, strstr(self->text, ": ,")); /* a headline without a cause */
		EXPECT_EQ(0, given & ~(rows[i].party | rows[i].set))
		TH_LOG("%s: parties %#x\n%s", rows[i].name, given, self->text);
		forget(self);
	}
}

/* All keys of facts above, and that of the virtual machine. */
static const char *const keys[] = {
	"size",		  "event_idx",	 "ring_avail_idx", "ring_used_idx", "used_event",
	"avail_event",	  "avail_flags", "used_flags",	   "worker_state",  "worker_queued",
	"signalled_used", "msi_pending", "msi_active",	   "masked",	    "vcpu_state",
	"ring",		  "paused",
};

#define KEYS_N (sizeof(keys) / sizeof(keys[0]))

/* Less is known: then the answer may be a larger set, or none; it is never another party. */
static bool is_another(const struct rs_verdict *v, size_t row)
{
	unsigned int given = parties_named(v);

	return given && (!rows[row].party || !(given & rows[row].party));
}

TEST_F(alone, without_any_two_facts_it_is_not_another_party)
{
	for (size_t i = 0; i < ROWS_N; i++)
		for (size_t k = 0; k < KEYS_N * KEYS_N; k++) {
			char without[80];

			if (k / KEYS_N > k % KEYS_N)
				continue;
			snprintf(without, sizeof(without), "%s %s", keys[k / KEYS_N],
				 keys[k % KEYS_N]);
			ASSERT_EQ(0, answer(self, i, without))
			TH_LOG("%s: %s", rows[i].name, self->err.text);
			EXPECT_FALSE(is_another(&self->v, i))
			TH_LOG("%s without %s: parties %#x\n%s", rows[i].name, without,
			       parties_named(&self->v), self->text);
			forget(self);
		}
}

/* Where the vCPU's state and the interrupt's cannot be read. */
TEST_F(alone, without_the_vcpu_it_is_not_another_party)
{
	for (size_t i = 0; i < ROWS_N; i++) {
		ASSERT_EQ(0, answer(self, i, "vcpu_state msi_pending msi_active masked"));
		EXPECT_FALSE(is_another(&self->v, i))
		TH_LOG("%s: parties %#x\n%s", rows[i].name, parties_named(&self->v), self->text);
		forget(self);
	}
}

/* The VMM took the backend away from vhost when it stopped the machine: only the tap is left. */
static void backend_take(struct rs_sample *s, const char *paused)
{
	for (size_t i = 0; i < s->queues_n; i++) {
		struct rs_queue *q = &s->queues[i];

		memset(q->counters, 0, sizeof(q->counters));
		q->vhost_vq = q->used_addr = q->used_idx = q->avail_idx = (struct rs_num){0};
	}
	for (size_t i = 0; i < s->vms_n; i++)
		s->vms[i].paused = rs_num_of(*paused == '1');
}

TEST_F(alone, a_paused_machine_is_named_by_the_packets_that_wait_for_it)
{
	for (const char *paused = "10"; *paused; paused++) {
		ASSERT_EQ(0,
			  rs_snapshot_load(&self->host, CASES "vhost-worker-lost-wakeup/host.json",
					   &self->err));
		backend_take(&self->host.begin, paused);
		backend_take(&self->host.end, paused);
		ASSERT_EQ(0, rs_ledger_make(&self->ledger, NULL, &self->host, NULL, &self->err));
		ASSERT_EQ(0, rs_verdict_reach(&self->v, &self->ledger, &self->err));
		EXPECT_EQ(*paused == '1' ? P(VMM) : 0, parties_named(&self->v));
		forget(self);
	}
}

TEST_HARNESS_MAIN
