// SPDX-License-Identifier: GPL-2.0-only
/*
 * Incidents that were reported in public, as the pair of files that both sides wrote then: the
 * answer names the party, or a set that contains it, and never another. With the facts that the
 * rings had in that state, it is the party alone.
 */
#include <kselftest_harness.h>

#include "fields.h"
#include "helper_fixture.h"
#include "snapshot_json.h"

#define CASES	HELPER_DIR "/../selftests/cases/"
#define P(name) (1U << RS_PARTY_##name)

/* A fact of the queue of direction @dir, in both samples. */
struct fact {
	enum rs_side side;
	const char *dir;
	const char *key;
	const char *value;
};

#define FACTS(...)          \
	{                   \
		__VA_ARGS__ \
	}
#define GUEST RS_SIDE_GUEST
#define HOST  RS_SIDE_HOST

static const struct {
	const char *name;
	unsigned int party; /* that has to be named; 0 = nothing is wrong */
	unsigned int set;   /* without the facts: others that cannot be told from it */
	const char *never;  /* words that must not be printed */
	struct fact facts[8];
	const char *file; /* of another case, whose counts are the same; NULL = its own */
} cases[] = {
	{"well", 0, 0, "critical"},
	{"qemu-vhost-off-rx-stall", P(BACKEND), P(GUEST_DRIVER), "two different virtual machines",
	 FACTS({GUEST, "rx", "ring_avail_idx", "1256"}, {GUEST, "rx", "outstanding", "256"},
	       {GUEST, "rx", "avail_event", "900"}, {GUEST, "rx", "used_flags", "0"},
	       {GUEST, "rx", "unkicked", "0"})},
	{"missing-kick-vhost", P(BACKEND), P(GUEST_DRIVER), "memory",
	 FACTS({GUEST, "rx", "ring_avail_idx", "1256"}, {GUEST, "rx", "outstanding", "256"},
	       {GUEST, "rx", "avail_event", "900"}, {GUEST, "rx", "used_flags", "0"},
	       {GUEST, "rx", "unkicked", "0"}, {HOST, "rx", "worker_state", "asleep"},
	       {HOST, "rx", "worker_queued", "0"})},
	{"tx-callback-off", P(GUEST_DRIVER), P(KVM), "machine: nothing wrong",
	 FACTS({GUEST, "tx", "used_event", "900"}, {GUEST, "tx", "avail_flags", "0"},
	       {GUEST, "tx", "napi_scheduled", "0"}, {HOST, "tx", "msi_pending", "0"},
	       {GUEST, "tx", "broken", "0"}, {GUEST, "tx", "napi_disabled", "0"})},
	{"vhost-user-tx-dead", P(BACKEND), 0, "two different virtual machines",
	 FACTS({GUEST, "tx", "outstanding", "12"}, {GUEST, "tx", "ring_avail_idx", "1012"},
	       {GUEST, "tx", "unkicked", "0"}, {GUEST, "tx", "avail_event", "1011"})},
	{"vhost-cannot-reach-memory", P(BACKEND), 0, "does not run"},
	{"vhost-worker-lost-wakeup", P(HOST_CPU), 0, "output.0: ok"},
	{"vhost-worker-no-cpu", P(HOST_CPU), 0, "machine: nothing wrong"},
	{"xdp-napi-left-disabled", P(GUEST_DRIVER), P(KVM), "busy_poll",
	 FACTS({GUEST, "rx", "napi_disabled", "1"}, {GUEST, "rx", "napi_scheduled", "1"},
	       {HOST, "rx", "msi_pending", "0"})},
	{"before-the-tap-is-full", P(GUEST_DRIVER), P(KVM), "host scheduler",
	 FACTS({GUEST, "rx", "used_event", "900"}, {GUEST, "rx", "avail_flags", "0"},
	       {GUEST, "rx", "napi_scheduled", "0"}, {HOST, "rx", "msi_pending", "0"},
	       {GUEST, "rx", "broken", "0"}, {GUEST, "rx", "napi_disabled", "0"})},
	{"its-wrong-devid-vhost", P(VMM), 0, "backend"},
	{"avic-loss-in-busy-window", P(KVM), P(GUEST_DRIVER), "both sides",
	 FACTS({HOST, "rx", "msi_pending", "1"}, {HOST, "rx", "vcpu_state", "guest"},
	       {GUEST, "rx", "napi_scheduled", "0"}, {GUEST, "rx", "napi_disabled", "0"})},
	{"vhost-arm64-stale-entry-tx", P(BACKEND), P(GUEST_DRIVER), "machine: nothing wrong",
	 FACTS({GUEST, "tx", "broken", "1"})},
	{"tap-qdisc-backlog", P(HOST_NET), 0, "machine: nothing wrong"},
	/* of our own making: the same counts, and facts of another fault */
	{"softirq-starved", P(GUEST_CPU), 0, "busy_poll",
	 FACTS({GUEST, "rx", "napi_scheduled", "1"}, {GUEST, "rx", "napi_disabled", "0"},
	       {GUEST, "rx", "napi_busy", "0"}, {GUEST, "rx", "broken", "0"},
	       {HOST, "rx", "msi_pending", "0"}),
	 "xdp-napi-left-disabled"},
	{"busy-poller-stopped", P(GUEST_POLLER), 0, "guest softirq",
	 FACTS({GUEST, "rx", "napi_scheduled", "1"}, {GUEST, "rx", "napi_disabled", "0"},
	       {GUEST, "rx", "napi_busy", "1"}, {GUEST, "rx", "broken", "0"},
	       {HOST, "rx", "msi_pending", "0"}),
	 "xdp-napi-left-disabled"},
	{"used-id-out-of-range", P(BACKEND), 0, "guest softirq",
	 FACTS({GUEST, "rx", "broken", "1"}, {GUEST, "rx", "napi_disabled", "0"}),
	 "xdp-napi-left-disabled"},
	{"vcpu-starved", P(HOST_CPU), 0, "take both sides",
	 FACTS({HOST, "rx", "msi_pending", "1"}, {HOST, "rx", "vcpu_state", "runnable"},
	       {GUEST, "rx", "napi_scheduled", "0"}, {GUEST, "rx", "napi_disabled", "0"}),
	 "avic-loss-in-busy-window"},
	{"vcpu-exiting", P(HOST_CPU), 0, "take both sides",
	 FACTS({HOST, "rx", "msi_pending", "1"}, {HOST, "rx", "vcpu_state", "host"},
	       {GUEST, "rx", "napi_scheduled", "0"}, {GUEST, "rx", "napi_disabled", "0"}),
	 "avic-loss-in-busy-window"},
	{"vcpu-paused", P(VMM), 0, "take both sides",
	 FACTS({HOST, "rx", "msi_pending", "1"}, {HOST, "rx", "vcpu_state", "paused"},
	       {GUEST, "rx", "napi_scheduled", "0"}, {GUEST, "rx", "napi_disabled", "0"}),
	 "avic-loss-in-busy-window"},
	{"worker-frozen", P(HOST_CPU), 0, "machine: nothing wrong",
	 FACTS({HOST, "rx", "worker_state", "blocked"}, {HOST, "rx", "worker_queued", "1"}),
	 "vhost-worker-lost-wakeup"},
	{"worker-starved", P(HOST_CPU), 0, "machine: nothing wrong",
	 FACTS({HOST, "rx", "worker_state", "runnable"}, {HOST, "rx", "worker_queued", "1"}),
	 "vhost-worker-lost-wakeup"},
	{"kick-due-and-not-sent", P(GUEST_DRIVER), 0, "memory",
	 FACTS({GUEST, "rx", "ring_avail_idx", "1256"}, {GUEST, "rx", "outstanding", "256"},
	       {GUEST, "rx", "avail_event", "1255"}, {GUEST, "rx", "used_flags", "0"},
	       {GUEST, "rx", "unkicked", "256"}, {HOST, "rx", "worker_state", "asleep"},
	       {HOST, "rx", "worker_queued", "0"}),
	 "missing-kick-vhost"},
	{"tx-broken-after-callback", P(BACKEND), 0, "machine: nothing wrong",
	 FACTS({GUEST, "tx", "broken", "1"}), "tx-callback-off"},
};

#define CASES_N (sizeof(cases) / sizeof(cases[0]))

FIXTURE(cases)
{
	struct joined j;
	struct rs_verdict v;
	char *text;
};

FIXTURE_SETUP(cases)
{
	memset(self, 0, sizeof(*self));
}

static void fact_put(struct rs_sample *s, const struct fact *fact)
{
	const struct rs_record *record = &rs_records[RS_RECORD_QUEUE];

	for (size_t i = 0; i < s->queues_n; i++)
		if (!strcmp(s->queues[i].dir, fact->dir))
			rs_field_parse(rs_field_find(record, fact->key), &s->queues[i],
				       fact->value);
}

static int load(FIXTURE_DATA(cases) * self, size_t i, bool with_facts)
{
	struct rs_snapshot *sides[] = {&self->j.guest, &self->j.host};
	static const char *const names[] = {"guest", "host"};

	for (int side = 0; side < RS_SIDES; side++) {
		char path[300];

		snprintf(path, sizeof(path), CASES "%s/%s.json",
			 cases[i].file ? cases[i].file : cases[i].name, names[side]);
		if (rs_snapshot_load(sides[side], path, &self->j.err))
			return -1;
		for (const struct fact *f = cases[i].facts; with_facts && f->key; f++) {
			if (f->side != (enum rs_side)side)
				continue;
			fact_put(&sides[side]->begin, f);
			fact_put(&sides[side]->end, f);
		}
	}
	return 0;
}

/* Joins, judges and prints as diff does. */
static int answer(FIXTURE_DATA(cases) * self, size_t i, bool with_facts)
{
	if (load(self, i, with_facts) || joined_make(&self->j) ||
	    rs_verdict_reach(&self->v, &self->j.ledger, &self->j.err))
		return -1;
	self->text = ledger_text(&self->j.ledger, &self->v);
	return self->text ? 0 : -1;
}

static void forget(FIXTURE_DATA(cases) * self)
{
	rs_verdict_clear(&self->v);
	joined_clear(&self->j);
	free(self->text);
	memset(self, 0, sizeof(*self));
}

FIXTURE_TEARDOWN(cases)
{
	forget(self);
}

/* Of the queues that could not be judged, as JSON and -v have it. */
static unsigned int parties_perhaps(const struct rs_verdict *v, const struct rs_ledger *l)
{
	unsigned int parties = 0;

	for (size_t i = 0; i < l->rows_n; i++)
		if (rs_verdict_is_unjudged(v, l, i))
			parties |= v->turns[i].named;
	return parties;
}

TEST_F(cases, the_party_is_named_or_is_in_the_set)
{
	for (size_t i = 0; i < CASES_N; i++) {
		unsigned int given;

		if (cases[i].file)
			continue;
		ASSERT_EQ(0, answer(self, i, false))
		TH_LOG("%s: %s", cases[i].name, self->j.err.text);
		given = parties_named(&self->v);
		/* a file that shows nothing waiting has the set beside "could not be judged" */
		EXPECT_EQ(cases[i].party,
			  (given ? given : parties_perhaps(&self->v, &self->j.ledger)) &
				  cases[i].party)
		TH_LOG("%s: parties %#x\n%s", cases[i].name, given, self->text);
		EXPECT_EQ(0, given & ~(cases[i].party | cases[i].set))
		TH_LOG("%s: parties %#x\n%s", cases[i].name, given, self->text);
		EXPECT_EQ(NULL, strstr(self->text, cases[i].never))
		TH_LOG("%s says \"%s\"", cases[i].name, cases[i].never);
		forget(self);
	}
}

TEST_F(cases, with_the_facts_it_is_the_party_alone)
{
	for (size_t i = 0; i < CASES_N; i++) {
		if (!cases[i].facts[0].key)
			continue;
		ASSERT_EQ(0, answer(self, i, true))
		TH_LOG("%s: %s", cases[i].name, self->j.err.text);
		EXPECT_EQ(cases[i].party, parties_named(&self->v))
		TH_LOG("%s: parties %#x\n%s", cases[i].name, parties_named(&self->v), self->text);
		EXPECT_EQ(NULL, strstr(self->text, cases[i].never))
		TH_LOG("%s says \"%s\"", cases[i].name, cases[i].never);
		forget(self);
	}
}

static size_t case_find(const char *name)
{
	size_t i = 0;

	while (i < CASES_N && strcmp(cases[i].name, name))
		i++;
	return i;
}

/* What proves it stands in the answer: a route that differs with both values, a worker's state. */
TEST_F(cases, the_facts_that_prove_it_are_told)
{
	static const struct {
		const char *name;
		const char *says;
	} told[] = {
		{"its-wrong-devid-vhost", "msi.devid 0x10008 in the guest and 0x8 on the host"},
		{"worker-starved", "worker_state runnable, worker_queued 1"},
		{"xdp-napi-left-disabled", "napi_disabled 1"},
	};

	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		ASSERT_EQ(0, answer(self, case_find(told[i].name), true))
		TH_LOG("%s", told[i].name);
		EXPECT_NE(NULL, strstr(self->text, told[i].says))
		TH_LOG("%s\n%s", told[i].name, self->text);
		forget(self);
	}
}

TEST_HARNESS_MAIN
