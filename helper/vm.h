/* SPDX-License-Identifier: GPL-2.0-only */
/* What a VMM's process tells of its virtual machine: best effort, from /proc. */
#ifndef RS_VM_H
#define RS_VM_H

#include "snapshot.h"

/* Fills comm, name and uuid; what is not on the command line stays unknown. */
void rs_vm_fill(unsigned int pid, struct rs_vm *vm);

/* The name of a thread of process @pid; left as it is when there is none. */
void rs_vm_thread(unsigned int pid, unsigned int tid, char *name, size_t size);

/* The guest's MAC address on @tap, as its VMM was told. Return: false = not told. */
bool rs_vm_mac(unsigned int pid, const char *tap, char *mac, size_t size);

#endif
