// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fields.h"
#include "file.h"
#include "spread.h"

static void row_add(struct rs_sample *s, struct rs_num irq, unsigned int cpu, uint64_t count)
{
	struct rs_irq_cpu *row = rs_sample_add(s, &rs_records[RS_RECORD_IRQ_CPU]);

	if (row)
		*row = (struct rs_irq_cpu){irq, rs_num_of(cpu), rs_num_of(count)};
}

void rs_spread_add(struct rs_sample *s, struct rs_num irq, const char *counts)
{
	unsigned int cpu = 0;
	char *end;

	for (const char *at = counts; *at; at = *end == ',' ? end + 1 : end, cpu++) {
		uint64_t count = strtoull(at, &end, 10);

		if (end == at)
			return;
		if (count || !cpu)
			row_add(s, irq, cpu, count);
	}
}

void rs_spread_read(struct rs_sample *s)
{
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

		if (!rs_nums_equal(row->irq, irq) || row->interrupts.value <= before)
			continue;
		if (interrupts->known && row->interrupts.value - before <= interrupts->value)
			continue;
		top = row->cpu;
		*interrupts = rs_num_of(row->interrupts.value - before);
	}
	return top;
}
