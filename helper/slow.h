/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the time of a packet towards the guest goes, in parts that add up to 100 %. */
#ifndef RS_SLOW_H
#define RS_SLOW_H

#include "rule_tables.h"

#define RS_PART_LIST(X)                                             \
	X(WORKER, "vhost worker waits for a CPU")                   \
	X(RING, "rest of the wait in the tap's ring and in vhost")  \
	X(POSTING, "vhost posts the entries")                       \
	X(WAKING, "eventfd to irqfd")                               \
	X(INJECTING, "irqfd to injection")                          \
	X(VCPU, "injection until the vCPU takes it")                \
	X(POLL_WAIT, "the guest's interrupt until its poll begins") \
	X(POLL, "the guest's poll")

/* What lies between these parts and after them, and is measured by none of them. */
#define RS_PARTS_BEYOND "from the vCPU to the interrupt's handler, and from the poll to the socket"

enum rs_part {
#define X(name, text) RS_PART_##name,
	RS_PART_LIST(X)
#undef X
		RS_PARTS
};

extern const char *const rs_part_names[RS_PARTS];

/* A part's mean time. Histograms only bound it. */
struct rs_share {
	bool known;
	uint64_t from_ns, to_ns;
	unsigned int permille; /* of all known parts; these add up to 1000 */
};

/* Return: whether any part is known. */
bool rs_slow_shares(const struct rs_row *row, struct rs_share shares[RS_PARTS]);

#endif
