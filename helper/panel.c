// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "html.h"
#include "panel.h"
#include "plot.h"
#include "slow.h"

struct entry {
	enum rs_figure figure;
	enum rs_plot_kind kind;
	const char *name; /* NULL = the figure's meaning */
};

enum { ENTRIES_MAX = 32 };

#define HOST(name, kind, text)                          \
	{                                               \
		RS_FIG_HOST(name), RS_PLOT_##kind, text \
	}
#define GUEST(name, kind, text)                          \
	{                                                \
		RS_FIG_GUEST(name), RS_PLOT_##kind, text \
	}
#define DERIVED(name, kind, text)                          \
	{                                                  \
		RS_FIG_DERIVED(name), RS_PLOT_##kind, text \
	}

static const struct entry receive[] = {
	HOST(tun_offered, FLOW, "offered to the tap's queue"),
	HOST(tun_dropped, LOST, "dropped by the tap's queue"),
	DERIVED(occupancy, WAITS, "in the tap's ring at the end"),
	HOST(vhost_taken, FLOW, "taken by vhost"),
	DERIVED(served, FLOW, "used entries that the device returned"),
	DERIVED(standing, WAITS, "used entries that the guest did not consume"),
	GUEST(last_used_progress, FLOW, "entries that the guest consumed"),
};

static const struct entry transmit[] = {
	DERIVED(kicks_sent, FLOW, "kicks of the guest"),
	HOST(vhost_rounds, FLOW, "rounds of vhost"),
	DERIVED(outstanding, WAITS, "buffers that the device did not return"),
	HOST(tun_sent, FLOW, "packets handed to the tap"),
	DERIVED(served, FLOW, "used entries that the device returned"),
	DERIVED(standing, WAITS, "used entries that the guest did not consume"),
	GUEST(last_used_progress, FLOW, "entries that the guest consumed"),
};

static const struct entry interrupts[] = {
	HOST(vhost_calls, FLOW, "decisions of vhost"),
	DERIVED(suppressed, ASIDE, "the guest asked for none"),
	HOST(vhost_no_call, LOST, "no call eventfd"),
	HOST(vhost_signals, FLOW, "signals of vhost"),
	HOST(eventfd_writes, FLOW, "writes to the eventfd"),
	HOST(eventfd_masked, ASIDE, "written while the vector was masked"),
	HOST(irqfd_wakeups, FLOW, "wake-ups of the irqfd"),
	HOST(coalesced, ASIDE, "merged into one that was pending"),
	HOST(posted, ASIDE, "delivered by the hardware"),
	HOST(moved, ASIDE, "to another vCPU or vector than before"),
	HOST(injected, FLOW, "injected by KVM"),
	DERIVED(merged, ASIDE, "injected, without an interrupt of their own in the guest"),
	GUEST(interrupts, FLOW, "interrupts in the guest"),
	GUEST(none, ASIDE, "of these IRQ_NONE"),
	GUEST(handled, FLOW, "handled"),
};

#define CAUSE(name)                                     \
	{                                               \
		RS_FIG_GUEST(name), RS_PLOT_ASIDE, NULL \
	}
static const struct entry causes[] = {
	GUEST(handled, FLOW, NULL), CAUSE(none_empty),	    CAUSE(none_shared),
	CAUSE(none_broken),	    CAUSE(none_softirq),    CAUSE(none_ksoftirqd),
	CAUSE(none_busy_poll),	    CAUSE(none_threaded),   CAUSE(none_netpoll),
	CAUSE(none_tx_rx_poll),	    CAUSE(none_tx_tx_poll), CAUSE(none_tx_xmit),
	CAUSE(none_unknown),
};

static const struct entry polls[] = {
	GUEST(polls_softirq, FLOW, "softirq"), GUEST(polls_ksoftirqd, FLOW, "ksoftirqd"),
	GUEST(polls_busy, FLOW, "busy poll"),  GUEST(polls_threaded, FLOW, "NAPI thread"),
	GUEST(polls_netpoll, FLOW, "netpoll"),
};

static const struct entry occupancy[] = {
	DERIVED(ring_size, FLOW, "the tap's ring holds at most"),
	DERIVED(occupancy_begin, WAITS, "packets in it at the start"),
	DERIVED(occupancy, WAITS, "packets in it at the end"),
	DERIVED(avail_left, ASIDE, "buffers of the guest that vhost knows"),
	DERIVED(outstanding, ASIDE, "buffers that the device did not return"),
	DERIVED(standing, WAITS, "used entries that the guest did not consume"),
};

/*
 * Injections that are in no interrupt: lost if the chain says that none arrives, and they are more
 * than those that the guest may have got outside its window.
 */
static enum rs_plot_kind kind_of(const struct entry *e, const struct rs_row *row,
				 const struct rs_turn *t)
{
	struct rs_num merged = row->figures[RS_FIG_DERIVED(merged)],
		      outside = row->figures[RS_FIG_DERIVED(surplus_slack)];

	if (e->figure == RS_FIG_DERIVED(merged) && t->motion == RS_MOTION_STILL &&
	    t->links[RS_STEP_ARRIVES].state == RS_LINK_HOLDER && outside.known &&
	    merged.value > outside.value)
		return RS_PLOT_LOST;
	return e->kind;
}

static void entries_print(FILE *out, const char *title, const struct rs_row *row,
			  const struct rs_turn *t, const struct entry *entries, size_t n)
{
	struct rs_bar bars[ENTRIES_MAX];

	for (size_t i = 0; i < n; i++) {
		const char *name = entries[i].name;

		bars[i] = (struct rs_bar){
			.name = name ? name : rs_figure_info(entries[i].figure).meaning,
			.value = row->figures[entries[i].figure],
			.kind = kind_of(&entries[i], row, t),
		};
	}
	rs_plot_bars(out, title, bars, n);
}

static void shares_print(FILE *out, const struct rs_row *row)
{
	struct rs_share shares[RS_PARTS];
	struct rs_bar bars[RS_PARTS];

	if (!row->host || strcmp(row->host->dir, "rx") || !rs_slow_shares(row, shares))
		return;
	for (size_t i = 0; i < RS_PARTS; i++)
		bars[i] = (struct rs_bar){
			.name = rs_part_names[i],
			.value = {.value = shares[i].permille, .known = shares[i].known}};
	rs_plot_bars(out, "Where a packet's time goes, in permille", bars, RS_PARTS);
	rs_html_element(out, "p", "note", "In no share: %s", RS_PARTS_BEYOND);
}

#define ENTRIES(title, list) entries_print(out, title, row, t, list, sizeof(list) / sizeof(*(list)))

static void way_print(FILE *out, const struct rs_row *row, const struct rs_turn *t)
{
	const struct rs_queue *q = row->guest ? row->guest : row->host;

	if (strcmp(q->dir, "tx"))
		ENTRIES("The way of packets", receive);
	else
		ENTRIES("The way of packets", transmit);
	ENTRIES("The way of interrupts", interrupts);
}

void rs_panel_print(FILE *out, const struct rs_row *row, const struct rs_turn *t)
{
	const struct rs_histogram *h = row->hists[RS_SIDE_HOST];

	fputs("<div class=\"plots\">\n", out);
	way_print(out, row, t);
	ENTRIES("Interrupts in the guest, by cause", causes);
	ENTRIES("Polls by origin", polls);
	shares_print(out, row);
	ENTRIES("What waits", occupancy);
	if (row->host)
		rs_plot_histogram(out, "Packets in the tap's ring when another came",
				  &h[RS_HOST_HIST_occupancy_at_enqueue], "packets");
	fputs("</div>\n", out);
}
