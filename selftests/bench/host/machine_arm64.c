// SPDX-License-Identifier: GPL-2.0-only
/* An ITS with one device, one event and one LPI, set up as a guest's driver would. */
#ifdef __aarch64__
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "packet.h"

#define MEMORY	   0x40000000UL
#define DIST	   0x08000000UL
#define ITS	   0x08080000UL
#define REDIST	   0x080a0000UL
#define TRANSLATER (ITS + 0x10040)
#define LPI	   8192UL

/* places in the guest's memory */
#define DEVICE_TABLE	 (MEMORY + 0x10000)
#define COLLECTION_TABLE (MEMORY + 0x20000)
#define COMMANDS	 (MEMORY + 0x30000)
#define PROPERTIES	 (MEMORY + 0x40000)
#define PENDING		 (MEMORY + 0x60000)
#define TRANSLATIONS	 (MEMORY + 0x80000)
#define PAGE		 0x10000UL

#define VALID	       (1UL << 63)
#define GITS_CTLR      0x0
#define GITS_CBASER    0x80
#define GITS_CWRITER   0x88
#define GITS_BASER(n)  (0x100UL + 8 * (n))
#define GICD_CTLR      0x0
#define GICR_CTLR      0x0
#define GICR_PROPBASER 0x70
#define GICR_PENDBASER 0x78

static int gic, its;
static char *memory;
static uint64_t written;

static void set(int fd, uint32_t group, uint64_t attr, const void *value)
{
	struct kvm_device_attr a = {.group = group, .attr = attr, .addr = (uintptr_t)value};

	if (ioctl(fd, KVM_SET_DEVICE_ATTR, &a))
		die("KVM_SET_DEVICE_ATTR");
}

static int device(int vm, uint32_t type)
{
	struct kvm_create_device d = {.type = type};

	if (ioctl(vm, KVM_CREATE_DEVICE, &d))
		die("KVM_CREATE_DEVICE");
	return d.fd;
}

static void its_set(uint64_t offset, uint64_t value)
{
	set(its, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, offset, &value);
}

static void redist_set(uint64_t offset, uint32_t value)
{
	set(gic, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, offset, &value);
}

static void command(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t words[4] = {a, b, c};

	memcpy(memory + (COMMANDS - MEMORY) + written, words, sizeof(words));
	written = (written + sizeof(words)) % PAGE;
	its_set(GITS_CWRITER, written);
}

static void gic_make(int vm)
{
	uint64_t dist = DIST, redist = REDIST;

	gic = device(vm, KVM_DEV_TYPE_ARM_VGIC_V3);
	set(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &dist);
	set(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &redist);
}

static void vcpu_make(int vm)
{
	struct kvm_vcpu_init init;
	int vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);

	if (vcpu < 0 || ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init) ||
	    ioctl(vcpu, KVM_ARM_VCPU_INIT, &init))
		die("KVM_CREATE_VCPU");
}

static void its_make(int vm)
{
	uint64_t at = ITS;

	its = device(vm, KVM_DEV_TYPE_ARM_VGIC_ITS);
	set(its, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, &at);
	set(its, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}

static void lpis_enable(void)
{
	uint32_t on = 3;

	memset(memory + (PROPERTIES - MEMORY), 0xa1, PAGE);
	set(gic, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, GICD_CTLR, &on);
	redist_set(GICR_PROPBASER, PROPERTIES | 15);
	redist_set(GICR_PROPBASER + 4, 0);
	redist_set(GICR_PENDBASER, PENDING);
	redist_set(GICR_PENDBASER + 4, 0);
	redist_set(GICR_CTLR, 1);
}

static void its_start(void)
{
	its_set(GITS_BASER(0), VALID | DEVICE_TABLE | 2 << 8);
	its_set(GITS_BASER(1), VALID | COLLECTION_TABLE | 2 << 8);
	its_set(GITS_CBASER, VALID | COMMANDS | 15);
	its_set(GITS_CTLR, 1);
	command(0x08, 4, VALID | TRANSLATIONS); /* MAPD: device 0, 32 events */
	command(0x09, 0, VALID);		/* MAPC: collection 0 is CPU 0 */
	command(0x0a, LPI << 32, 0);		/* MAPTI: event 0 is the LPI */
}

void machine_start(int call)
{
	int vm = vm_make();

	memory = mmap(NULL, MEMORY_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		die("mmap");
	vm_memory(vm, MEMORY, memory);
	gic_make(vm);
	vcpu_make(vm);
	set(gic, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
	its_make(vm);
	lpis_enable();
	its_start();
	vm_irqfd(vm, call, TRANSLATER, 0, 1);
}

void machine_take(void)
{
	command(0x04, 0, 0); /* CLEAR: device 0, event 0 */
}
#endif
