// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "both.h"
#include "peer.h"
#include "remote.h"
#include "window.h"

static void shift(struct rs_snapshot *s, struct rs_sample *end)
{
	rs_sample_clear(&s->begin);
	s->has_begin = s->end.time_ns.known;
	s->begin = s->end;
	s->end = *end;
	memset(end, 0, sizeof(*end));
}

static bool is_same_boot(const struct rs_snapshot *a, const struct rs_snapshot *b)
{
	return !strcmp(a->taken.boot_id, b->taken.boot_id) &&
	       rs_nums_equal(a->end.started_ns, b->end.started_ns);
}

/* The guest's side begins anew where it did not answer, or counting began again. */
static void guest_shift(struct rs_both *b, struct rs_snapshot *now)
{
	struct rs_snapshot *guest = &b->sides[RS_SIDE_GUEST];

	if (!b->answers || !is_same_boot(guest, now)) {
		rs_snapshot_clear(guest);
		*guest = (struct rs_snapshot){.side = RS_SIDE_GUEST};
	}
	guest->taken = now->taken;
	shift(guest, &now->end);
}

static void guest_sample(struct rs_both *b)
{
	struct rs_snapshot now = {.side = RS_SIDE_GUEST};

	b->guest = (struct rs_error){.status = RS_EXIT_OK};
	if (rs_remote_sample(b->cid, &now, &b->guest)) {
		b->answers = false;
		return;
	}
	guest_shift(b, &now);
	b->answers = true;
	rs_snapshot_clear(&now);
}

/* Another machine's queues are not this guest's, whatever is wrong with them. */
static void others_drop(struct rs_sample *s, struct rs_num machine)
{
	size_t n = 0;

	for (size_t i = 0; machine.known && i < s->queues_n; i++) {
		struct rs_queue *q = &s->queues[i];

		if (rs_nums_equal(q->pid, machine))
			s->queues[n++] = *q;
		else
			free(q->hists);
	}
	if (machine.known)
		s->queues_n = n;
}

static int host_sample(struct rs_both *b, struct rs_error *err)
{
	struct rs_sample now = {.hooks = NULL};

	if (b->source->sample(b->handle, &now, err)) {
		rs_sample_clear(&now);
		return -1;
	}
	others_drop(&now, b->machine);
	now.wall_ns = rs_window_wall();
	shift(&b->sides[RS_SIDE_HOST], &now);
	return 0;
}

/* So that who reads the snapshots later knows it, too. */
static void machine_tell(struct rs_both *b)
{
	struct rs_taken *host = &b->sides[RS_SIDE_HOST].taken;

	if (!b->answers)
		return;
	host->guest_pid = b->machine;
	rs_str_set(host->guest_boot_id, b->sides[RS_SIDE_GUEST].taken.boot_id);
}

/*
 * The host first: what it did has reached the guest by then. The other way round, an interrupt that
 * was sent between both would look lost.
 */
int rs_both_step(struct rs_both *b, struct rs_error *err)
{
	if (host_sample(b, err))
		return -1;
	guest_sample(b);
	machine_tell(b);
	b->fresh = b->answers && !b->sides[RS_SIDE_GUEST].has_begin;
	return 0;
}

/* Whether the guest answers, before anything is attached for it. */
static int guest_ask(struct rs_both *b, struct rs_error *err)
{
	guest_sample(b);
	if (b->answers)
		return 0;
	*err = b->guest;
	return -1;
}

int rs_both_open(struct rs_both *b, const struct rs_source *source, const struct rs_filter *filter,
		 struct rs_error *err)
{
	*b = (struct rs_both){.source = source,
			      .cid = filter->cid.value,
			      .machine = rs_peer_pid(filter->cid.value)};
	b->sides[RS_SIDE_GUEST].side = RS_SIDE_GUEST;
	b->sides[RS_SIDE_HOST].side = RS_SIDE_HOST;
	rs_taken_fill(&b->sides[RS_SIDE_HOST].taken);
	if (guest_ask(b, err))
		return -1;
	if (!source->open(filter, &b->handle, err) && !rs_both_step(b, err))
		return 0;
	rs_both_close(b);
	return -1;
}

/* A guest that was migrated between two processes of this host: its figures are of both. Return:
 * whether the host has any of its queues. */
static bool migration_note(struct rs_both *b, const struct rs_match *m)
{
	uint64_t host = 0;

	for (size_t i = 0; i < m->n && !host; i++)
		if (m->pairs[i].host)
			host = m->pairs[i].host->pid.value;
	b->fresh |= b->host && host && b->host != host;
	if (host)
		b->host = host;
	return host;
}

/* Another process may run it by now. */
static void machine_look(struct rs_both *b)
{
	b->machine = rs_peer_pid(b->cid);
}

static bool is_passing(const struct rs_both *b)
{
	return b->compared &&
	       (b->apart.status == RS_EXIT_MISMATCH || b->apart.status == RS_EXIT_DATA);
}

static int pairs_make(struct rs_both *b, struct rs_judged *j, struct rs_error *err)
{
	const struct rs_snapshot *sides = b->sides;

	b->apart = (struct rs_error){.status = RS_EXIT_OK};
	if (!b->answers || !sides[RS_SIDE_GUEST].has_begin)
		return 0;
	if (rs_match_make(&sides[RS_SIDE_GUEST], &sides[RS_SIDE_HOST], &j->match, &b->apart)) {
		machine_look(b);
		if (is_passing(b))
			return 0;
		*err = b->apart;
		return -1;
	}
	j->matched = b->compared = true;
	j->paired = migration_note(b, &j->match);
	if (!j->paired)
		machine_look(b);
	return 0;
}

/* Of which host's queues the window is. */
static const struct rs_snapshot *host_of(const struct rs_both *b, struct rs_judged *j)
{
	const struct rs_snapshot *host = &b->sides[RS_SIDE_HOST];

	if (j->matched || b->machine.known)
		return host;
	j->nobody = *host;
	j->nobody.begin.queues_n = j->nobody.end.queues_n = 0;
	return &j->nobody;
}

int rs_both_judge(struct rs_both *b, struct rs_judged *j, struct rs_error *err)
{
	memset(j, 0, sizeof(*j));
	if (pairs_make(b, j, err))
		return -1;
	if (!rs_ledger_make(&j->ledger, j->matched ? &b->sides[RS_SIDE_GUEST] : NULL, host_of(b, j),
			    j->matched ? &j->match : NULL, err) &&
	    !rs_verdict_reach(&j->verdict, &j->ledger, err))
		return 0;
	rs_judged_clear(j);
	return -1;
}

const char *rs_both_why(const struct rs_both *b)
{
	return b->answers ? b->apart.text : b->guest.text;
}

void rs_judged_clear(struct rs_judged *j)
{
	rs_verdict_clear(&j->verdict);
	rs_ledger_clear(&j->ledger);
	if (j->matched)
		rs_match_clear(&j->match);
	memset(j, 0, sizeof(*j));
}

void rs_both_close(struct rs_both *b)
{
	b->source->close(b->handle);
	for (int i = 0; i < RS_SIDES; i++)
		rs_snapshot_clear(&b->sides[i]);
}
