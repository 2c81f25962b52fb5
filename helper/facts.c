// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "facts.h"

const char *const rs_fact_names[RS_FACTS] = {
	[RS_FACT_USED_ADDR] = "used ring",
	[RS_FACT_UUID] = "uuid",
	[RS_FACT_MAC] = "MAC",
	[RS_FACT_MSI] = "MSI",
	[RS_FACT_DIR] = "direction",
	[RS_FACT_DEVID] = "MSI device id",
	[RS_FACT_QUEUE] = "queue",
};

enum answer { UNKNOWN, AGREE, DIFFER };

static enum answer nums_compare(struct rs_num a, struct rs_num b)
{
	if (!a.known || !b.known)
		return UNKNOWN;
	return a.value == b.value ? AGREE : DIFFER;
}

static enum answer texts_compare(const char *a, const char *b)
{
	if (!*a || !*b)
		return UNKNOWN;
	return strcasecmp(a, b) ? DIFFER : AGREE;
}

/* The host's sample may be from before the guest's ring was reset and got another address. */
static enum answer used_addr_compare(const struct rs_sides *s)
{
	enum answer answer = nums_compare(s->g->used_addr, s->h->used_addr);

	return answer == DIFFER && s->ring_reset ? UNKNOWN : answer;
}

static enum answer uuid_compare(const struct rs_sides *s)
{
	return texts_compare(s->guest->taken.uuid, s->h->uuid);
}

static const char *tap_mac(const struct rs_sides *s)
{
	return s->notes[s->h - s->host->end.queues].tap_mac;
}

/*
 * libvirt gives a tap the guest's MAC with fe as its first byte. A tap with another MAC was made by
 * another tool: that shows nothing.
 */
static enum answer mac_compare(const struct rs_sides *s)
{
	const char *tap = tap_mac(s);

	if (*s->h->mac || strlen(s->g->mac) < 3 || !*tap)
		return texts_compare(s->g->mac, s->h->mac);
	if (!strncasecmp(tap, "fe:", 3))
		return texts_compare(s->g->mac + 3, tap + 3) == AGREE ? AGREE : UNKNOWN;
	return texts_compare(s->g->mac, tap) == AGREE ? AGREE : UNKNOWN;
}

static enum answer msi_compare(const struct rs_sides *s)
{
	enum answer address = nums_compare(s->g->msi.address, s->h->msi.address);
	enum answer data = nums_compare(s->g->msi.data, s->h->msi.data);

	if (address == DIFFER || data == DIFFER)
		return DIFFER;
	return address == AGREE && data == AGREE ? AGREE : UNKNOWN;
}

static enum answer devid_compare(const struct rs_sides *s)
{
	return nums_compare(s->g->msi.devid, s->h->msi.devid);
}

/* Of an eventfd that no tap and no vhost belongs to, the host does not know the direction. */
static enum answer dir_compare(const struct rs_sides *s)
{
	return strcmp(s->h->dir, "other") ? texts_compare(s->g->dir, s->h->dir) : UNKNOWN;
}

static enum answer queue_compare(const struct rs_sides *s)
{
	bool has_pair = !strcmp(s->g->dir, "rx") || !strcmp(s->g->dir, "tx");

	if (!has_pair || !s->g->index.known)
		return UNKNOWN;
	return nums_compare(rs_num_of(s->g->index.value / 2), s->h->queue);
}

static enum answer (*const compare[RS_FACTS])(const struct rs_sides *s) = {
	[RS_FACT_USED_ADDR] = used_addr_compare,
	[RS_FACT_UUID] = uuid_compare,
	[RS_FACT_MAC] = mac_compare,
	[RS_FACT_MSI] = msi_compare,
	[RS_FACT_DEVID] = devid_compare,
	[RS_FACT_DIR] = dir_compare,
	[RS_FACT_QUEUE] = queue_compare,
};

struct rs_facts rs_facts_compare(const struct rs_sides *s)
{
	struct rs_facts f = {0, 0};

	for (int i = 0; i < RS_FACTS; i++) {
		enum answer answer = compare[i](s);

		f.agree |= answer == AGREE ? 1U << i : 0;
		f.differ |= answer == DIFFER ? 1U << i : 0;
	}
	return f;
}

void rs_facts_name(unsigned int facts, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (int i = 0; i < RS_FACTS && used < size; i++)
		if (facts & (1U << i))
			used += snprintf(text + used, size - used, "%s%s", used ? ", " : "",
					 rs_fact_names[i]);
}

/* A fact of one side as text. */
static void value_tell(const struct rs_queue *q, const char *uuid, enum rs_fact fact, char *text,
		       size_t size)
{
	const unsigned long long used = q->used_addr.value, devid = q->msi.devid.value;

	switch (fact) {
	case RS_FACT_USED_ADDR:
		snprintf(text, size, "0x%llx", used);
		break;
	case RS_FACT_UUID:
		snprintf(text, size, "%s", uuid);
		break;
	case RS_FACT_MAC:
		snprintf(text, size, "%s", q->mac);
		break;
	case RS_FACT_MSI:
		snprintf(text, size, "0x%llx data 0x%llx", (unsigned long long)q->msi.address.value,
			 (unsigned long long)q->msi.data.value);
		break;
	case RS_FACT_DEVID:
		snprintf(text, size, "0x%llx", devid);
		break;
	case RS_FACT_DIR:
		snprintf(text, size, "%s", q->dir);
		break;
	default:
		snprintf(
			text, size, "%llu",
			(unsigned long long)(q->queue.known ? q->queue.value : q->index.value / 2));
	}
}

void rs_facts_tell(const struct rs_sides *s, unsigned int facts, char *text, size_t size)
{
	char names[120], guest[64], host[64];
	int strongest = 0;

	rs_facts_name(facts, names, sizeof(names));
	while (strongest < RS_FACTS && !(facts & (1U << strongest)))
		strongest++;
	value_tell(s->g, s->guest->taken.uuid, strongest, guest, sizeof(guest));
	value_tell(s->h, s->h->uuid, strongest, host, sizeof(host));
	snprintf(text, size, "%s (guest %s, host %s)", names, guest, host);
}
