/* SPDX-License-Identifier: GPL-2.0 */
/* The header is cut off. */
#include "base_cell.h"

extern const char config[sizeof(struct jailhouse_cell_desc) - 1];
const char config[sizeof(struct jailhouse_cell_desc) - 1] = JAILHOUSE_CELL_DESC_SIGNATURE;
