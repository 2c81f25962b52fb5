// SPDX-License-Identifier: GPL-2.0-only
/* When a root begins and ends over windows that are sick, well, or could not be judged. */
#include <kselftest_harness.h>

#include "helper_fixture.h"
#include "trip.h"

enum { MS = 1000000 };

static const struct {
	const char *name;
	unsigned int need, of;
	const char *windows; /* w(ell), s(ick), d(isabled IRQ), u(njudged), m(issing), g(one) */
	const char *changes; /* at the end of each: -, b(egins), e(nds), g(one) */
} courses[] = {
	{"one is enough", 1, 1, "wsw", "-be"},
	{"it ends when two are well", 1, 2, "wswsww", "-b---e"},
	{"two of three", 2, 3, "swwsws", "-----b"},
	{"one of three is chance", 2, 3, "swwwsww", "-------"},
	{"two in a row of three", 2, 3, "sswww", "-b--e"},
	{"what cannot be judged is not well", 1, 1, "suuuw", "b---e"},
	{"nor sick", 2, 2, "sus", "--b"},
	{"nor does it begin by itself", 2, 2, "suuu", "----"},
	{"what was well stays so", 1, 2, "swuuu", "b-e--"},
	{"its queue goes", 1, 2, "sg", "bg"},
	{"and comes back", 1, 2, "sgs", "bgb"},
	{"it begins anew after its end", 1, 1, "swsw", "bebe"},
	{"a state needs no traffic to be over", 1, 2, "duu", "b-e"},
	{"a rule that could not run says nothing", 1, 1, "smmw", "b--e"},
	{"all that there are", 1, 32, "swwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
	 "b-------------------------------e-"},
};

static void changed(void *ctx, enum rs_trip_change change, const struct rs_trip *trip,
		    const struct rs_finding *f)
{
	static const char letters[] = {
		[RS_TRIP_BEGINS] = 'b', [RS_TRIP_ENDS] = 'e', [RS_TRIP_GONE] = 'g'};
	char *letter = ctx;

	if ((!strcmp(trip->id, "qdisc-drops") || !strcmp(trip->id, "irq-disabled")) &&
	    !strcmp(trip->queue, "eth0 input.0") && (f != NULL) == (change == RS_TRIP_BEGINS))
		*letter = letters[change];
	else
		*letter = '?';
}

/* One window; *@letter is what changed. */
static int window_take(struct rs_trips *t, char window, uint64_t now, char *letter)
{
	struct rs_error err = {0};
	struct rs_verdict v;
	struct joined j;
	int ret = -1;

	snapshot_fill(&j.guest, RS_SIDE_GUEST);
	snapshot_fill(&j.host, RS_SIDE_HOST);
	if (joined_make(&j))
		return -1;
	if (window == 's')
		j.ledger.rows[0].figures[RS_FIG_HOST(qdisc_dropped)] = rs_num_of(1000);
	if (window == 'm')
		j.ledger.rows[0].figures[RS_FIG_HOST(qdisc_dropped)] = (struct rs_num){0};
	j.ledger.rows[0].figures[RS_FIG_DERIVED(irq_disabled)] = rs_num_of(window == 'd');
	if (window == 'g') { /* the row of another queue */
		j.ledger.rows++;
		j.ledger.rows_n--;
	}
	if (!rs_verdict_reach(&v, &j.ledger, &err)) {
		if (window == 'u')
			v.turns[0].motion = RS_MOTION_UNKNOWN;
		ret = rs_trips_step(t, &j.ledger, &v, now, changed, letter);
		rs_verdict_clear(&v);
	}
	j.ledger.rows -= window == 'g';
	rs_ledger_clear(&j.ledger);
	rs_match_clear(&j.match);
	rs_snapshot_clear(&j.guest);
	rs_snapshot_clear(&j.host);
	return ret;
}

TEST(each_course)
{
	for (size_t i = 0; i < sizeof(courses) / sizeof(courses[0]); i++) {
		struct rs_trips t = {.need = courses[i].need, .of = courses[i].of};
		char changes[64] = "";

		for (size_t w = 0; courses[i].windows[w]; w++) {
			changes[w] = '-';
			ASSERT_EQ(0, window_take(&t, courses[i].windows[w], w * MS, &changes[w]));
		}
		EXPECT_STREQ(courses[i].changes, changes) TH_LOG("%s", courses[i].name);
		rs_trips_clear(&t);
	}
}

TEST(what_is_over_is_forgotten)
{
	struct rs_trips t = {.need = 1, .of = 2};
	char letter;

	ASSERT_EQ(0, window_take(&t, 's', MS, &letter));
	EXPECT_EQ(1, t.n);
	for (int i = 0; i < 3; i++)
		ASSERT_EQ(0, window_take(&t, 'w', MS, &letter));
	EXPECT_EQ(0, t.n);
	rs_trips_clear(&t);
}

TEST_HARNESS_MAIN
