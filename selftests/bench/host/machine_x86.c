// SPDX-License-Identifier: GPL-2.0-only
#ifdef __x86_64__
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

#include "packet.h"

#define VECTOR		  0x41
#define APIC_BASE	  0xfee00000
#define APIC_SPIV	  0xf0
#define APIC_SPIV_ENABLED 0x100
#define APIC_IRR	  0x200
#define APIC_IRR_SIZE	  0x80

static int vcpu;
static struct kvm_lapic_state idle;

void machine_start(int call)
{
	int vm = vm_make();

	if (ioctl(vm, KVM_CREATE_IRQCHIP, 0))
		die("KVM_CREATE_IRQCHIP");
	vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (vcpu < 0 || ioctl(vcpu, KVM_GET_LAPIC, &idle))
		die("KVM_CREATE_VCPU");
	*(uint32_t *)(idle.regs + APIC_SPIV) |= APIC_SPIV_ENABLED;
	memset(idle.regs + APIC_IRR, 0, APIC_IRR_SIZE);
	machine_take();
	vm_irqfd(vm, call, APIC_BASE, VECTOR, 0);
}

/* The APIC as it was, with nothing pending. */
void machine_take(void)
{
	if (ioctl(vcpu, KVM_SET_LAPIC, &idle))
		die("KVM_SET_LAPIC");
}
#endif
