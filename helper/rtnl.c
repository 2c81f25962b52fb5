// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/qdisc/fifo.h>
#include <netlink/route/tc.h>

#include "netns.h"
#include "rtnl.h"

/*
 * libnl creates its list of qdisc kinds when the first kind registers itself. In a static
 * executable no kind is linked in unless something refers to it.
 */
static void *const qdisc_kind __attribute__((used)) = rtnl_qdisc_fifo_get_limit;

/* What rtnetlink says in one network namespace. */
struct space {
	uint64_t netns;
	struct nl_sock *sock;
	struct nl_cache *links;
	struct nl_cache *qdiscs;
};

/* The first one is this process's own; others are opened when a tap is met there, for one sample.
 */
struct rs_rtnl {
	struct space *spaces;
	size_t n;
};

static void space_close(struct space *s)
{
	nl_cache_free(s->qdiscs);
	nl_cache_free(s->links);
	nl_socket_free(s->sock);
}

/* Return: 0, or libnl's error; then the old figures stay. */
static int space_refresh(struct space *s)
{
	struct nl_cache *links = NULL, *qdiscs = NULL;
	int e = rtnl_link_alloc_cache(s->sock, AF_UNSPEC, &links);

	if (e >= 0)
		e = rtnl_qdisc_alloc_cache(s->sock, &qdiscs);
	if (e < 0) {
		nl_cache_free(links);
		return e;
	}
	nl_cache_free(s->links);
	nl_cache_free(s->qdiscs);
	s->links = links;
	s->qdiscs = qdiscs;
	return 0;
}

/* An attempt to open a space: in the namespace that the calling thread is in. */
struct attempt {
	struct space space;
	int error;
};

static void space_try(void *ctx)
{
	struct attempt *a = ctx;

	a->space.sock = nl_socket_alloc();
	a->error = a->space.sock ? nl_connect(a->space.sock, NETLINK_ROUTE) : -NLE_NOMEM;
	if (a->error >= 0)
		a->error = space_refresh(&a->space);
	if (a->error < 0)
		space_close(&a->space);
}

/* Return: NULL = out of memory. The space is valid until the next one is added. */
static struct space *space_add(struct rs_rtnl *l, const struct space *space)
{
	struct space *spaces = reallocarray(l->spaces, l->n + 1, sizeof(*spaces));

	if (!spaces)
		return NULL;
	l->spaces = spaces;
	spaces[l->n] = *space;
	return &spaces[l->n++];
}

/* Return: whether it could; else @space stays as it is. */
static bool space_open_at(int fd, uint64_t netns, struct space *space)
{
	struct attempt a = {.space.netns = netns, .error = -NLE_FAILURE};

	if (rs_netns_run(fd, space_try, &a) || a.error < 0)
		return false;
	*space = a.space;
	return true;
}

struct rs_rtnl *rs_rtnl_open(struct rs_error *err)
{
	struct attempt own = {.space.netns = rs_netns_own()};
	struct rs_rtnl *l = calloc(1, sizeof(*l));

	space_try(&own);
	if (own.error < 0) {
		rs_error_set(err, RS_EXIT_ERROR,
			     "the kernel cannot list its network interfaces: %s",
			     nl_geterror(own.error));
	} else if (!l || !space_add(l, &own.space)) {
		rs_error_set(err, RS_EXIT_ERROR, "out of memory");
		space_close(&own.space);
	} else {
		return l;
	}
	free(l);
	return NULL;
}

void rs_rtnl_leave(struct rs_rtnl *l)
{
	while (l->n > 1)
		space_close(&l->spaces[--l->n]);
}

void rs_rtnl_close(struct rs_rtnl *l)
{
	if (!l)
		return;
	rs_rtnl_leave(l);
	space_close(&l->spaces[0]);
	free(l->spaces);
	free(l);
}

int rs_rtnl_refresh(struct rs_rtnl *l, struct rs_error *err)
{
	int e = space_refresh(&l->spaces[0]);

	return e < 0 ? rs_error_set(err, RS_EXIT_ERROR,
				    "the kernel cannot list its network interfaces: %s",
				    nl_geterror(e))
		     : 0;
}

/* A namespace that was met in this sample, or this process's own; NULL = it was not met. */
static struct space *space_find(const struct rs_rtnl *l, struct rs_num netns)
{
	if (!netns.known || !l->spaces[0].netns)
		return &l->spaces[0];
	for (size_t i = 0; i < l->n; i++)
		if (l->spaces[i].netns == netns.value)
			return &l->spaces[i];
	return NULL;
}

/* The namespace of a tap that process @pid has open. One that cannot be entered has no socket, and
 * is not looked for again in this sample. NULL = out of memory. */
static struct space *space_get(struct rs_rtnl *l, struct rs_num netns, unsigned int pid)
{
	struct space *found = space_find(l, netns), space = {.netns = netns.value};
	int fd;

	if (found)
		return found;
	fd = rs_netns_open(netns.value, pid);
	if (fd >= 0) {
		space_open_at(fd, netns.value, &space);
		close(fd);
	}
	found = space_add(l, &space);
	if (!found)
		space_close(&space);
	return found;
}

/* A macvtap's rx_* are packets for the guest, as a tap's tx_* are; its qdisc is for those from the
 * guest. */
static bool is_macvtap(struct rtnl_link *link)
{
	const char *type = rtnl_link_get_type(link);

	return type && (!strcmp(type, "macvtap") || !strcmp(type, "ipvtap"));
}

static bool is_tap(struct rtnl_link *link)
{
	const char *type = rtnl_link_get_type(link);

	return (type && !strcmp(type, "tun")) || is_macvtap(link);
}

/* Return: its ifindex; 0 = there is no such interface, -1 = it is not a tap. */
static int tap_find(const struct space *s, const char *name)
{
	struct rtnl_link *link = rtnl_link_get_by_name(s->links, name);
	int ifindex = link ? rtnl_link_get_ifindex(link) : 0;

	if (link && !is_tap(link))
		ifindex = -1;
	rtnl_link_put(link);
	return ifindex;
}

/* A search for a tap in all namespaces. */
struct search {
	const char *name;
	uint64_t netns;
	int ifindex;
	unsigned int taps;
};

static bool search_space(void *ctx, int fd, uint64_t netns)
{
	struct search *search = ctx;
	struct space space;
	int ifindex;

	if (!space_open_at(fd, netns, &space))
		return true;
	ifindex = tap_find(&space, search->name);
	space_close(&space);
	if (ifindex > 0) {
		search->netns = netns;
		search->ifindex = ifindex;
		search->taps++;
	}
	return true;
}

/* @here: an interface of this name is here, and is no tap. */
static int tap_elsewhere(struct search *s, bool here, struct rs_error *err)
{
	rs_netns_each(search_space, s);
	if (s->taps == 1)
		return s->ifindex;
	if (s->taps)
		return rs_error_set(
			err, RS_EXIT_NOTAP,
			"%u network namespaces have a tap '%s': choose by --vm or --pid instead",
			s->taps, s->name);
	if (here)
		return rs_error_set(
			err, RS_EXIT_NOTAP,
			"'%s' is not a tap; `ip -d link` shows the taps: tun, macvtap, ipvtap",
			s->name);
	return rs_error_set(
		err, RS_EXIT_NOTAP,
		"there is no interface '%s'; `ip -d link` shows the taps: tun, macvtap, ipvtap",
		s->name);
}

int rs_rtnl_tap(struct rs_rtnl *l, const char *name, uint64_t *netns, struct rs_error *err)
{
	struct search search = {.name = name, .netns = l->spaces[0].netns};
	int ifindex = tap_find(&l->spaces[0], name);

	if (ifindex <= 0)
		ifindex = tap_elsewhere(&search, ifindex < 0, err);
	*netns = search.netns;
	return ifindex;
}

static struct rs_num stat_of(struct rtnl_link *link, rtnl_link_stat_id_t id)
{
	return rs_num_of(rtnl_link_get_stat(link, id));
}

static struct rs_num dropped(struct rtnl_link *link)
{
	return stat_of(link, is_macvtap(link) ? RTNL_LINK_RX_DROPPED : RTNL_LINK_TX_DROPPED);
}

static void fill_stats(struct rtnl_link *link, struct rs_tap *tap)
{
	bool swapped = is_macvtap(link);

	tap->tx_packets = stat_of(link, swapped ? RTNL_LINK_RX_PACKETS : RTNL_LINK_TX_PACKETS);
	tap->tx_dropped = dropped(link);
	tap->rx_packets = stat_of(link, swapped ? RTNL_LINK_TX_PACKETS : RTNL_LINK_RX_PACKETS);
	tap->rx_dropped = stat_of(link, swapped ? RTNL_LINK_TX_DROPPED : RTNL_LINK_RX_DROPPED);
}

/* The figures of the root qdisc: those of a classful root include its children's. */
static void fill_qdisc(struct nl_cache *qdiscs, int ifindex, struct rs_tap *tap)
{
	struct rtnl_qdisc *q = rtnl_qdisc_get_by_parent(qdiscs, ifindex, TC_H_ROOT);

	if (!q)
		return;
	rs_str_set(tap->qdisc, rtnl_tc_get_kind(TC_CAST(q)));
	tap->qdisc_drops = rs_num_of(rtnl_tc_get_stat(TC_CAST(q), RTNL_TC_DROPS));
	tap->qdisc_backlog = rs_num_of(rtnl_tc_get_stat(TC_CAST(q), RTNL_TC_QLEN));
	rtnl_qdisc_put(q);
}

void rs_rtnl_fill(struct rs_rtnl *l, unsigned int pid, struct rs_tap *tap)
{
	struct space *space = space_get(l, tap->netns, pid);
	int ifindex = (int)tap->ifindex.value;
	struct rtnl_link *link = space && space->sock ? rtnl_link_get(space->links, ifindex) : NULL;
	char mac[RS_STR_LEN];

	if (!link)
		return;
	rs_str_set(tap->name, rtnl_link_get_name(link));
	if (rtnl_link_get_addr(link) && nl_addr_get_len(rtnl_link_get_addr(link)))
		rs_str_set(tap->mac, nl_addr2str(rtnl_link_get_addr(link), mac, sizeof(mac)));
	if (!is_macvtap(link)) /* the kernel says 1 of each */
		tap->queues = rs_num_of(rtnl_link_get_num_tx_queues(link));
	/* a tap that is down sends nothing either, and keeps the bit of its carrier */
	tap->carrier = rs_num_of(rtnl_link_get_carrier(link) && rtnl_link_get_flags(link) & IFF_UP);
	fill_stats(link, tap);
	rs_str_set(tap->kind, rtnl_link_get_type(link));
	if (!is_macvtap(link))
		fill_qdisc(space->qdiscs, ifindex, tap);
	rtnl_link_put(link);
}

/* The taps of one namespace. */
static void space_again(const struct rs_rtnl *l, struct space *space, struct rs_sample *s)
{
	struct nl_cache *links = NULL;

	if (!space->sock || rtnl_link_alloc_cache(space->sock, AF_UNSPEC, &links) < 0)
		return;
	for (size_t i = 0; i < s->taps_n; i++) {
		struct rs_tap *tap = &s->taps[i];
		struct rtnl_link *link = NULL;

		if (tap->tx_dropped.known && space_find(l, tap->netns) == space)
			link = rtnl_link_get(links, (int)tap->ifindex.value);
		if (!link)
			continue;
		tap->tx_dropped_late = dropped(link);
		rtnl_link_put(link);
	}
	nl_cache_free(links);
}

void rs_rtnl_again(struct rs_rtnl *l, struct rs_sample *s)
{
	for (size_t i = 0; s->taps_n && i < l->n; i++)
		space_again(l, &l->spaces[i], s);
}

void rs_rtnl_enter(struct rs_rtnl *l, struct rs_num netns, unsigned int pid)
{
	space_get(l, netns, pid);
}
