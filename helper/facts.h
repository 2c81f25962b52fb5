/* SPDX-License-Identifier: GPL-2.0-only */
/* What can show that a virtqueue of the guest and one of the host are the same. */
#ifndef RS_FACTS_H
#define RS_FACTS_H

#include "snapshot.h"

/* Strongest first. */
enum rs_fact {
	RS_FACT_USED_ADDR, /* guest-physical address of the used ring */
	RS_FACT_UUID,	   /* of the virtual machine */
	RS_FACT_MAC,
	RS_FACT_MSI,   /* address and data */
	RS_FACT_DEVID, /* of the MSI, arm64 */
	RS_FACT_DIR,
	RS_FACT_QUEUE, /* input.N and output.N are queue N of the tap */
	RS_FACTS
};

#define RS_FACT_BIT(name) (1U << RS_FACT_##name)
/* Those that show the machine, not the queue. */
#define RS_FACTS_WHO (RS_FACT_BIT(UUID) | RS_FACT_BIT(MAC))

extern const char *const rs_fact_names[RS_FACTS];

/* What else the host's snapshot says of a queue: sought once, not once for each pair. */
struct rs_note {
	const char *tap_mac; /* "" = unknown */
	bool left;	     /* the machine left its tap within the window */
};

/* A queue of each side, to be compared. */
struct rs_sides {
	const struct rs_snapshot *guest, *host;
	const struct rs_note *notes; /* of the host's queues at the end, in their order */
	const struct rs_queue *g, *h;
	bool ring_reset; /* @g got another ring within the window */
	/* the process that is the guest's: other queues showed it; unknown at first */
	struct rs_num machine;
};

/* Sets of enum rs_fact. A fact that a side does not know is in neither. */
struct rs_facts {
	unsigned int agree, differ;
};

struct rs_facts rs_facts_compare(const struct rs_sides *s);

/* "uuid, MAC" */
void rs_facts_name(unsigned int facts, char *text, size_t size);

/* "uuid, MAC (guest 52:54:..., host 52:54:...)": with both values of the strongest one. */
void rs_facts_tell(const struct rs_sides *s, unsigned int facts, char *text, size_t size);

#endif
