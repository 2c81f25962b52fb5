// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "file.h"
#include "spread.h"

static void row_add(struct rs_sample *s, struct rs_num irq, unsigned int cpu, uint64_t count)
{
	struct rs_irq_cpu *row = rs_sample_add(s, &rs_records[RS_RECORD_IRQ_CPU]);

	if (row)
		*row = (struct rs_irq_cpu){irq, rs_num_of(cpu), rs_num_of(count)};
}

/* A file of the kernel ends at a page: then its last numbers are missing, or half a number. */
static bool is_whole(const char *counts)
{
	size_t len = strlen(counts);

	return len && counts[len - 1] == '\n';
}

static size_t cpus_of(const char *counts)
{
	size_t n = 1;

	for (; *counts; counts++)
		n += *counts == ',';
	return n;
}

void rs_spread_add(struct rs_sample *s, struct rs_num irq, const char *counts)
{
	const struct rs_record *record = &rs_records[RS_RECORD_IRQ_CPU];
	unsigned int cpu = 0;
	char *end;

	if (!is_whole(counts) || s->irq_cpus_n + cpus_of(counts) > record->max)
		return;
	for (const char *at = counts; *at != '\n'; at = *end == ',' ? end + 1 : end, cpu++) {
		uint64_t count = strtoull(at, &end, 10);

		if (end == at)
			return;
		if (count || !cpu)
			row_add(s, irq, cpu, count);
	}
}

/* The file has the possible CPUs in their order: their place is their number where none is left
 * out. */
static bool are_cpus_numbered(void)
{
	char possible[64];

	rs_file_line("/sys/devices/system/cpu/possible", possible, sizeof(possible));
	return *possible == '0' && !strchr(possible, ',');
}

void rs_spread_read(struct rs_sample *s)
{
	if (!are_cpus_numbered())
		return;
	for (size_t i = 0; i < s->irqs_n; i++) {
		struct rs_num irq = s->irqs[i].irq;
		char path[64], *text;
		size_t len;

		snprintf(path, sizeof(path), "/sys/kernel/irq/%" PRIu64 "/per_cpu_count",
			 irq.value);
		text = rs_file_read(path, &len);
		if (text)
			rs_spread_add(s, irq, text);
		free(text);
	}
}

/* What this CPU had taken; a CPU without a row had taken none. */
static uint64_t taken_before(const struct rs_lookup *begin, const struct rs_irq_cpu *row)
{
	RS_INDEX_EACH (i, &begin->irq_cpus, rs_lookup_line(row->irq)) {
		const struct rs_irq_cpu *before = &begin->s->irq_cpus[i];

		if (rs_nums_equal(before->irq, row->irq) && rs_nums_equal(before->cpu, row->cpu))
			return before->interrupts.value;
	}
	return 0;
}

static bool is_told(const struct rs_lookup *l, struct rs_num irq)
{
	RS_INDEX_EACH (i, &l->irq_cpus, rs_lookup_line(irq))
		if (rs_nums_equal(l->s->irq_cpus[i].irq, irq))
			return true;
	return false;
}

struct rs_num rs_spread_top(const struct rs_lookup *begin, const struct rs_lookup *end,
			    struct rs_num irq, struct rs_num *interrupts)
{
	struct rs_num top = {0};

	*interrupts = (struct rs_num){0};
	if (!is_told(begin, irq))
		return top;
	RS_INDEX_EACH (i, &end->irq_cpus, rs_lookup_line(irq)) {
		const struct rs_irq_cpu *row = &end->s->irq_cpus[i];
		uint64_t before = taken_before(begin, row);

		if (!rs_nums_equal(row->irq, irq) || row->interrupts.value == before)
			continue;
		if (row->interrupts.value < before) { /* 32 bits in the kernel */
			*interrupts = (struct rs_num){0};
			return *interrupts;
		}
		if (interrupts->known && row->interrupts.value - before <= interrupts->value)
			continue;
		top = row->cpu;
		*interrupts = rs_num_of(row->interrupts.value - before);
	}
	return top;
}
