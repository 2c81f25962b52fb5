// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "fields.h"
#include "file.h"
#include "guest.h"
#include "hist.h"
#include "kicks.h"
#include "losses.h"
#include "spread.h"

#define SNAPSHOT   RS_GUEST_DEBUGFS "/ringside/snapshot"
#define PARAMETERS "/sys/module/ringside/parameters/"

struct reader {
	const char *where;
	unsigned int line;
	struct rs_error *err;
};

static int broken(const struct reader *r, const char *key, const char *value, const char *expected)
{
	return rs_error_set(r->err, RS_EXIT_DATA, "%s:%u: %s=%.40s: expected %s", r->where, r->line,
			    key, value, expected);
}

static int missing(const struct reader *r, const char *key)
{
	return rs_error_set(r->err, RS_EXIT_DATA, "%s:%u: %s is required", r->where, r->line, key);
}

/* In place: "%20" is a space. A '%' without two digits stays as it is. */
static void percent_decode(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '%' && isxdigit((unsigned char)text[1]) &&
		    isxdigit((unsigned char)text[2])) {
			char code[3] = {text[1], text[2], '\0'};

			*to++ = (char)strtol(code, NULL, 16);
			text += 2;
		} else {
			*to++ = *text;
		}
	}
	*to = '\0';
}

static const struct rs_field *field_find(const struct rs_field *fields, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++)
		if (fields[i].sides & RS_GUEST &&
		    !strcmp(fields[i].text ? fields[i].text : fields[i].key, key))
			return &fields[i];
	return NULL;
}

static int counter_parse(const struct reader *r, struct rs_queue *queue, const char *key,
			 const char *value)
{
	int i = rs_counter_find(RS_SIDE_GUEST, key);
	uint64_t number;

	if (i < 0)
		return 0;
	/* two counts are not read at the same instant: a negative difference is unknown, not a
	 * count */
	if (*value == '-')
		return 0;
	if (!rs_number_parse(value, &number))
		return broken(r, key, value, "a whole number from 0 to 2^64-1");
	queue->counters[i] = rs_num_of(number);
	return 0;
}

static int pair_parse(const struct reader *r, const struct rs_field *fields, size_t n, void *row,
		      bool counters, char *word)
{
	char *value = strchr(word, '=');
	const struct rs_field *field;
	const char *expected;

	if (!value)
		return broken(r, word, "", "a key with a value");
	*value++ = '\0';
	percent_decode(value);
	field = field_find(fields, n, word);
	if (!field)
		return counters ? counter_parse(r, row, word, value) : 0;
	expected = *value ? rs_field_parse(field, row, value) : NULL;
	return expected ? broken(r, word, value, expected) : 0;
}

static int fields_check(const struct reader *r, const struct rs_record *record, const void *row)
{
	for (size_t i = 0; i < record->fields_n; i++)
		if (record->fields[i].required & RS_GUEST &&
		    !rs_field_known(&record->fields[i], row))
			return missing(r, record->fields[i].key);
	return 0;
}

static const struct rs_record *record_find(const char *word)
{
	for (size_t i = 0; i < RS_RECORDS; i++)
		if (rs_records[i].text && !strcmp(rs_records[i].text, word))
			return &rs_records[i];
	return NULL;
}

/* The value of "key=value", NULL = another key. */
static const char *value_of(const char *word, const char *key)
{
	size_t n = strlen(key);

	return !strncmp(word, key, n) && word[n] == '=' ? word + n + 1 : NULL;
}

static struct rs_queue *queue_find(struct rs_sample *s, const char *device, uint64_t index)
{
	for (size_t i = 0; device && i < s->queues_n; i++)
		if (!strcmp(s->queues[i].device, device) && s->queues[i].index.value == index)
			return &s->queues[i];
	return NULL;
}

/* "from:count,from:count" */
static bool buckets_parse(struct rs_histogram *h, const char *text)
{
	unsigned long long from, count;
	int used;

	for (; *text; text += used + (text[used] == ',')) {
		if (sscanf(text, "%llu:%llu%n", &from, &count, &used) != 2 ||
		    rs_hist_bucket(from) == RS_HIST_BUCKETS)
			return false;
		h->bucket[rs_hist_bucket(from)] = count;
	}
	h->known = true;
	return true;
}

/*
 * "hist device=virtio0 index=0 origin=busy packets=0:7,1:2 gap_ns=...": the packets that polls of
 * one origin received. The queue's own line comes first. The gaps are not read: the module may
 * calibrate their clock again, so two readings cannot be subtracted.
 */
static int hist_line_parse(const struct reader *r, struct rs_sample *s, char *rest)
{
	const char *device = NULL, *origin = NULL, *packets = NULL, *value;
	struct rs_histogram h = {0};
	struct rs_queue *queue;
	uint64_t index = 0;
	char name[40];
	int at;

	for (char *word = strtok_r(NULL, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if ((value = value_of(word, "device")))
			device = value;
		else if ((value = value_of(word, "origin")))
			origin = value;
		else if ((value = value_of(word, "packets")))
			packets = value;
		else if ((value = value_of(word, "index")) && !rs_number_parse(value, &index))
			return broken(r, "index", value, "a whole number");
	}
	queue = queue_find(s, device, index);
	snprintf(name, sizeof(name), "packets_%.30s", origin ? origin : "");
	at = rs_hist_find(RS_SIDE_GUEST, name);
	if (!queue || at < 0 || !packets)
		return 0;
	if (!buckets_parse(&h, packets))
		return broken(r, "packets", packets, "pairs of 0 or a power of two and a count");
	rs_queue_hist_set(queue, at, &h);
	return 0;
}

/*
 * "delay device=virtio0 index=0 poll_wait_ns=512:7,1024:2 poll_length_ns=...": what the parameter
 * delays timed. The queue's own line comes first.
 */
static int delay_line_parse(const struct reader *r, struct rs_sample *s, char *rest)
{
	struct rs_histogram wait = {0}, length = {0};
	const char *device = NULL, *value;
	struct rs_queue *queue;
	uint64_t index = 0;

	for (char *word = strtok_r(NULL, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		struct rs_histogram *h = NULL;

		if ((value = value_of(word, "device")))
			device = value;
		else if ((value = value_of(word, "poll_wait_ns")))
			h = &wait;
		else if ((value = value_of(word, "poll_length_ns")))
			h = &length;
		else if ((value = value_of(word, "index")) && !rs_number_parse(value, &index))
			return broken(r, "index", value, "a whole number");
		if (h && !buckets_parse(h, value))
			return broken(r, h == &wait ? "poll_wait_ns" : "poll_length_ns", value,
				      "pairs of 0 or a power of two and a count");
	}
	queue = queue_find(s, device, index);
	if (queue) {
		rs_queue_hist_set(queue, RS_GUEST_HIST_poll_wait, &wait);
		rs_queue_hist_set(queue, RS_GUEST_HIST_poll_length, &length);
	}
	return 0;
}

/*
 * "proof device=virtio0 index=0 interrupts=7 interrupts_differ=0 ...": what the parameter prove
 * counted a second time. The queue's own line comes first.
 */
static int proof_line_parse(const struct reader *r, struct rs_sample *s, char *rest)
{
	const struct rs_record *record = &rs_records[RS_RECORD_QUEUE];
	struct rs_queue row = {.dir = ""}, *queue;

	for (char *word = strtok_r(NULL, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		bool names_queue = value_of(word, "device") || value_of(word, "index");
		char pair[200];

		snprintf(pair, sizeof(pair), "%s%s", names_queue ? "" : "proof.", word);
		if (pair_parse(r, record->fields, record->fields_n, &row, false, pair))
			return -1;
	}
	if (!*row.device || !row.index.known)
		return missing(r, *row.device ? "index" : "device");
	queue = queue_find(s, row.device, row.index.value);
	if (queue)
		queue->proof = row.proof;
	return 0;
}

/* "time_ns=1 started_ns=2" describes the sample; "queue index=0 ..." is one of its rows. */
static int line_parse(const struct reader *r, struct rs_sample *s, char *line)
{
	const struct rs_record *record = NULL;
	void *row = s;
	char *rest, *word = strtok_r(line, " ", &rest);

	if (word && !strcmp(word, "hist"))
		return hist_line_parse(r, s, rest);
	if (word && !strcmp(word, "delay"))
		return delay_line_parse(r, s, rest);
	if (word && !strcmp(word, "proof"))
		return proof_line_parse(r, s, rest);
	if (word && !strchr(word, '=')) {
		record = record_find(word);
		row = record ? rs_sample_add(s, record) : NULL;
		if (!record)
			return 0;
		if (!row)
			return rs_error_set(r->err, RS_EXIT_ERROR, "out of memory");
		word = strtok_r(NULL, " ", &rest);
	}
	for (; word; word = strtok_r(NULL, " ", &rest))
		if (pair_parse(r, record ? record->fields : rs_sample_fields,
			       record ? record->fields_n : rs_sample_fields_n, row,
			       record && record->counters, word))
			return -1;
	return record ? fields_check(r, record, row) : 0;
}

/* The module writes these once for each device; copy them to each queue. */
static void queues_name(struct rs_sample *s)
{
	for (size_t q = 0; q < s->queues_n; q++)
		for (size_t i = 0; i < s->devices_n; i++) {
			struct rs_queue *queue = &s->queues[q];
			const struct rs_device *device = &s->devices[i];

			if (strcmp(queue->device, device->name))
				continue;
			rs_str_set(queue->netdev, device->netdev);
			rs_str_set(queue->mac, device->mac);
			rs_str_set(queue->bus, device->bus);
			if (!queue->generation.known) /* an older module */
				queue->generation = device->generation;
		}
}

int rs_guest_parse(struct rs_sample *s, char *text, const char *where, struct rs_error *err)
{
	struct reader r = {.where = where, .line = 1, .err = err};
	char *rest, *line;

	line = text;
	rest = strchr(text, '\n');
	if (rest)
		*rest++ = '\0';
	if (strcmp(line, RS_GUEST_FORMAT))
		return rs_error_set(
			err, RS_EXIT_DATA,
			"%s: its format is \"%.40s\", this ringside reads \"%s\": install "
			"the module and the helper of the same version",
			where, line, RS_GUEST_FORMAT);
	while (rest && *rest) {
		line = rest;
		rest = strchr(line, '\n');
		r.line++;
		if (!rest)
			return rs_error_set(err, RS_EXIT_DATA, "%s:%u: the last line is incomplete",
					    where, r.line);
		*rest++ = '\0';
		if (line_parse(&r, s, line))
			return -1;
	}
	queues_name(s);
	if (!s->time_ns.known)
		return rs_error_set(err, RS_EXIT_DATA, "%s: it has no time_ns", where);
	return 0;
}

static int no_snapshot(struct rs_error *err)
{
	struct statfs fs;
	int error = errno;

	if (error == EACCES || error == EPERM)
		return rs_error_set(err, RS_EXIT_NOPERM, "cannot read %s: %s; run it as root",
				    SNAPSHOT, strerror(error));
	if (error != ENOENT)
		return rs_error_set(err, RS_EXIT_ERROR, "cannot read %s: %s", SNAPSHOT,
				    strerror(error));
	if (statfs(RS_GUEST_DEBUGFS, &fs) || fs.f_type != DEBUGFS_MAGIC)
		return rs_error_set(err, RS_EXIT_NOTSETUP,
				    "debugfs is not mounted: run mount -t debugfs none %s",
				    RS_GUEST_DEBUGFS);
	return rs_error_set(err, RS_EXIT_NOTSETUP,
			    "the module is not loaded in this guest: run insmod ringside.ko");
}

/* IFF_UP, <linux/if.h> */
#define UP 1

/* Return: false = the file cannot be read: so is carrier, while the interface is down. */
static bool interface_file(const struct rs_device *device, const char *file, int base,
			   unsigned long *value)
{
	char path[PATH_MAX], line[32];

	snprintf(path, sizeof(path), "/sys/class/net/%s/%s", device->netdev, file);
	rs_file_line(path, line, sizeof(line));
	*value = strtoul(line, NULL, base);
	return *line;
}

/* The module does not say whether an interface is up. Another network namespace may have an
 * interface of the same name: it must be this device's. */
static void interface_read(struct rs_device *device)
{
	char path[PATH_MAX], *real;
	unsigned long value;
	const char *name;

	if (device->running.known || !*device->netdev || strchr(device->netdev, '/'))
		return;
	snprintf(path, sizeof(path), "/sys/class/net/%s/device", device->netdev);
	real = realpath(path, NULL);
	name = real ? strrchr(real, '/') : NULL;
	if (name && !strcmp(name + 1, device->name)) {
		if (interface_file(device, "flags", 16, &value))
			device->running = rs_num_of(value & UP);
		if (interface_file(device, "carrier", 10, &value))
			device->carrier = rs_num_of(value);
	}
	free(real);
}

/* Of a source that keeps its file open: who reads it later may have no right to open it. */
struct guest {
	int fd;
};

static int guest_sample(void *handle, struct rs_sample *s, struct rs_error *err)
{
	const struct guest *guest = handle;
	size_t len;
	char *text = guest ? rs_file_read_again(guest->fd, &len) : rs_file_read(SNAPSHOT, &len);
	int ret;

	if (!text)
		return no_snapshot(err);
	ret = rs_guest_parse(s, text, SNAPSHOT, err);
	free(text);
	if (ret)
		return ret;
	rs_kicks_read(s);
	rs_spread_read(s);
	for (size_t i = 0; i < s->devices_n; i++)
		interface_read(&s->devices[i]);
	return 0;
}

/* Nothing to attach: the module counts all the time. Fails here rather than at the end of the
 * window. */
static int guest_open(const struct rs_filter *filter, void **handle, struct rs_error *err)
{
	struct guest *guest;

	*handle = NULL;
	if (!filter->keeps_open)
		return access(SNAPSHOT, R_OK) ? no_snapshot(err) : 0;
	guest = malloc(sizeof(*guest));
	if (!guest)
		return rs_error_set(err, RS_EXIT_ERROR, "out of memory");
	*guest = (struct guest){.fd = open(SNAPSHOT, O_RDONLY | O_CLOEXEC)};
	if (guest->fd < 0) {
		free(guest);
		return no_snapshot(err);
	}
	*handle = guest;
	return 0;
}

static void guest_close(void *handle)
{
	struct guest *guest = handle;

	if (guest)
		close(guest->fd);
	free(guest);
}

const struct rs_source rs_guest_source = {
	.side = RS_SIDE_GUEST,
	.open = guest_open,
	.sample = guest_sample,
	.close = guest_close,
};

/* What a hook that works misses, where the kernel counts that; of the proof's hooks also where it
 * does not. */
static bool missed_tell(const struct rs_hook *hook, char *text, size_t size)
{
	if (hook->missed.known)
		snprintf(text, size, "%s, missed hits %llu", hook->kind,
			 (unsigned long long)hook->missed.value);
	else
		snprintf(text, size, "%s, missed hits unknown", hook->kind);
	return hook->missed.known || rs_loss_option(hook->loses);
}

static bool hook_check(const struct rs_hook *hook, rs_check_fn row, void *ctx)
{
	bool works = !strcmp(hook->state, "attached");
	char why[RS_LOSES_LEN + 128];
	struct rs_check check = {.what = hook->name, .works = works, .why = why};

	if (!works)
		snprintf(why, sizeof(why), "%s; unknown without it: %s", hook->state,
			 *hook->loses ? rs_loss_words(hook->loses) : "what it counts");
	else if (!missed_tell(hook, why, sizeof(why)))
		check.why = NULL;
	row(ctx, &check);
	return works;
}

/* What is counted on demand. While it is off, the module lists none of its hooks. */
static const struct {
	const char *what, *option, *on, *off;
} options[] = {
	{"proof", "prove", "its counts: ringside guest -v",
	 "to turn it on: echo y > " PARAMETERS "prove"},
	{"delays", "delays", "poll_wait and poll_length: ringside guest -v",
	 "to turn them on: echo y > " PARAMETERS "delays"},
};

static bool option_is_on(const struct rs_sample *s, const char *option)
{
	for (size_t i = 0; i < s->hooks_n; i++) {
		const char *of = rs_loss_option(s->hooks[i].loses);

		if (of && !strcmp(of, option))
			return true;
	}
	return false;
}

static void options_check(const struct rs_sample *s, rs_check_fn row, void *ctx)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		bool on = option_is_on(s, options[i].option);
		struct rs_check check = {.what = options[i].what,
					 .works = true,
					 .why = on ? "on" : "off",
					 .fix = on ? options[i].on : options[i].off};

		row(ctx, &check);
	}
}

int rs_guest_check_sample(const struct rs_sample *s, rs_check_fn row, void *ctx)
{
	int ret = 0;

	options_check(s, row, ctx);
	for (size_t i = 0; i < s->hooks_n; i++)
		if (!hook_check(&s->hooks[i], row, ctx))
			ret = -1;
	return ret;
}

int rs_guest_check(rs_check_fn row, void *ctx)
{
	struct rs_error err = {.status = RS_EXIT_OK};
	struct rs_sample s = {.hooks = NULL};
	struct rs_check check = {.what = "guest module", .works = true};
	int ret = guest_sample(NULL, &s, &err);

	if (ret) {
		check.works = false;
		check.why = err.text;
	}
	row(ctx, &check);
	if (!ret)
		ret = rs_guest_check_sample(&s, row, ctx);
	rs_sample_clear(&s);
	return ret;
}
