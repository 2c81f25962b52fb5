// SPDX-License-Identifier: GPL-2.0-only
/*
 * fill QUEUES DEVICES INTERRUPTS: opens so many queues of taps (256 each), vhost-net devices (two
 * virtqueues each), and interrupts of virtual machines without a vCPU (1,024 irqfds each, x86_64),
 * prints a line, and keeps them until its input ends.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/kvm.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TAP_QUEUES = 256, VM_IRQFDS = 1024, MSI_ADDRESS = 0xfee00000 };

static void die(const char *what)
{
	fprintf(stderr, "fill: ");
	perror(what);
	exit(1);
}

static void queues_open(int n)
{
	for (int i = 0; i < n; i++) {
		struct ifreq ifr = {.ifr_flags =
					    IFF_TAP | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE};
		int fd = open("/dev/net/tun", O_RDWR);

		snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "fill%d", i / TAP_QUEUES);
		if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr))
			die("a queue of a tap");
	}
}

static void devices_open(int n)
{
	for (int i = 0; i < n; i++)
		if (open("/dev/vhost-net", O_RDWR) < 0)
			die("/dev/vhost-net");
}

/* Each irqfd has the GSI of its number, with an MSI of its own. */
static void routes_set(int vm, int n)
{
	struct kvm_irq_routing *routing =
		calloc(1, sizeof(*routing) + n * sizeof(routing->entries[0]));

	routing->nr = n;
	for (int i = 0; i < n; i++)
		routing->entries[i] = (struct kvm_irq_routing_entry){
			.gsi = i,
			.type = KVM_IRQ_ROUTING_MSI,
			.u.msi = {.address_lo = MSI_ADDRESS, .data = i & 0xff},
		};
	if (ioctl(vm, KVM_SET_GSI_ROUTING, routing))
		die("KVM_SET_GSI_ROUTING");
	free(routing);
}

static void machine_open(int kvm, int n)
{
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);

	if (vm < 0 || ioctl(vm, KVM_CREATE_IRQCHIP, 0))
		die("a virtual machine");
	routes_set(vm, n);
	for (int i = 0; i < n; i++) {
		struct kvm_irqfd irqfd = {.fd = eventfd(0, 0), .gsi = i};

		if ((int)irqfd.fd < 0 || ioctl(vm, KVM_IRQFD, &irqfd))
			die("KVM_IRQFD");
	}
}

static void interrupts_open(int n)
{
	int kvm = n ? open("/dev/kvm", O_RDWR) : -1;

	for (; n > 0; n -= VM_IRQFDS)
		machine_open(kvm, n < VM_IRQFDS ? n : VM_IRQFDS);
}

int main(int argc, char **argv)
{
	struct rlimit files = {65536, 65536};
	char end;

	if (argc != 4) {
		fprintf(stderr, "usage: fill QUEUES DEVICES INTERRUPTS\n");
		return 64;
	}
	if (setrlimit(RLIMIT_NOFILE, &files))
		die("setrlimit");
	queues_open(atoi(argv[1]));
	devices_open(atoi(argv[2]));
	interrupts_open(atoi(argv[3]));
	puts("filled");
	fflush(stdout);
	while (read(0, &end, 1) > 0)
		;
	return 0;
}
