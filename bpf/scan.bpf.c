// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scans the open files of every process for queues of taps, virtqueues of vhost devices, virtual
 * machines and their irqfds, whether they were active or not. The iterator holds each file while
 * the program reads it.
 */
#define S_IFMT	0170000
#define S_IFCHR 0020000
/* misc character devices, fixed by Documentation/admin-guide/devices.txt; 20 bits of minor number
 */
#define MINOR_BITS	     20
#define DEVICE(major, minor) ((major) << MINOR_BITS | (minor))
#define DEVICE_TUN	     DEVICE(10, 200)
#define DEVICE_VHOST_NET     DEVICE(10, 238)
#define VHOST_VQS_MAX	     2
#define IRQFDS_MAX	     1024
#define KVM_IRQ_ROUTING_MSI  2 /* uapi */
#define KVM_MSI_VALID_DEVID  1 /* uapi */

/* set by the helper: the number of this scan, and the major parts of the numbers of some drivers'
 * devices; 0 = there is no such driver */
__u32 rs_scans;
__u32 rs_majors[RS_MAJORS];

#define IFF_BACKPRESSURE 0x80 /* uapi since 7.3; before it the bit is never set */
#define QUEUE_STOPPED	 1    /* __QUEUE_STATE_DRV_XOFF: the driver stopped it */

/* Whether tun stopped the queue because its ring is full; most kernels drop instead. */
static __always_inline bool queue_stopped(struct net_device *dev, u32 queue)
{
	u64 txq = (u64)BPF_CORE_READ(dev, _tx);

	txq += (u64)queue * bpf_core_type_size(struct netdev_queue);
	return RS_PEEK(txq, struct netdev_queue, state) & QUEUE_STOPPED;
}

/* What a queue of a tap tells of itself, whatever its driver: all but the number of the queue. */
static __always_inline void scan_tap_device(struct rs_found *f, struct net_device *dev)
{
	f->kind = RS_FOUND_TUN;
	BPF_CORE_READ_INTO(&f->tun.name, dev, name);
	f->tun.dev = (u64)dev;
	f->tun.ifindex = BPF_CORE_READ(dev, ifindex);
	if (bpf_core_field_exists(dev->nd_net.net))
		f->tun.netns = BPF_CORE_READ(dev, nd_net.net, ns.inum);
}

static __always_inline void scan_ring(struct rs_found *f, struct ptr_ring *ring)
{
	f->tun.size = BPF_CORE_READ(ring, size);
	f->tun.consumer = BPF_CORE_READ(ring, consumer_head);
	f->tun.occupancy = ring_occupancy((u64)ring, f->tun.producer, f->tun.consumer);
}

static __always_inline void scan_tun(struct seq_file *seq, struct rs_found *f,
				     struct tun_file *tfile)
{
	struct tun_struct *tun = BPF_CORE_READ(tfile, tun);
	struct tun_struct *detached = BPF_CORE_READ(tfile, detached);
	struct net_device *dev;
	struct rs_tun *t;

	if (!tun)
		tun = detached;
	if (!tun)
		return;
	dev = BPF_CORE_READ(tun, dev);
	scan_tap_device(f, dev);
	f->key = (u64)tfile + bpf_core_field_offset(tfile->socket);
	f->tun.ring = tun_ring((u64)tfile);
	f->tun.queue = BPF_CORE_READ(tfile, queue_index);
	t = is_watched((u64)dev) ? tun_make((u64)tfile) : NULL;
	f->tun.producer = BPF_CORE_READ(tfile, tx_ring.producer);
	if (t && rs_tun_proto)
		ring_advance(t, f->tun.ring, ring_look(t, f->tun.producer), f->tun.producer, 0);
	scan_ring(f, &tfile->tx_ring);
	f->tun.stopped = queue_stopped(dev, f->tun.queue);
	f->tun.backpressure = !!(BPF_CORE_READ(tun, flags) & IFF_BACKPRESSURE);
	f->tun.detached = !!detached;
	bpf_seq_write(seq, f, sizeof(*f));
}

/* macvtap and ipvtap never stop a queue. */
static __always_inline void scan_tap(struct seq_file *seq, struct rs_found *f,
				     struct tap_queue *queue)
{
	struct tap_dev *tap = BPF_CORE_READ(queue, tap);
	struct net_device *dev;
	struct rs_tun *t;

	if (!tap) /* its interface is gone */
		return;
	dev = BPF_CORE_READ(tap, dev);
	scan_tap_device(f, dev);
	f->tun.driver = RS_DRIVER_TAP;
	f->key = (u64)queue + bpf_core_field_offset(queue->sock);
	f->tun.ring = tap_ring((u64)queue);
	f->tun.queue = BPF_CORE_READ(queue, queue_index);
	t = is_watched((u64)dev) ? ring_make(f->tun.ring) : NULL;
	f->tun.producer = t ? tap_look(t, f->tun.ring) : BPF_CORE_READ(queue, ring.producer);
	scan_ring(f, &queue->ring);
	f->tun.detached = !BPF_CORE_READ(queue, enabled);
	bpf_seq_write(seq, f, sizeof(*f));
}

static __always_inline void scan_vq(struct seq_file *seq, struct rs_found *f,
				    struct vhost_virtqueue *vq, struct task_struct *task)
{
	struct rs_vq *v;

	f->kind = RS_FOUND_VQ;
	f->key = (u64)vq;
	f->vq.last_used_idx = BPF_CORE_READ(vq, last_used_idx);
	f->vq.last_avail_idx = BPF_CORE_READ(vq, last_avail_idx);
	f->vq.avail_idx = BPF_CORE_READ(vq, avail_idx);
	f->vq.signalled_used = BPF_CORE_READ(vq, signalled_used);
	f->vq.signalled = BPF_CORE_READ(vq, signalled_used_valid);
	f->vq.socket = (u64)BPF_CORE_READ(vq, private_data);
	f->vq.ctx = (u64)BPF_CORE_READ(vq, call_ctx.ctx);
	f->vq.error = (u64)BPF_CORE_READ(vq, error_ctx);
	f->vq.log_addr = BPF_CORE_READ(vq, log_addr);
	f->vq.features = BPF_CORE_READ(vq, acked_features);
	f->vq.num = BPF_CORE_READ(vq, num);
	scan_memory(f, vq, task);
	if (bpf_core_type_exists(struct vhost_worker))
		scan_worker(f, vq);
	else
		scan_kthread(f, vq);
	v = vq_make(f->key, f->vq.last_used_idx);
	if (v && f->vq.socket)
		v->socket = f->vq.socket;
	else if (v)
		f->vq.socket = v->socket;
	f->vq.heard = f->vq.ctx && call_is_heard(vq);
	f->vq.posted = v ? vq_posted(v, f->vq.last_used_idx) : 0;
	if (v && f->vq.ctx)
		eventfd_claim(v, f->key, f->vq.ctx);
	if (f->vq.error)
		error_claim(f->vq.error);
	bpf_seq_write(seq, f, sizeof(*f));
}

static __always_inline void scan_vhost(struct seq_file *seq, struct rs_found *f,
				       struct vhost_net *net, struct task_struct *task)
{
	struct vhost_virtqueue **vqs = BPF_CORE_READ(net, dev.vqs), *vq;
	u32 n = BPF_CORE_READ(net, dev.nvqs);

	for (u32 i = 0; i < VHOST_VQS_MAX && i < n; i++) {
		vq = NULL;
		bpf_probe_read_kernel(&vq, sizeof(vq), vqs + i);
		if (!vq)
			continue;
		f->vq.index = i;
		scan_vq(seq, f, vq, task);
	}
}

/* Writes into the eventfd's entry, not into a record: a VM may have more irqfds than a record has
 * room for. */
static __always_inline void scan_irqfd(const struct kvm_kernel_irqfd *irqfd)
{
	u64 key = (u64)BPF_CORE_READ(irqfd, eventfd);
	u32 flags = BPF_CORE_READ(irqfd, irq_entry.msi.flags);
	struct rs_eventfd *e = eventfd_make(key, (u64)irqfd);

	if (!e)
		return;
	eventfd_route(e, (u64)irqfd);
	e->scanned = rs_scans;
	e->gsi = BPF_CORE_READ(irqfd, gsi);
	e->msi = BPF_CORE_READ(irqfd, irq_entry.type) == KVM_IRQ_ROUTING_MSI;
	e->address = (u64)BPF_CORE_READ(irqfd, irq_entry.msi.address_hi) << 32 |
		     BPF_CORE_READ(irqfd, irq_entry.msi.address_lo);
	e->has_devid = !!(flags & KVM_MSI_VALID_DEVID);
	e->devid = BPF_CORE_READ(irqfd, irq_entry.msi.devid);
	if (bpf_core_type_exists(struct its_ite))
		scan_lpi(e);
}

/* A position in a virtual machine's list of irqfds. */
struct irqfd_walk {
	u64 head;
	struct list_head *item;
};

static long irqfd_step(u32 i, struct irqfd_walk *walk)
{
	struct list_head *item = walk->item;

	if (!item || (u64)item == walk->head)
		return 1;
	scan_irqfd(RS_OUTER(item, struct kvm_kernel_irqfd, list));
	walk->item = BPF_CORE_READ(item, next);
	return 0;
}

static __always_inline void scan_vm(struct seq_file *seq, struct rs_found *f, struct kvm *kvm)
{
	struct irqfd_walk walk = {.head = RS_AT(kvm, struct kvm, irqfds.items)};

	f->kind = RS_FOUND_VM;
	f->key = (u64)kvm;
	f->vm.vcpus = BPF_CORE_READ(kvm, online_vcpus.counter);
	bpf_seq_write(seq, f, sizeof(*f));
	walk.item = BPF_CORE_READ(kvm, irqfds.items.next);
	bpf_loop(IRQFDS_MAX, irqfd_step, &walk, 0);
	if (walk.item && (u64)walk.item != walk.head)
		RS_COUNT(rs_missed.irqfds);
}

/* KVM's descriptors are anonymous files; /proc/PID/fd shows the same names: kvm-vm, kvm-vcpu:0. */
enum kvm_file { KVM_NOT, KVM_VM, KVM_VCPU };

static __always_inline enum kvm_file file_kvm(struct file *file)
{
	const unsigned char *name = BPF_CORE_READ(file, f_path.dentry, d_name.name);
	char text[10] = {};

	bpf_probe_read_kernel_str(text, sizeof(text), name);
	if (text[0] != 'k' || text[1] != 'v' || text[2] != 'm' || text[3] != '-' || text[4] != 'v')
		return KVM_NOT;
	if (text[5] == 'm' && !text[6])
		return KVM_VM;
	return text[5] == 'c' && text[6] == 'p' && text[7] == 'u' && text[8] == ':' ? KVM_VCPU
										    : KVM_NOT;
}

static __always_inline void scan_kvm(struct seq_file *seq, struct rs_found *f, struct file *file,
				     void *private)
{
	enum kvm_file kind = file_kvm(file);

	if (kind == KVM_VM)
		scan_vm(seq, f, private);
	else if (kind == KVM_VCPU)
		scan_vcpu(seq, f, private);
}

static __always_inline bool is_of(u32 major, enum rs_major driver)
{
	return major && major == rs_majors[driver];
}

static __always_inline bool is_tap_device(u32 major)
{
	return is_of(major, RS_MAJOR_MACVTAP) || is_of(major, RS_MAJOR_IPVTAP);
}

SEC("iter/task_file")
int scan(struct bpf_iter__task_file *ctx)
{
	struct seq_file *seq = ctx->meta->seq;
	struct task_struct *task = ctx->task;
	struct file *file = ctx->file;
	struct rs_found f = {};
	struct inode *inode;
	void *private;
	u32 rdev = 0;

	if (!task || !file)
		return 0;
	f.pid = BPF_CORE_READ(task, tgid);
	inode = BPF_CORE_READ(file, f_inode);
	private = BPF_CORE_READ(file, private_data);
	if (!private)
		return 0;
	if ((BPF_CORE_READ(inode, i_mode) & S_IFMT) == S_IFCHR)
		rdev = BPF_CORE_READ(inode, i_rdev);
	/* A module that is not loaded has no BTF, and none of its files is open. */
	if (bpf_core_type_exists(struct tun_file) && rdev == DEVICE_TUN)
		scan_tun(seq, &f, private);
	else if (bpf_core_type_exists(struct tap_queue) && is_tap_device(rdev >> MINOR_BITS))
		scan_tap(seq, &f, private);
	else if (bpf_core_type_exists(struct vhost_net) && rdev == DEVICE_VHOST_NET)
		scan_vhost(seq, &f, private, task);
	else if (bpf_core_type_exists(struct vhost_vdpa) &&
		 is_of(rdev >> MINOR_BITS, RS_MAJOR_VDPA))
		scan_vdpa(seq, &f, private);
	else if (bpf_core_type_exists(struct kvm_kernel_irqfd) && !rdev)
		scan_kvm(seq, &f, file, private);
	return 0;
}
