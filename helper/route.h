/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the MSI route that the VMM gave to KVM is the message that the guest wrote. */
#ifndef RS_ROUTE_H
#define RS_ROUTE_H

#include "scene.h"

/* All of the route is known, and is the guest's. x86 has no device id. */
bool rs_route_is_right(const struct rs_scene *s);

/* A part is known on both sides, and is another one. */
bool rs_route_differs(const struct rs_scene *s);

/* Another queue of the machine has such a route, too: it may be what an IOMMU or a bridge of the
 * guest makes of all of them. */
bool rs_route_all_differ(const struct rs_scene *s);

/* On x86 an IOMMU that remaps interrupts changes all of the message: nothing is left to compare. */
bool rs_route_is_remapped(const struct rs_scene *s);

/* Guest and host had the same message and the same route for their whole windows, which overlap: a
 * difference is no change that is under way. */
bool rs_route_stays(const struct rs_scene *s);

#endif
