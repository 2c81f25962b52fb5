// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>

#include "losses.h"

static const struct {
	const char *id;
	const char *words;
	const char *option; /* the module's parameter that asks for the hook; NULL = always there */
	const char *counters; /* how the names of those begin that it counts; NULL = it counts none
			       */
} losses[] = {
	{"everything", "everything"},
	{"rings-resized-while-watched", "counters of a queue whose ring is resized"},
	{"rings-reset-while-watched", "counters of a queue whose ring is reset"},
	{"polls-and-who-consumed-receive-entries",
	 "polls, and which poll consumed the entries of a receive queue", NULL,
	 "polls packets_ empty_ full_ none_softirq none_ksoftirqd none_busy none_threaded "
	 "none_netpoll"},
	{"who-consumed-transmit-entries", "what consumed the entries of a transmit queue", NULL,
	 "none_tx none_unknown"},
	{"progress-of-transmit-queues-with-xdp",
	 "whether XDP hides the progress of a transmit queue"},
	{"proof-of-interrupts", "the second count of interrupts (prove)", "prove"},
	{"proof-of-results", "the second count of handled and IRQ_NONE (prove)", "prove"},
	{"proof-of-polls", "the second count of polls and packets (prove)", "prove"},
	{"length-of-polls", "how long polls take (delays)", "delays"},
	{"times-of-polls", "when polls begin (delays)", "delays"},
	{"wait-for-polls", "how long interrupts wait for their poll (delays)", "delays"},
	{"time-in-net_rx_action", "the time in net_rx_action"},
	{"when-an-irq-was-disabled", "when the kernel disabled an IRQ"},
	{"results-of-shared-interrupts", "results of interrupts on shared lines", NULL,
	 "handled none"},
	{"time-between-polls", "the time between polls"},
	{"results-of-interrupts", "interrupts and their results", NULL, "interrupts handled none"},
	{"interrupts-of-threaded-handlers", "results of interrupts that a thread handles", NULL,
	 "handled none"},
};

const char *rs_loss_words(const char *id)
{
	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (!strcmp(losses[i].id, id))
			return losses[i].words;
	return id;
}

bool rs_loss_is_made_up(const char *hook)
{
	/* by the ring's producer index */
	return !strcmp(hook, "sk_data_ready") || !strcmp(hook, "tap_handle_frame");
}

const char *rs_loss_option(const char *id)
{
	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (!strcmp(losses[i].id, id))
			return losses[i].option;
	return NULL;
}

bool rs_loss_touches(const char *id, const char *counter)
{
	const char *words = NULL;

	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++)
		if (!strcmp(losses[i].id, id))
			words = losses[i].counters;
	for (size_t n; words && *words; words += n + strspn(words + n, " ")) {
		n = strcspn(words, " ");
		if (!strncmp(words, counter, n))
			return true;
	}
	return false;
}
