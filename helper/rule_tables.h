/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables that make up the list of all rules. */
#ifndef RS_RULE_TABLES_H
#define RS_RULE_TABLES_H

#include "rule.h"

extern const struct rs_rule_table rs_fault_rules; /* what is wrong whether the queue moves or not */
extern const struct rs_rule_table rs_slow_rules;  /* where a packet's time goes */
extern const struct rs_rule_table rs_drops_rules; /* packets dropped at a full ring */
extern const struct rs_rule_table rs_waste_rules; /* interrupts that serve nothing */
extern const struct rs_rule_table rs_alarm_rules; /* counts that do not balance */

#endif
