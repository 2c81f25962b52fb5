// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kicks.h"

#define TIMEOUT_MS 500

/* The statistic of a queue's kicks; "" = it has none. */
static void stat_name(const struct rs_queue *queue, char *name, size_t size)
{
	unsigned int n;

	if (sscanf(queue->name, "input.%u", &n) == 1)
		snprintf(name, size, "rx_queue_%u_kicks", n);
	else if (sscanf(queue->name, "output.%u", &n) == 1)
		snprintf(name, size, "tx_queue_%u_kicks", n);
	else
		*name = '\0';
}

void rs_kicks_set(struct rs_sample *s, const struct rs_device *device, const struct rs_ethtool *e)
{
	char name[ETH_GSTRING_LEN];
	uint64_t value;

	for (size_t i = 0; i < s->queues_n; i++) {
		struct rs_queue *queue = &s->queues[i];

		stat_name(queue, name, sizeof(name));
		if (!strcmp(queue->device, device->name) && *name &&
		    rs_ethtool_find(e, name, &value))
			queue->kicks = rs_num_of(value);
	}
}

void rs_kicks_read(struct rs_sample *s)
{
	for (size_t i = 0; i < s->devices_n; i++) {
		const struct rs_device *device = &s->devices[i];
		struct rs_ethtool *e = NULL;

		if (*device->netdev)
			e = rs_ethtool_read(device->netdev, "virtio_net", device->bus, TIMEOUT_MS);
		if (e)
			rs_kicks_set(s, device, e);
		free(e);
	}
}
