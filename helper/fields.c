// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "plain.h"

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

#define NUM(row, sides_, type_, member, key_, text_, required_)                                \
	{                                                                                      \
		.key = key_, .text = text_, .type = RS_TYPE_##type_,                           \
		.offset = offsetof(struct row, member), .sides = sides_, .required = required_ \
	}
#define STR(row, sides_, member, key_, required_, choices_)                                        \
	{                                                                                          \
		.key = key_, .type = RS_TYPE_STR, .offset = offsetof(struct row, member),          \
		.size = sizeof(((struct row *)0)->member), .sides = sides_, .required = required_, \
		.choices = choices_                                                                \
	}

static const struct rs_field hook_fields[] = {
	STR(rs_hook, RS_BOTH, name, "name", RS_BOTH, NULL),
	STR(rs_hook, RS_BOTH, kind, "kind", 0, NULL),
	STR(rs_hook, RS_BOTH, state, "state", RS_BOTH, NULL),
	STR(rs_hook, RS_BOTH, loses, "loses", 0, NULL),
	NUM(rs_hook, RS_HOST, U64, used, "used", NULL, 0),
	NUM(rs_hook, RS_BOTH, U64, missed, "missed", NULL, 0),
};

static const struct rs_field vm_fields[] = {
	NUM(rs_vm, RS_HOST, U64, pid, "pid", NULL, RS_HOST),
	STR(rs_vm, RS_HOST, comm, "comm", 0, NULL),
	STR(rs_vm, RS_HOST, uuid, "uuid", 0, NULL),
	STR(rs_vm, RS_HOST, name, "name", 0, NULL),
	NUM(rs_vm, RS_HOST, U64, vcpus, "vcpus", NULL, 0),
	NUM(rs_vm, RS_HOST, BOOL, paused, "paused", NULL, 0),
};

static const struct rs_field tap_fields[] = {
	STR(rs_tap, RS_HOST, name, "name", RS_HOST, NULL),
	STR(rs_tap, RS_HOST, kind, "kind", 0, NULL),
	NUM(rs_tap, RS_HOST, U64, ifindex, "ifindex", NULL, 0),
	NUM(rs_tap, RS_HOST, U64, netns, "netns", NULL, 0),
	STR(rs_tap, RS_HOST, mac, "mac", 0, NULL),
	NUM(rs_tap, RS_HOST, U64, queues, "queues", NULL, 0),
	NUM(rs_tap, RS_HOST, BOOL, carrier, "carrier", NULL, 0),
	NUM(rs_tap, RS_HOST, U64, tx_packets, "tx_packets", NULL, 0),
	NUM(rs_tap, RS_HOST, U64, tx_dropped, "tx_dropped", NULL, 0),
	NUM(rs_tap, RS_HOST, U64, tx_dropped_late, "tx_dropped_late", NULL, 0),
	NUM(rs_tap, RS_HOST, U64, rx_packets, "rx_packets", NULL, 0),
	NUM(rs_tap, RS_HOST, U64, rx_dropped, "rx_dropped", NULL, 0),
	STR(rs_tap, RS_HOST, qdisc, "qdisc", 0, NULL),
	NUM(rs_tap, RS_HOST, U64, qdisc_drops, "qdisc_drops", NULL, 0),
	NUM(rs_tap, RS_HOST, U64, qdisc_backlog, "qdisc_backlog", NULL, 0),
};

static const struct rs_field device_fields[] = {
	STR(rs_device, RS_GUEST, name, "name", RS_GUEST, NULL),
	STR(rs_device, RS_GUEST, bus, "bus", 0, NULL),
	STR(rs_device, RS_GUEST, netdev, "netdev", 0, NULL),
	STR(rs_device, RS_GUEST, mac, "mac", 0, NULL),
	NUM(rs_device, RS_GUEST, U64, id, "id", NULL, 0),
	NUM(rs_device, RS_GUEST, HEX, features, "features", NULL, 0),
	NUM(rs_device, RS_GUEST, U64, generation, "generation", NULL, 0),
	NUM(rs_device, RS_GUEST, BOOL, running, "running", NULL, 0),
	NUM(rs_device, RS_GUEST, BOOL, carrier, "carrier", NULL, 0),
};

#define PROOF(name)                                                                               \
	NUM(rs_queue, RS_GUEST, U64, proof.name, "proof." #name, NULL, 0),                        \
		NUM(rs_queue, RS_GUEST, I64, proof.name##_differ, "proof." #name "_differ", NULL, \
		    0)

static const struct rs_field queue_fields[] = {
	STR(rs_queue, RS_BOTH, dir, "dir", RS_BOTH, "rx tx ctrl other"),
	STR(rs_queue, RS_BOTH, mac, "mac", 0, NULL),
	NUM(rs_queue, RS_BOTH, HEX, used_addr, "used_addr", NULL, 0),
	NUM(rs_queue, RS_BOTH, HEX, msi.address, "msi.address", "msi_addr", 0),
	NUM(rs_queue, RS_BOTH, HEX, msi.data, "msi.data", "msi_data", 0),
	NUM(rs_queue, RS_BOTH, U64, msi.devid, "msi.devid", "msi_devid", 0),
	NUM(rs_queue, RS_BOTH, U16, used_idx, "used_idx", NULL, 0),
	NUM(rs_queue, RS_BOTH, U16, ring_avail_idx, "ring_avail_idx", NULL, 0),
	NUM(rs_queue, RS_BOTH, U16, ring_used_idx, "ring_used_idx", NULL, 0),
	NUM(rs_queue, RS_BOTH, U16, used_event, "used_event", NULL, 0),
	NUM(rs_queue, RS_BOTH, U16, avail_flags, "avail_flags", NULL, 0),
	NUM(rs_queue, RS_BOTH, U16, avail_event, "avail_event", NULL, 0),
	NUM(rs_queue, RS_BOTH, U16, used_flags, "used_flags", NULL, 0),
	STR(rs_queue, RS_BOTH, ring, "ring", 0, "split packed"),
	NUM(rs_queue, RS_BOTH, BOOL, event_idx, "event_idx", NULL, 0),
	NUM(rs_queue, RS_BOTH, U64, size, "size", NULL, 0),

	STR(rs_queue, RS_GUEST, device, "device", RS_GUEST, NULL),
	STR(rs_queue, RS_GUEST, bus, "bus", 0, NULL),
	STR(rs_queue, RS_GUEST, netdev, "netdev", 0, NULL),
	STR(rs_queue, RS_GUEST, name, "name", 0, NULL),
	NUM(rs_queue, RS_GUEST, U16, index, "index", NULL, RS_GUEST),
	NUM(rs_queue, RS_GUEST, U64, irq, "irq", NULL, 0),
	NUM(rs_queue, RS_GUEST, BOOL, shared, "shared", NULL, 0),
	NUM(rs_queue, RS_GUEST, U64, napi_id, "napi_id", NULL, 0),
	NUM(rs_queue, RS_GUEST, U16, last_used_idx, "last_used_idx", NULL, 0),
	NUM(rs_queue, RS_GUEST, U64, generation, "generation", NULL, 0),
	NUM(rs_queue, RS_GUEST, U64, stalled_ms, "stalled_ms", NULL, 0),
	NUM(rs_queue, RS_GUEST, U64, outstanding, "outstanding", NULL, 0),
	NUM(rs_queue, RS_GUEST, U64, outstanding_ms, "outstanding_ms", NULL, 0),
	NUM(rs_queue, RS_GUEST, BOOL, broken, "broken", NULL, 0),
	NUM(rs_queue, RS_GUEST, U64, kicks, "kicks", NULL, 0),
	NUM(rs_queue, RS_GUEST, U64, unkicked, "unkicked", NULL, 0),
	NUM(rs_queue, RS_GUEST, BOOL, napi_scheduled, "napi_scheduled", NULL, 0),
	NUM(rs_queue, RS_GUEST, BOOL, napi_disabled, "napi_disabled", NULL, 0),
	NUM(rs_queue, RS_GUEST, BOOL, napi_threaded, "napi_threaded", NULL, 0),
	NUM(rs_queue, RS_GUEST, BOOL, napi_busy, "napi_busy", NULL, 0),
	NUM(rs_queue, RS_GUEST, BOOL, tx_stopped, "tx_stopped", NULL, 0),
	NUM(rs_queue, RS_GUEST, U64, tx_stopped_ms, "tx_stopped_ms", NULL, 0),
	STR(rs_queue, RS_GUEST, unfollowed, "unfollowed", 0, NULL),
	PROOF(interrupts),
	PROOF(handled),
	PROOF(none),
	PROOF(polls),
	PROOF(packets),

	STR(rs_queue, RS_HOST, tap, "tap", 0, NULL),
	STR(rs_queue, RS_HOST, comm, "comm", 0, NULL),
	STR(rs_queue, RS_HOST, uuid, "uuid", 0, NULL),
	STR(rs_queue, RS_HOST, vm, "vm", 0, NULL),
	STR(rs_queue, RS_HOST, backend, "backend", 0, NULL),
	NUM(rs_queue, RS_HOST, U64, tap_ifindex, "tap_ifindex", NULL, 0),
	NUM(rs_queue, RS_HOST, U64, tap_netns, "tap_netns", NULL, 0),
	NUM(rs_queue, RS_HOST, U64, queue, "queue", NULL, 0),
	NUM(rs_queue, RS_HOST, U64, pid, "pid", NULL, RS_HOST),
	NUM(rs_queue, RS_HOST, U64, vhost_vq, "vhost_vq", NULL, 0),
	NUM(rs_queue, RS_HOST, U64, gsi, "gsi", NULL, 0),
	NUM(rs_queue, RS_HOST, U64, calls_closed, "calls_closed", NULL, 0),
	NUM(rs_queue, RS_HOST, U16, avail_idx, "avail_idx", NULL, 0),
	NUM(rs_queue, RS_HOST, U16, signalled_used, "signalled_used", NULL, 0),
	NUM(rs_queue, RS_HOST, U64, ring_size, "ring_size", NULL, 0),
	NUM(rs_queue, RS_HOST, U64, ring_producer, "ring_producer", NULL, 0),
	NUM(rs_queue, RS_HOST, U64, ring_consumer, "ring_consumer", NULL, 0),
	NUM(rs_queue, RS_HOST, U64, occupancy, "occupancy", NULL, 0),
	NUM(rs_queue, RS_HOST, BOOL, stopped, "stopped", NULL, 0),
	NUM(rs_queue, RS_HOST, BOOL, backpressure, "backpressure", NULL, 0),
	NUM(rs_queue, RS_HOST, BOOL, carrier, "carrier", NULL, 0),
	NUM(rs_queue, RS_HOST, U64, thread, "thread", NULL, 0),
	STR(rs_queue, RS_HOST, thread_name, "thread_name", 0, NULL),
	NUM(rs_queue, RS_HOST, U64, worker, "worker", NULL, 0),
	STR(rs_queue, RS_HOST, worker_state, "worker_state", 0,
	    "running runnable asleep blocked stopped"),
	NUM(rs_queue, RS_HOST, U64, worker_state_ms, "worker_state_ms", NULL, 0),
	NUM(rs_queue, RS_HOST, BOOL, worker_queued, "worker_queued", NULL, 0),
	NUM(rs_queue, RS_HOST, U64, vcpu, "vcpu", NULL, 0),
	STR(rs_queue, RS_HOST, vcpu_state, "vcpu_state", 0, "guest host runnable halted paused"),
	NUM(rs_queue, RS_HOST, U64, vcpu_state_ms, "vcpu_state_ms", NULL, 0),
	NUM(rs_queue, RS_HOST, BOOL, msi_pending, "msi_pending", NULL, 0),
	NUM(rs_queue, RS_HOST, BOOL, msi_active, "msi_active", NULL, 0),
	NUM(rs_queue, RS_HOST, BOOL, msi_enabled, "msi_enabled", NULL, 0),
	NUM(rs_queue, RS_HOST, BOOL, masked, "masked", NULL, 0),
};

static const struct rs_field irq_fields[] = {
	NUM(rs_irq, RS_GUEST, U64, irq, "irq", NULL, RS_GUEST),
	NUM(rs_irq, RS_GUEST, U64, count, "count", NULL, 0),
	NUM(rs_irq, RS_GUEST, U64, unhandled, "unhandled", NULL, 0),
	NUM(rs_irq, RS_GUEST, U64, last_unhandled_ms, "last_unhandled_ms", NULL, 0),
	NUM(rs_irq, RS_GUEST, U64, kernel_count, "kernel_count", NULL, 0),
	NUM(rs_irq, RS_GUEST, BOOL, disabled, "disabled", NULL, 0),
	NUM(rs_irq, RS_GUEST, BOOL, can_trip, "can_trip", NULL, 0),
	NUM(rs_irq, RS_GUEST, U64, given_up, "given_up", NULL, 0),
	NUM(rs_irq, RS_GUEST, U64, given_up_ns, "given_up_ns", NULL, 0),
	NUM(rs_irq, RS_GUEST, BOOL, masked, "masked", NULL, 0),
	NUM(rs_irq, RS_GUEST, U64, depth, "depth", NULL, 0),
	NUM(rs_irq, RS_GUEST, U64, effective_cpu, "effective_cpu", NULL, 0),
	NUM(rs_irq, RS_GUEST, BOOL, cpu_online, "cpu_online", NULL, 0),
};

static const struct rs_field irq_cpu_fields[] = {
	NUM(rs_irq_cpu, RS_GUEST, U64, irq, "irq", NULL, RS_GUEST),
	NUM(rs_irq_cpu, RS_GUEST, U64, cpu, "cpu", NULL, RS_GUEST),
	NUM(rs_irq_cpu, RS_GUEST, U64, interrupts, "interrupts", NULL, RS_GUEST),
};

static const struct rs_field cpu_fields[] = {
	NUM(rs_cpu, RS_GUEST, U64, cpu, "cpu", NULL, RS_GUEST),
	NUM(rs_cpu, RS_GUEST, U64, net_rx_ns, "net_rx_ns", NULL, 0),
	NUM(rs_cpu, RS_GUEST, U64, net_rx_runs, "net_rx_runs", NULL, 0),
	NUM(rs_cpu, RS_GUEST, U64, time_squeeze, "time_squeeze", NULL, 0),
};

const struct rs_field rs_sample_fields[] = {
	NUM(rs_sample, RS_BOTH, U64, time_ns, "time_ns", NULL, RS_BOTH),
	NUM(rs_sample, RS_BOTH, U64, wall_ns, "wall_ns", NULL, 0),
	NUM(rs_sample, RS_BOTH, U64, started_ns, "started_ns", NULL, 0),
	NUM(rs_sample, RS_BOTH, U64, generation, "generation", NULL, 0),
};
const size_t rs_sample_fields_n = ROWS(rs_sample_fields);

const struct rs_field rs_taken_fields[] = {
	STR(rs_taken, RS_BOTH, hostname, "hostname", 0, NULL),
	STR(rs_taken, RS_BOTH, kernel, "kernel", 0, NULL),
	STR(rs_taken, RS_BOTH, arch, "arch", 0, NULL),
	STR(rs_taken, RS_BOTH, boot_id, "boot_id", 0, NULL),
	STR(rs_taken, RS_BOTH, uuid, "uuid", 0, NULL),
	STR(rs_taken, RS_HOST, guest_boot_id, "guest_boot_id", 0, NULL),
	NUM(rs_taken, RS_HOST, U64, guest_pid, "guest_pid", NULL, 0),
};
const size_t rs_taken_fields_n = ROWS(rs_taken_fields);

#define RECORD(key_, text_, sides_, row, counters_, max_)                                         \
	{                                                                                         \
		.key = key_, .text = text_, .sides = sides_, .fields = row##_fields,              \
		.fields_n = ROWS(row##_fields), .size = sizeof(struct rs_##row),                  \
		.array = offsetof(struct rs_sample, row##s),                                      \
		.count = offsetof(struct rs_sample, row##s_n), .counters = counters_, .max = max_ \
	}

const struct rs_record rs_records[RS_RECORDS] = {
	[RS_RECORD_HOOK] = RECORD("hooks", "hook", RS_BOTH, hook, false, 1024),
	[RS_RECORD_VM] = RECORD("vms", NULL, RS_HOST, vm, false, 4096),
	[RS_RECORD_TAP] = RECORD("taps", NULL, RS_HOST, tap, false, 4096),
	[RS_RECORD_DEVICE] = RECORD("devices", "device", RS_GUEST, device, false, 4096),
	[RS_RECORD_QUEUE] = RECORD("queues", "queue", RS_BOTH, queue, true, 16384),
	[RS_RECORD_IRQ] = RECORD("irqs", "irq", RS_GUEST, irq, false, 16384),
	[RS_RECORD_CPU] = RECORD("cpus", "cpu", RS_GUEST, cpu, false, 8192),
	[RS_RECORD_IRQ_CPU] = RECORD("irq_cpus", NULL, RS_GUEST, irq_cpu, false, 262144),
};

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

void *rs_sample_add(struct rs_sample *s, const struct rs_record *record)
{
	size_t *n = count_of(s, record);
	void *rows = rs_rows_grow(*rows_of(s, record), *n, record->size);

	if (!rows)
		return NULL;
	*rows_of(s, record) = rows;
	return (char *)rows + (*n)++ * record->size;
}

const struct rs_field *rs_field_find(const struct rs_record *record, const char *key)
{
	const struct rs_field *field = record->fields;

	while (strcmp(field->key, key))
		field++;
	return field;
}

int rs_counter_find(enum rs_side side, const char *name)
{
	for (size_t i = 0; i < rs_counters[side].count; i++)
		if (!strcmp(rs_counters[side].rows[i].name, name))
			return i;
	return -1;
}

bool rs_number_parse(const char *text, uint64_t *value)
{
	int base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
	const char *digits = base == 16 ? text + 2 : text;
	char *end;

	/* strtoull() accepts a sign and leading blanks */
	if (!isxdigit((unsigned char)*digits))
		return false;
	errno = 0;
	*value = strtoull(digits, &end, base);
	return !errno && end != digits && !*end;
}

static bool choice_has(const char *choices, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = choices; at && *at; at += strspn(at, " ")) {
		size_t n = strcspn(at, " ");

		if (n == len && !strncmp(at, word, n))
			return true;
		at += n;
	}
	return false;
}

const char *rs_field_put(const struct rs_field *field, void *row, uint64_t value)
{
	if (field->type == RS_TYPE_U16 && value > UINT16_MAX)
		return "a whole number from 0 to 65535";
	if (field->type == RS_TYPE_BOOL && value > 1)
		return "0 or 1";
	*(struct rs_num *)((char *)row + field->offset) = rs_num_of(value);
	return NULL;
}

static const char *signed_parse(const struct rs_field *field, void *row, const char *text)
{
	bool negative = *text == '-';
	uint64_t value;

	if (!rs_number_parse(text + negative, &value) || value >= (uint64_t)INT64_MAX + negative)
		return "a whole number from -2^63+1 to 2^63-2";
	return rs_field_put(field, row, negative ? -value : value);
}

const char *rs_field_parse(const struct rs_field *field, void *row, const char *text)
{
	uint64_t value;

	if (field->type == RS_TYPE_I64)
		return signed_parse(field, row, text);
	if (field->type != RS_TYPE_STR)
		return rs_number_parse(text, &value) ? rs_field_put(field, row, value)
						     : "a whole number from 0 to 2^64-1";
	if (field->choices && !choice_has(field->choices, text))
		return field->choices;
	return rs_plain_copy((char *)row + field->offset, field->size, text) ? NULL
									     : "a shorter text";
}

bool rs_field_known(const struct rs_field *field, const void *row)
{
	const char *at = (const char *)row + field->offset;

	return field->type == RS_TYPE_STR ? *at != '\0' : ((const struct rs_num *)at)->known;
}
