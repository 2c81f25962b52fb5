/* SPDX-License-Identifier: GPL-2.0-only */
/* A virtual machine, from its VMM's command line in /proc: best effort. */
#ifndef RS_VM_H
#define RS_VM_H

#include "snapshot.h"

/* Fills comm, name and uuid; a value that is not on the command line stays unknown. */
void rs_vm_fill(unsigned int pid, struct rs_vm *vm);

/* Fills the name of thread @tid of process @pid; keeps @name if there is no such thread. */
void rs_vm_thread(unsigned int pid, unsigned int tid, char *name, size_t size);

/* Fills the guest's MAC address on @tap, a tap's name or a vhost-vdpa device's file, from the VMM's
 * command line. Return: false = not found. */
bool rs_vm_mac(unsigned int pid, const char *tap, char *mac, size_t size);

/* Return: the CID of its vsock, 0 = none is on its command line. */
uint64_t rs_vm_cid(unsigned int pid);

#endif
