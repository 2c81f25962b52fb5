// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include <linux/if_link.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>
#include <netlink/route/qdisc.h>
#include <netlink/route/qdisc/fifo.h>
#include <netlink/route/tc.h>

#include "rtnl.h"

/*
 * libnl creates its list of qdisc kinds when the first kind registers itself. In a static
 * executable no kind is linked in unless something refers to it.
 */
static void *const qdisc_kind __attribute__((used)) = rtnl_qdisc_fifo_get_limit;

struct rs_rtnl {
	struct nl_sock *sock;
	struct nl_cache *links;
	struct nl_cache *qdiscs;
};

struct rs_rtnl *rs_rtnl_open(struct rs_error *err)
{
	struct rs_rtnl *l = calloc(1, sizeof(*l));
	int e;

	if (!l) {
		rs_error_set(err, RS_EXIT_ERROR, "out of memory");
		return NULL;
	}
	l->sock = nl_socket_alloc();
	e = l->sock ? nl_connect(l->sock, NETLINK_ROUTE) : -NLE_NOMEM;
	if (e < 0)
		rs_error_set(err, RS_EXIT_ERROR, "cannot open an rtnetlink socket: %s",
			     nl_geterror(e));
	if (e < 0 || rs_rtnl_refresh(l, err)) {
		rs_rtnl_close(l);
		return NULL;
	}
	return l;
}

void rs_rtnl_close(struct rs_rtnl *l)
{
	if (!l)
		return;
	nl_cache_free(l->qdiscs);
	nl_cache_free(l->links);
	nl_socket_free(l->sock);
	free(l);
}

int rs_rtnl_refresh(struct rs_rtnl *l, struct rs_error *err)
{
	struct nl_cache *links = NULL, *qdiscs = NULL;
	int e = rtnl_link_alloc_cache(l->sock, AF_UNSPEC, &links);

	if (e >= 0)
		e = rtnl_qdisc_alloc_cache(l->sock, &qdiscs);
	if (e < 0) {
		nl_cache_free(links);
		return rs_error_set(err, RS_EXIT_ERROR,
				    "the kernel cannot list its network interfaces: %s",
				    nl_geterror(e));
	}
	nl_cache_free(l->links);
	nl_cache_free(l->qdiscs);
	l->links = links;
	l->qdiscs = qdiscs;
	return 0;
}

int rs_rtnl_tap(struct rs_rtnl *l, const char *name, struct rs_error *err)
{
	struct rtnl_link *link = rtnl_link_get_by_name(l->links, name);
	const char *type;
	int ifindex;

	if (!link)
		return rs_error_set(
			err, RS_EXIT_NOTAP,
			"there is no interface '%s'; `ip link show type tun` lists the taps", name);
	type = rtnl_link_get_type(link);
	ifindex = rtnl_link_get_ifindex(link);
	if (!type || strcmp(type, "tun"))
		ifindex = rs_error_set(err, RS_EXIT_NOTAP,
				       "'%s' is not a tap; `ip link show type tun` lists the taps",
				       name);
	rtnl_link_put(link);
	return ifindex;
}

static void fill_stats(struct rtnl_link *link, struct rs_tap *tap)
{
	tap->tx_packets = rs_num_of(rtnl_link_get_stat(link, RTNL_LINK_TX_PACKETS));
	tap->tx_dropped = rs_num_of(rtnl_link_get_stat(link, RTNL_LINK_TX_DROPPED));
	tap->rx_packets = rs_num_of(rtnl_link_get_stat(link, RTNL_LINK_RX_PACKETS));
	tap->rx_dropped = rs_num_of(rtnl_link_get_stat(link, RTNL_LINK_RX_DROPPED));
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

void rs_rtnl_fill(struct rs_rtnl *l, unsigned int ifindex, struct rs_tap *tap)
{
	struct rtnl_link *link = rtnl_link_get(l->links, ifindex);
	char mac[RS_STR_LEN];

	if (!link)
		return;
	rs_str_set(tap->name, rtnl_link_get_name(link));
	tap->ifindex = rs_num_of(ifindex);
	if (rtnl_link_get_addr(link) && nl_addr_get_len(rtnl_link_get_addr(link)))
		rs_str_set(tap->mac, nl_addr2str(rtnl_link_get_addr(link), mac, sizeof(mac)));
	tap->queues = rs_num_of(rtnl_link_get_num_tx_queues(link));
	/* a tap that is down sends nothing either, and keeps the bit of its carrier */
	tap->carrier = rs_num_of(rtnl_link_get_carrier(link) && rtnl_link_get_flags(link) & IFF_UP);
	fill_stats(link, tap);
	fill_qdisc(l->qdiscs, ifindex, tap);
	rtnl_link_put(link);
}
