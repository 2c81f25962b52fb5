/* SPDX-License-Identifier: GPL-2.0-only */
/* The statistics that a network driver counts itself, as "ethtool -S" lists them. */
#ifndef RS_ETHTOOL_H
#define RS_ETHTOOL_H

#include <stdbool.h>
#include <stdint.h>

#include <linux/ethtool.h>

#define RS_ETHTOOL_MAX 8192

struct rs_ethtool {
	uint32_t n;
	char names[RS_ETHTOOL_MAX][ETH_GSTRING_LEN];
	uint64_t values[RS_ETHTOOL_MAX];
};

/**
 * rs_ethtool_read() - the statistics of an interface
 * @netdev: its name in this network namespace
 * @driver: its driver must be this one,
 * @bus: and its device this one: in another namespace the name may belong to another device
 * @timeout_ms: how long to wait: a driver that waits for its device blocks this request, too
 *
 * Return: the statistics, for free(); NULL = they are not known.
 */
struct rs_ethtool *rs_ethtool_read(const char *netdev, const char *driver, const char *bus,
				   int timeout_ms);

/* Return: whether there is a statistic of that name; @value receives it. */
bool rs_ethtool_find(const struct rs_ethtool *e, const char *name, uint64_t *value);

#endif
