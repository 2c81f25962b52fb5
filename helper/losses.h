/* SPDX-License-Identifier: GPL-2.0-only */
/* What is unknown without a hook of the guest's module: from the module's id to words. */
#ifndef RS_LOSSES_H
#define RS_LOSSES_H

#include <stdbool.h>

/* Return: the words for an id that the module writes after loses=; @id itself if it is unknown. */
const char *rs_loss_words(const char *id);

/* Whether the id belongs to a hook of the proof: without it no figure of a queue is unknown. */
bool rs_loss_is_proof(const char *id);

/* Whether hits that this hook of a host misses are counted all the same. */
bool rs_loss_is_made_up(const char *hook);

#endif
