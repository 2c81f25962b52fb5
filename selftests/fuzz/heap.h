/* SPDX-License-Identifier: GPL-2.0-only */
/* What is taken from the heap, counted by the sanitizer's allocator. */
#ifndef HEAP_H
#define HEAP_H

/* Bytes taken now, and the most since heap_forget(). */
long heap_level(void);
long heap_peak(void);
void heap_forget(void);

#endif
