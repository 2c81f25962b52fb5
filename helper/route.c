// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "route.h"

static bool is_x86(const struct rs_scene *s)
{
	const struct rs_snapshot *guest = s->ledger->guest;

	return guest && !strcmp(guest->taken.arch, "x86_64");
}

bool rs_route_is_right(const struct rs_scene *s)
{
	const struct rs_msi *g = &s->guest->msi, *h = &s->host->msi;

	return g->address.known && rs_nums_equal(g->address, h->address) && g->data.known &&
	       rs_nums_equal(g->data, h->data) &&
	       (is_x86(s) || (g->devid.known && rs_nums_equal(g->devid, h->devid)));
}

/* Bits of an MSI's address on x86: the format of an IOMMU that remaps interrupts, and the high part
 * of an APIC id, which KVM takes from the address's upper half. */
enum { REMAPPABLE = 0x10, EXTENDED = 0xfe0, EXTENDED_SHIFT = 35 };

static uint64_t address_for_kvm(uint64_t address)
{
	return (address & ~(uint64_t)EXTENDED) | (address & EXTENDED) << EXTENDED_SHIFT;
}

static bool differs_on_x86(const struct rs_msi *g, const struct rs_msi *h)
{
	struct rs_num moved = {address_for_kvm(g->address.value), g->address.known};

	return !(g->address.value & REMAPPABLE) &&
	       ((rs_nums_differ(g->address, h->address) && rs_nums_differ(moved, h->address)) ||
		rs_nums_differ(g->data, h->data));
}

/*
 * An IOMMU of the guest stands between its message and KVM's route: on x86 it remaps both parts, on
 * arm64 it translates the address.
 */
static bool is_other_route(const struct rs_scene *s, const struct rs_msi *g, const struct rs_msi *h)
{
	return is_x86(s) ? differs_on_x86(g, h)
			 : rs_nums_differ(g->devid, h->devid) || rs_nums_differ(g->data, h->data);
}

bool rs_route_differs(const struct rs_scene *s)
{
	return is_other_route(s, &s->guest->msi, &s->host->msi);
}

bool rs_route_all_differ(const struct rs_scene *s)
{
	for (size_t i = 0; i < s->ledger->rows_n; i++) {
		const struct rs_row *row = &s->ledger->rows[i];

		if (row != s->row && row->guest && row->host &&
		    is_other_route(s, &row->guest->msi, &row->host->msi))
			return true;
	}
	return false;
}

bool rs_route_is_remapped(const struct rs_scene *s)
{
	return is_x86(s) && rs_route_all_differ(s);
}

static bool is_route_same(const struct rs_queue *a, const struct rs_queue *b)
{
	return a && rs_nums_equal(a->msi.address, b->msi.address) &&
	       rs_nums_equal(a->msi.data, b->msi.data) &&
	       (!b->msi.devid.known || rs_nums_equal(a->msi.devid, b->msi.devid));
}

/* By the clocks of both machines. */
static bool windows_meet(const struct rs_ledger *l)
{
	const struct rs_sample *g = &l->guest->begin, *h = &l->host->begin;
	struct rs_num g_end = l->guest->end.wall_ns, h_end = l->host->end.wall_ns;

	return g->wall_ns.known && h->wall_ns.known && g_end.known && h_end.known &&
	       g->wall_ns.value <= h_end.value && h->wall_ns.value <= g_end.value;
}

bool rs_route_stays(const struct rs_scene *s)
{
	const struct rs_span *spans = s->ledger->spans;

	return s->row->guest && s->row->host &&
	       is_route_same(rs_span_begin(&spans[RS_SIDE_GUEST], s->guest), s->guest) &&
	       is_route_same(rs_span_begin(&spans[RS_SIDE_HOST], s->host), s->host) &&
	       windows_meet(s->ledger);
}
