// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "klog.h"
#include "plain.h"

enum { RECORDS_MAX = 65536 };

static const char *const words[] = {"irq",    "virtio",	 "vhost",	"kvm",	"ringside",
				    "netdev", "eventfd", "soft lockup", "rcu",	"blocked for more",
				    "tun: ",  "vsock",	 "call trace",	"napi", "steal"};

int rs_klog_is_ours(const char *text)
{
	if (strcasestr(text, "command line")) /* it may have secrets */
		return 0;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasestr(text, words[i]))
			return 1;
	return 0;
}

/* "6,1234,5678901,-;text\n KEY=value\n": priority, number, microseconds. */
static void record_print(FILE *out, char *record)
{
	char *text = strchr(record, ';'), line[512];
	unsigned long long us;
	unsigned int priority;

	if (!text || sscanf(record, "%u,%*u,%llu", &priority, &us) != 2 || priority > 7)
		return; /* above 7: a program wrote it */
	text++;
	text[strcspn(text, "\n")] = '\0';
	if (!rs_klog_is_ours(text))
		return;
	rs_plain_copy(line, sizeof(line), text);
	fprintf(out, "[%5llu.%06llu] %s\n", us / 1000000, us % 1000000, line);
}

void rs_klog_print(FILE *out)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	char record[8192];
	ssize_t got;

	if (fd < 0) {
		fprintf(out, "ringside: the kernel's log cannot be read: %s\n", strerror(errno));
		return;
	}
	for (int i = 0; i < RECORDS_MAX; i++) {
		got = read(fd, record, sizeof(record) - 1);
		if (got < 0 && errno == EPIPE) /* overwritten meanwhile */
			continue;
		if (got <= 0)
			break;
		record[got] = '\0';
		record_print(out, record);
	}
	close(fd);
}
