// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "fields.h"
#include "file.h"

static void **rows_of(const struct rs_sample *s, const struct rs_record *record)
{
	return (void **)((char *)s + record->array);
}

static size_t *count_of(const struct rs_sample *s, const struct rs_record *record)
{
	return (size_t *)((char *)s + record->count);
}

void *rs_sample_rows(const struct rs_sample *s, const struct rs_record *record, size_t *n)
{
	*n = *count_of(s, record);
	return *rows_of(s, record);
}

/* Room is kept at the next power of two, so that the count alone tells it. */
void *rs_sample_add(struct rs_sample *s, const struct rs_record *record)
{
	void **rows = rows_of(s, record);
	size_t *n = count_of(s, record);
	void *row;

	if (!(*n & (*n - 1))) {
		void *more = reallocarray(*rows, *n ? *n * 2 : 1, record->size);

		if (!more)
			return NULL;
		*rows = more;
	}
	row = (char *)*rows + (*n)++ * record->size;
	return memset(row, 0, record->size);
}

#define ADD(row, id)                                              \
	struct rs_##row *rs_sample_add_##row(struct rs_sample *s) \
	{                                                         \
		return rs_sample_add(s, &rs_records[id]);         \
	}

ADD(hook, RS_RECORD_HOOK)
ADD(vm, RS_RECORD_VM)
ADD(tap, RS_RECORD_TAP)
ADD(device, RS_RECORD_DEVICE)
ADD(queue, RS_RECORD_QUEUE)
ADD(irq, RS_RECORD_IRQ)
ADD(cpu, RS_RECORD_CPU)

void rs_str_copy(char *to, size_t size, const char *text)
{
	size_t len = text ? strnlen(text, size - 1) : 0;

	memcpy(to, text ? text : "", len);
	to[len] = '\0';
}

void rs_sample_clear(struct rs_sample *s)
{
	for (size_t i = 0; i < RS_RECORDS; i++)
		free(*rows_of(s, &rs_records[i]));
	memset(s, 0, sizeof(*s));
}

void rs_snapshot_clear(struct rs_snapshot *s)
{
	rs_sample_clear(&s->begin);
	rs_sample_clear(&s->end);
	memset(s, 0, sizeof(*s));
}

void rs_taken_fill(struct rs_taken *t)
{
	struct utsname u;

	memset(t, 0, sizeof(*t));
	if (!uname(&u)) {
		rs_str_set(t->hostname, u.nodename);
		rs_str_set(t->kernel, u.release);
		rs_str_set(t->arch, u.machine);
	}
	rs_file_line("/proc/sys/kernel/random/boot_id", t->boot_id, sizeof(t->boot_id));
	rs_file_line("/sys/class/dmi/id/product_uuid", t->uuid, sizeof(t->uuid));
}
