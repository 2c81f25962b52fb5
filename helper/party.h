/* SPDX-License-Identifier: GPL-2.0-only */
/* The parties that hand a packet over to each other. */
#ifndef RS_PARTY_H
#define RS_PARTY_H

#include <stddef.h>

#define RS_PARTY_LIST(X)                                                                   \
	X(GUEST_DRIVER, "guest driver", "the virtio_net driver in the guest")              \
	X(GUEST_IRQ, "guest IRQ core", "the guest's interrupt core and its controllers")   \
	X(GUEST_CPU, "guest softirq", "the CPU time that the guest gives to its softirqs") \
	X(GUEST_POLLER, "guest busy poll", "the processes in the guest that busy-poll")    \
	X(BACKEND, "backend", "vhost, or the program that serves the virtqueue")           \
	X(VMM, "VMM", "the program that runs the virtual machine")                         \
	X(KVM, "KVM", "KVM, or the hardware that delivers for it")                         \
	X(HOST_CPU, "host scheduler", "the CPU time that the host gives to its threads")   \
	X(HOST_NET, "host network", "the host's network before the tap: qdisc, carrier")   \
	X(RINGSIDE, "ringside", "ringside's own counts")

enum rs_party {
#define X(name, text, meaning) RS_PARTY_##name,
	RS_PARTY_LIST(X)
#undef X
		RS_PARTIES
};

extern const char *const rs_party_names[RS_PARTIES];
extern const char *const rs_party_meanings[RS_PARTIES];

/* Joins the names of a set of parties (bits 1 << enum rs_party) with @between. */
const char *rs_parties_name(unsigned int parties, const char *between, char *text, size_t size);

#endif
