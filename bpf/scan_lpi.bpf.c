// SPDX-License-Identifier: GPL-2.0-only
/* arm64: the LPI to which the ITS translates an MSI, found as the ITS finds it. Nothing is locked:
 * the guest may change the tables meanwhile, so what is found is checked at the end. */
#define KVM_DEVICES_MAX 64
#define ITS_DEVICES_MAX 4096
#define ITS_EVENTS_MAX	4096
#define GITS_TRANSLATER 0x10040 /* the architecture's: the register that an MSI writes */

/* A search in a list. */
struct its_walk {
	u64 head;
	struct list_head *item;
	u64 want;
	u64 found;
};

static __always_inline void its_walk_start(struct its_walk *walk, u64 head, u64 want)
{
	walk->head = head;
	walk->item = (void *)peek(head);
	walk->want = want;
	walk->found = 0;
}

static __always_inline bool its_walk_ends(const struct its_walk *walk)
{
	return !walk->item || (u64)walk->item == walk->head || walk->found;
}

static __always_inline bool device_is_its(struct kvm_device *device)
{
	const char *name = BPF_CORE_READ(device, ops, name);
	char text[20] = {};

	bpf_probe_read_kernel_str(text, sizeof(text), name); /* kvm-arm-vgic-its */
	return text[0] == 'k' && text[13] == 'i' && text[14] == 't' && text[15] == 's' && !text[16];
}

static long its_step(u32 i, struct its_walk *walk)
{
	struct list_head *item = walk->item;
	struct kvm_device *device;
	struct vgic_its *its;

	if (its_walk_ends(walk))
		return 1;
	device = RS_OUTER(item, struct kvm_device, vm_node);
	its = BPF_CORE_READ(device, private);
	if (device_is_its(device) &&
	    BPF_CORE_READ(its, vgic_its_base) + GITS_TRANSLATER == walk->want)
		walk->found = (u64)its;
	walk->item = BPF_CORE_READ(item, next);
	return 0;
}

static long device_step(u32 i, struct its_walk *walk)
{
	struct list_head *item = walk->item;
	struct its_device *device;

	if (its_walk_ends(walk))
		return 1;
	device = RS_OUTER(item, struct its_device, dev_list);
	if ((u32)peek((u64)device + rs_its_device_id) == walk->want)
		walk->found = (u64)device;
	walk->item = BPF_CORE_READ(item, next);
	return 0;
}

static long event_step(u32 i, struct its_walk *walk)
{
	struct list_head *item = walk->item;
	struct its_ite *ite;

	if (its_walk_ends(walk))
		return 1;
	ite = RS_OUTER(item, struct its_ite, ite_list);
	if (BPF_CORE_READ(ite, event_id) == walk->want)
		walk->found = (u64)BPF_CORE_READ(ite, irq);
	walk->item = BPF_CORE_READ(item, next);
	return 0;
}

/* The vgic_irq of this MSI; 0 = not found. */
static __noinline u64 lpi_find(const struct rs_eventfd *e)
{
	struct its_walk walk;

	its_walk_start(&walk, RS_AT(e->kvm, struct kvm, devices), e->address);
	bpf_loop(KVM_DEVICES_MAX, its_step, &walk, 0);
	if (!walk.found)
		return 0;
	its_walk_start(&walk, RS_AT(walk.found, struct vgic_its, device_list), e->devid);
	bpf_loop(ITS_DEVICES_MAX, device_step, &walk, 0);
	if (!walk.found)
		return 0;
	its_walk_start(&walk, RS_AT(walk.found, struct its_device, itt_head), e->data);
	bpf_loop(ITS_EVENTS_MAX, event_step, &walk, 0);
	return walk.found;
}

static __noinline int scan_lpi(struct rs_eventfd *e)
{
	struct vgic_irq *irq;
	u64 target, listed;

	e->lpi = 0;
	if (!e->msi || !e->has_devid || !rs_its_device_id)
		return 0;
	irq = (void *)lpi_find(e);
	target = (u64)BPF_CORE_READ(irq, target_vcpu);
	listed = (u64)BPF_CORE_READ(irq, vcpu);
	if (!target || (listed && listed != target) || BPF_CORE_READ(irq, intid) < LPI_FIRST)
		return 0;
	e->lpi = BPF_CORE_READ((struct kvm_vcpu *)target, vcpu_id) << RS_LPI_VCPU_SHIFT |
		 RS_LPI_FOUND | (listed ? RS_LPI_LISTED : 0) |
		 (BPF_CORE_READ_BITFIELD_PROBED(irq, pending_latch) ? RS_LPI_PENDING : 0) |
		 (BPF_CORE_READ_BITFIELD_PROBED(irq, active) ? RS_LPI_ACTIVE : 0) |
		 (BPF_CORE_READ_BITFIELD_PROBED(irq, enabled) ? RS_LPI_ENABLED : 0);
	return 0;
}
