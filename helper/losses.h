/* SPDX-License-Identifier: GPL-2.0-only */
/* What is unknown without a hook of the guest's module: from the module's id to words. */
#ifndef RS_LOSSES_H
#define RS_LOSSES_H

#include <stdbool.h>

/* Return: the words for an id that the module writes after loses=; @id itself if it is unknown. */
const char *rs_loss_words(const char *id);

/* Return: the module's parameter (prove, delays) that asks for a hook with this id; NULL = it is
 * there without one. No counter depends on a hook that is asked for. */
const char *rs_loss_option(const char *id);

/* Whether hits that such a hook misses lack in the guest's counter @counter. Hooks on what comes
 * and goes count nothing. Of those without which everything is unknown, only such a one cannot tell
 * what it missed. */
bool rs_loss_touches(const char *id, const char *counter);

/* Whether hits that this hook of a host misses are counted all the same. */
bool rs_loss_is_made_up(const char *hook);

#endif
