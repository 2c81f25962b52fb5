/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one list of the facts of a virtqueue: name, meaning. They are read when a
 * sample is taken, and what is not known is left out. The snapshot and the check
 * of debugfs-docs are made from this list.
 *
 * Define RS_FACT(name, meaning), then include this file, as often as needed.
 */
RS_FACT(ring_avail_idx, "the next entry that the driver will offer")
RS_FACT(ring_used_idx, "the next entry that the device will return")
RS_FACT(used_event, "the driver asks for an interrupt past this index")
RS_FACT(avail_flags, "flags of the driver")
RS_FACT(avail_event, "the device asks for a kick past this index")
RS_FACT(used_flags, "flags of the device")
RS_FACT(outstanding, "entries that the device has and did not return")
RS_FACT(outstanding_ms, "how long it has had some and returned none")
RS_FACT(broken, "the virtqueue is marked broken")
RS_FACT(napi_scheduled, "a poll is due, or runs")
RS_FACT(napi_disabled, "the driver disabled the NAPI")
RS_FACT(napi_threaded, "the NAPI is polled by its thread")
RS_FACT(napi_busy, "a busy poller owns the NAPI")
RS_FACT(tx_stopped, "the driver stopped the transmit queue")
RS_FACT(tx_stopped_ms, "how long it has been stopped")
#undef RS_FACT
