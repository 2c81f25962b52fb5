// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "packet.h"

void die(const char *what)
{
	fprintf(stderr, "packet: %s: %s\n", what, strerror(errno));
	exit(1);
}

int vm_make(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	int vm = kvm < 0 ? -1 : ioctl(kvm, KVM_CREATE_VM, 0);

	if (vm < 0)
		die("/dev/kvm: no virtual machine");
	return vm;
}

void vm_memory(int vm, uint64_t guest_addr, void *memory)
{
	struct kvm_userspace_memory_region region = {
		.guest_phys_addr = guest_addr,
		.memory_size = MEMORY_SIZE,
		.userspace_addr = (uintptr_t)memory,
	};

	if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region))
		die("KVM_SET_USER_MEMORY_REGION");
}

/* A write to @call is this MSI. */
void vm_irqfd(int vm, int call, uint64_t address, uint32_t data, int has_devid)
{
	struct {
		struct kvm_irq_routing head;
		struct kvm_irq_routing_entry entry;
	} routing = {
		.head.nr = 1,
		.entry =
			{
				.gsi = 24,
				.type = KVM_IRQ_ROUTING_MSI,
				.flags = has_devid ? KVM_MSI_VALID_DEVID : 0,
				.u.msi.address_lo = address,
				.u.msi.address_hi = address >> 32,
				.u.msi.data = data,
			},
	};
	struct kvm_irqfd irqfd = {.fd = call, .gsi = 24};

	if (ioctl(vm, KVM_SET_GSI_ROUTING, &routing) || ioctl(vm, KVM_IRQFD, &irqfd))
		die("KVM_IRQFD");
}
