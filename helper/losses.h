/* SPDX-License-Identifier: GPL-2.0-only */
/* What is unknown without a hook of the guest's module, in words. */
#ifndef RS_LOSSES_H
#define RS_LOSSES_H

/* Return: the words for an id that the module writes as loses=; the id itself if it is not known.
 */
const char *rs_loss_words(const char *id);

#endif
