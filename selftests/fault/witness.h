/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the witness module in the guest and the fault device beside the VMM
 * share: a few pages of the guest's memory; the guest prints their address. The
 * witness counts by means of its own, so that three parties can be compared:
 * the device that did it, the kernel's tracepoints (or functions), and ringside.
 *
 * Each field has one writer. Counters only grow. Included by both sides.
 */
#ifndef FAULT_WITNESS_H
#define FAULT_WITNESS_H

#define WITNESS_MAGIC	   "ringside-witness"
#define WITNESS_MAGIC_SIZE 16
#define WITNESS_IRQS	   512
#define WITNESS_QUEUES	   128 /* as virtio-net numbers them: 2n receives, 2n + 1 transmits */

/* What took an entry off a ring; the words are those of ringside's counters none_*. */
#define WITNESS_CONSUMERS(X)      \
	X(SOFTIRQ, "softirq")     \
	X(KSOFTIRQD, "ksoftirqd") \
	X(THREADED, "threaded")   \
	X(BUSY, "busy_poll")      \
	X(NETPOLL, "netpoll")     \
	X(RX_POLL, "tx_rx_poll")  \
	X(TX_POLL, "tx_tx_poll")  \
	X(XMIT, "tx_xmit")

enum witness_consumer {
#define X(name, word) WITNESS_##name,
	WITNESS_CONSUMERS(X)
#undef X
		WITNESS_CONSUMERS_COUNT
};

/* What the device can ask the guest to do with one queue. */
#define WITNESS_ASKS(X)                                                                      \
	X(NOTHING, "nothing", "answer only")                                                 \
	X(SEND, "send", "transmit one frame on this queue")                                  \
	X(SEND_PARTS, "send-parts", "transmit one frame that takes three descriptors")       \
	X(SEND_UNKICKED, "send-unkicked", "transmit one frame, and do not kick for it")      \
	X(POLL, "poll", "schedule this queue's NAPI: softirq, or its thread where threaded") \
	X(KSOFTIRQD_POLL, "poll-ksoftirqd",                                                  \
	  "schedule this queue's NAPI so that ksoftirqd runs it")                            \
	X(BUSY_POLL, "poll-busy", "one pass of napi_busy_loop() on this queue's NAPI")       \
	X(NETPOLL_POLL, "poll-netpoll", "netpoll_poll_dev() on the device")                  \
	X(BREAK, "break", "virtio_break_device(): all its queues, for good")                 \
	X(BLIND, "blind", "take ringside's probes off the interrupts' tracepoints")          \
	X(SEE, "see", "put them back")                                                       \
	X(NAPI_OFF, "napi-off", "napi_disable() on this queue's NAPI")                       \
	X(NAPI_ON, "napi-on", "napi_enable() on it")                                         \
	X(IRQ_OFF, "irq-off", "disable_irq() on this queue's interrupt")                     \
	X(IRQ_ON, "irq-on", "enable_irq() on it")                                            \
	X(COMMAND, "command", "a command on the control queue, and no kick")                 \
	X(COMMAND_END, "command-end", "kick, and wait until it is answered")

enum witness_ask {
#define X(name, word, help) WITNESS_ASK_##name,
	WITNESS_ASKS(X)
#undef X
		WITNESS_ASKS_COUNT
};

struct witness_irq {
	char name[32];			  /* as in /proc/interrupts; empty until it fired */
	unsigned long long handled, none; /* irq_handler_exit's return values */
	unsigned long long woken;	  /* the handler runs in a thread, which hides its result */
};

struct witness_queue {
	/* Received frames that reached GRO, transmitted ones that were freed. */
	unsigned long long consumed;
	/* What consumed was when a poll of this queue's NAPI last returned. */
	unsigned long long at_poll_end;
	unsigned long long polls; /* how many have returned */
	unsigned long long sent;
	/* Interrupts of its own vector that found nothing: the device's, or by the consumer. */
	unsigned long long none_empty;
	unsigned long long none_by[WITNESS_CONSUMERS_COUNT];
	unsigned int consumer; /* the last one */
	unsigned long long received_by[WITNESS_CONSUMERS_COUNT];
	/* The device writes what it returned before it signals; the witness notes it per interrupt.
	 */
	unsigned long long posted, posted_at_irq;
	unsigned long long posted_before; /* returned before the witness was there */
	unsigned int pending;		  /* found nothing, and the consumer is not known yet */
	/* The device writes ask, then counts asked up; the witness answers and counts up answered.
	 */
	unsigned int ask, asked;
	int answer; /* 0 or a negative errno */
	unsigned int answered;
};

struct witness_pages {
	char magic[WITNESS_MAGIC_SIZE];
	char device[16]; /* virtioN, the device of these interrupts */
	unsigned char mac[6];
	unsigned char pad[2];
	unsigned int awake; /* the device writes 1 while it has something to ask */
	struct witness_queue queue[WITNESS_QUEUES];
	struct witness_irq irq[WITNESS_IRQS];
};

#endif
