// SPDX-License-Identifier: GPL-2.0-only
/*
 * packet TAP: a packet's whole way to the guest, again and again, as many
 * times as standard input has lines: one packet on its own, then a stream.
 * Prints "UNIT MILLI PACKETS SIGNALS" for each: thousandths of an instruction
 * for one packet where the machine's clock counts instructions.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>

#include "packet.h"

#define BATCHES 21
#define BATCH	64 /* packets vhost posts with one signal */

static uint64_t now(void)
{
#ifdef __aarch64__
	uint64_t count, rate;

	__asm__ volatile("isb; mrs %0, cntvct_el0; mrs %1, cntfrq_el0" : "=r"(count), "=r"(rate));
	return count * (1000000000 / rate);
#else
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
#endif
}

static void arrived(unsigned int packets)
{
	if (wire_used() == packets)
		return;
	fprintf(stderr, "packet: %u of %u packets arrived\n", wire_used(), packets);
	exit(1);
}

static uint64_t alone(void)
{
	uint64_t from, sum = 0;
	unsigned int i;

	worker_first();
	for (i = 0; i < BATCH; i++) {
		wire_ask();
		from = now();
		wire_send(1);
		sum += now() - from;
		arrived(1);
		wire_refill();
		machine_take();
	}
	return sum;
}

static uint64_t stream(void)
{
	uint64_t from, sum;

	worker_last();
	wire_ask();
	from = now();
	wire_send(BATCH);
	worker_first();
	sum = now() - from;
	arrived(BATCH);
	wire_refill();
	machine_take();
	return sum;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* The median batch; the first one warms up. */
static void measure(const char *unit, uint64_t (*batch)(void), unsigned int signals)
{
	uint64_t sums[BATCHES];
	unsigned int i;

	batch();
	for (i = 0; i < BATCHES; i++)
		sums[i] = batch();
	qsort(sums, BATCHES, sizeof(*sums), compare);
	printf("%s %llu %u %u\n", unit, (unsigned long long)(sums[BATCHES / 2] * 1000 / BATCH),
	       (BATCHES + 1) * BATCH, (BATCHES + 1) * signals);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int call = eventfd(0, EFD_CLOEXEC);
	char line[80];

	if (argc != 2) {
		fprintf(stderr, "usage: packet TAP\n");
		return 64;
	}
	machine_start(call);
	wire_start(argv[1], call);
	worker_find();
	printf("ready\n");
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		measure("alone", alone, BATCH);
		measure("stream", stream, 1);
		printf("end\n");
		fflush(stdout);
	}
	return 0;
}
