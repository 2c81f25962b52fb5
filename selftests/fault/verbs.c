// SPDX-License-Identifier: GPL-2.0-only
/* The verbs of the script, and what each waits for so that the counts are exact. */
#include "report.h"
#include "run.h"

#include <string.h>
#include <time.h>

#define PAYLOAD 64 /* bytes of a posted frame's UDP payload */

#define load(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)

struct wait {
	struct run *run;
	struct queue *q;
	int index;
	uint64_t number;
	int result;
};

static struct wait wait_for(struct run *run, const struct step *s)
{
	return (struct wait){run, &run->dev->queue[s->queue], s->queue, 0, 0};
}

static uint64_t interrupts(struct run *run, int index)
{
	const struct witness_irq *irq = fault_report_irq(run, index);

	return irq ? load(&irq->handled) + load(&irq->none) + load(&irq->woken) : 0;
}

static uint64_t handled(struct run *run, int index)
{
	const struct witness_irq *irq = fault_report_irq(run, index);

	return irq ? load(&irq->handled) : 0;
}

static bool delivered(void *arg)
{
	struct wait *w = arg;

	return interrupts(w->run, w->index) > w->number;
}

/* All that was returned has left the ring on the guest's side. */
static bool consumed(void *arg)
{
	struct wait *w = arg;
	struct pace *pace = &w->run->pace[w->index];
	struct witness_queue *seen = &w->run->witness->queue[w->index];

	return load(&seen->consumed) - pace->consumed == w->q->counts.posted - pace->posted;
}

/*
 * And no poll is on its way any more. Until it returned, a poll may look at the
 * ring once more behind its switching callbacks on, and take the next entry
 * before the interrupt for it arrives.
 */
static bool quiet(void *arg)
{
	struct wait *w = arg;
	struct pace *pace = &w->run->pace[w->index];
	struct witness_queue *seen = &w->run->witness->queue[w->index];

	if (!consumed(w) || load(&seen->polls) < pace->polls_due)
		return false;
	if (w->index % 2 && !pace->handled)
		return true; /* cleaned by another than its own poll */
	if (load(&seen->at_poll_end) != load(&seen->consumed))
		return false;
	pace->handled = false;
	return true;
}

static int await_quiet(struct run *run, const struct step *s)
{
	struct wait w = wait_for(run, s);

	if (!run->witness || !fault_run_wait(run, quiet, &w))
		return 0;
	return fault_run_fail(run, s, "the guest has not consumed what was returned to it");
}

static bool try_post(void *arg)
{
	struct wait *w = arg;
	char frame[FAULT_FRAME_MAX];
	size_t size =
		fault_frame_udp(frame, &w->run->ends, w->index / 2, w->q->counts.posted, PAYLOAD);

	w->result = fault_queue_post(w->q, frame, size);
	return w->result;
}

static bool try_collect(void *arg)
{
	struct wait *w = arg;
	size_t size;

	w->result = fault_queue_collect(w->q, NULL, 0, &size);
	return w->result;
}

static bool try_post_bad(void *arg)
{
	struct wait *w = arg;

	w->result = fault_queue_post_bad(w->q);
	return w->result;
}

static int move(struct run *run, const struct step *s, bool (*try)(void *arg))
{
	struct wait w = wait_for(run, s);

	if (await_quiet(run, s))
		return -1;
	for (uint64_t i = 0; i < s->number[0]; i++) {
		if (fault_run_wait(run, try, &w))
			return fault_run_fail(run, s, "the guest has made no entry available");
		if (w.result < 0)
			return fault_run_fail(run, s, "the guest's descriptors make no sense");
	}
	return 0;
}

static int verb_post(struct run *run, const struct step *s)
{
	if (s->queue % 2)
		return fault_run_fail(run, s, "post is for input queues; see take");
	return move(run, s, try_post);
}

static int verb_take(struct run *run, const struct step *s)
{
	if (s->queue % 2 == 0)
		return fault_run_fail(run, s, "take is for output queues; see post");
	return move(run, s, try_collect);
}

static int verb_post_bad(struct run *run, const struct step *s)
{
	struct step once = *s;

	once.number[0] = 1;
	return move(run, &once, try_post_bad);
}

static int signal_now(struct run *run, const struct step *s, bool always)
{
	struct wait w = wait_for(run, s);
	uint64_t before = handled(run, s->queue);
	bool idle = run->witness && consumed(&w);
	int ret;

	w.number = interrupts(run, s->queue);
	if (run->witness)
		__atomic_store_n(&run->witness->queue[s->queue].posted, w.q->counts.posted,
				 __ATOMIC_RELEASE);
	ret = fault_queue_signal(w.q, always);
	if (ret < 0)
		return fault_run_fail(run, s, "the queue has no eventfd to signal by");
	if (!ret || !run->witness)
		return 0;
	if (fault_run_wait(run, delivered, &w))
		return fault_run_fail(run, s, "the signal raised no interrupt in the guest");
	/* A device's line may call handled what found nothing: no poll comes of that. */
	run->pace[s->queue].handled = !idle && handled(run, s->queue) > before;
	return 0;
}

static int verb_signal(struct run *run, const struct step *s)
{
	return signal_now(run, s, run->dev->queue[s->queue].ignore);
}

static int verb_signal_empty(struct run *run, const struct step *s)
{
	if (await_quiet(run, s))
		return -1;
	if (run->dev->queue[s->queue].unsignalled)
		return fault_run_fail(run, s,
				      "not empty: entries were returned since the last signal");
	return signal_now(run, s, true);
}

static int verb_signal_until_lost(struct run *run, const struct step *s)
{
	struct wait w = wait_for(run, s);
	unsigned int patience = run->patience;
	int lost = 0;

	if (!run->witness)
		return fault_run_fail(run, s, "only a witness can tell that a signal was lost");
	if (await_quiet(run, s))
		return -1;
	run->patience = 2;
	for (uint64_t i = 0; i < s->number[0] && !lost; i++) {
		w.number = interrupts(run, s->queue);
		if (fault_queue_signal(w.q, true) < 0)
			break;
		lost = fault_run_wait(run, delivered, &w);
	}
	run->patience = patience;
	return lost ? 0 : fault_run_fail(run, s, "no signal was lost");
}

static int verb_post_signal(struct run *run, const struct step *s)
{
	return verb_post(run, s) ? -1 : verb_signal(run, s);
}

static int verb_take_signal(struct run *run, const struct step *s)
{
	return verb_take(run, s) ? -1 : verb_signal(run, s);
}

static void pause_us(uint64_t us)
{
	struct timespec t = {us / 1000000, us % 1000000 * 1000};

	nanosleep(&t, NULL);
}

static int verb_post_delay_signal(struct run *run, const struct step *s)
{
	if (verb_post(run, s))
		return -1;
	pause_us(s->number[1]);
	return verb_signal(run, s);
}

static int verb_pause(struct run *run, const struct step *s)
{
	(void)run;
	pause_us(s->number[0]);
	return 0;
}

static bool armed(void *arg)
{
	struct wait *w = arg;
	bool is;

	pthread_mutex_lock(&w->q->lock);
	is = w->q->running && fault_ring_armed(&w->q->ring);
	pthread_mutex_unlock(&w->q->lock);
	return is;
}

static bool available(void *arg)
{
	struct wait *w = arg;
	bool is;

	pthread_mutex_lock(&w->q->lock);
	is = w->q->running && w->q->enabled && fault_ring_pending(&w->q->ring);
	pthread_mutex_unlock(&w->q->lock);
	return is;
}

/* Guest states to wait for, in the order of the verb's words. */
static const struct {
	bool (*done)(void *arg);
	bool needs_witness;
} states[] = {{consumed, true}, {quiet, true}, {armed, false}, {available, false}};

static int verb_await(struct run *run, const struct step *s)
{
	struct wait w = wait_for(run, s);

	if (states[s->word].needs_witness && !run->witness)
		return fault_run_fail(run, s, "only a witness can tell this; see the verb witness");
	if (fault_run_wait(run, states[s->word].done, &w))
		return fault_run_fail(run, s, "the guest has not come to this state");
	return 0;
}

static bool answered(void *arg)
{
	struct wait *w = arg;

	return load(&w->run->witness->queue[w->index].answered) == w->number;
}

static int verb_ask(struct run *run, const struct step *s)
{
	struct wait w = wait_for(run, s);
	struct witness_queue *queue;

	if (!run->witness)
		return fault_run_fail(run, s, "only a witness can be asked; see the verb witness");
	queue = &run->witness->queue[s->queue];
	w.number = queue->asked + 1;
	/* It ends some time after it was answered. */
	if (s->word == WITNESS_ASK_POLL || s->word == WITNESS_ASK_KSOFTIRQD_POLL)
		run->pace[s->queue].polls_due = load(&queue->polls) + 1;
	queue->ask = s->word;
	__atomic_store_n(&queue->asked, w.number, __ATOMIC_RELEASE);
	if (fault_run_wait(run, answered, &w))
		return fault_run_fail(run, s, "the witness does not answer");
	if (queue->answer)
		return fault_run_fail(run, s, "the witness cannot: %s", strerror(-queue->answer));
	return 0;
}

static int verb_witness(struct run *run, const struct step *s)
{
	struct witness_pages *w = NULL;

	if (s->number[0]) {
		w = fault_memory_gpa(&run->dev->mem, s->number[0], sizeof(*w));
		if (!w || memcmp(w->magic, WITNESS_MAGIC, WITNESS_MAGIC_SIZE))
			return fault_run_fail(run, s,
					      "no witness lies at that guest-physical address");
		memcpy(run->ends.mac, w->mac, sizeof(w->mac));
		__atomic_store_n(&w->awake, 1, __ATOMIC_RELEASE);
	}
	run->witness = w;
	for (int i = 0; i < FAULT_QUEUES_MAX; i++) {
		run->pace[i].irq = -1;
		run->pace[i].posted = run->dev->queue[i].counts.posted;
		if (w)
			w->queue[i].posted_before =
				run->dev->queue[i].counts.posted - w->queue[i].consumed;
		run->pace[i].consumed = w ? w->queue[i].consumed : 0;
		run->pace[i].handled = false;
		run->pace[i].polls_due = 0;
	}
	return 0;
}

static int verb_honour(struct run *run, const struct step *s)
{
	run->dev->queue[s->queue].ignore = false;
	return 0;
}

static int verb_ignore(struct run *run, const struct step *s)
{
	run->dev->queue[s->queue].ignore = true;
	return 0;
}

static int kicks(struct run *run, const struct step *s, bool wanted)
{
	struct queue *q = &run->dev->queue[s->queue];

	pthread_mutex_lock(&q->lock);
	fault_ring_kicks(&q->ring, wanted);
	pthread_mutex_unlock(&q->lock);
	return 0;
}

static int verb_want_kicks(struct run *run, const struct step *s)
{
	return kicks(run, s, true);
}

static int verb_want_no_kicks(struct run *run, const struct step *s)
{
	return kicks(run, s, false);
}

static int verb_echo(struct run *run, const struct step *s)
{
	__atomic_store_n(&run->echo, s->word == 0, __ATOMIC_RELEASE);
	return 0;
}

static int verb_report(struct run *run, const struct step *s)
{
	(void)s;
	fault_report_print(run, run->out);
	return 0;
}

static int verb_facts(struct run *run, const struct step *s)
{
	(void)s;
	fault_report_facts(run, run->out);
	return 0;
}

static int verb_reset(struct run *run, const struct step *s)
{
	(void)s;
	fault_report_reset(run);
	return 0;
}

#define X(name, word, help) word " "
static const char ask_words[] = WITNESS_ASKS(X);
#undef X

const struct verb fault_verbs[] = {
	{"post", "qN", NULL, "return N received frames (1), no signal", verb_post},
	{"take", "qN", NULL, "return N frames the guest sends (1), no signal", verb_take},
	{"post-bad", "q", NULL, "return an entry the guest never made available", verb_post_bad},
	{"signal", "q", NULL, "signal, unless honouring and the guest wants none", verb_signal},
	{"signal-empty", "q", NULL, "signal with nothing new, whatever the guest wants",
	 verb_signal_empty},
	{"signal-until-lost", "qn", NULL, "empty signals, at most N, until one raises no interrupt",
	 verb_signal_until_lost},
	{"post-signal", "qN", NULL, "post N, then signal", verb_post_signal},
	{"post-delay-signal", "qnn", NULL, "post N, wait so many microseconds, signal",
	 verb_post_delay_signal},
	{"take-signal", "qN", NULL, "take N, then signal", verb_take_signal},
	{"pause", "n", NULL, "do nothing for so many microseconds", verb_pause},
	{"await", "qw", "consumed quiet armed available", "wait until the guest has come so far",
	 verb_await},
	{"ask", "qw", ask_words, "have the guest's witness do this on the queue", verb_ask},
	{"witness", "n", NULL, "guest-physical address of the witness's pages; 0: none",
	 verb_witness},
	{"honour", "q", NULL, "signal only as the guest's suppression allows (the default)",
	 verb_honour},
	{"ignore", "q", NULL, "signal whatever the guest's suppression says", verb_ignore},
	{"want-kicks", "q", NULL, "ask for a kick from the next entry on (the default)",
	 verb_want_kicks},
	{"want-no-kicks", "q", NULL, "ask for no kick, whatever is taken", verb_want_no_kicks},
	{"echo", "w", "on off", "serve all queues as a normal device: answer ARP, ICMP echo, UDP",
	 verb_echo},
	{"report", "", NULL, "print each queue's counts since the last reset", verb_report},
	{"facts", "", NULL, "print what each ring's memory says", verb_facts},
	{"reset", "", NULL, "count from here", verb_reset},
	{0},
};
