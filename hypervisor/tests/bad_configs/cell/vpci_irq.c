/* SPDX-License-Identifier: GPL-2.0 */
/* The fourth of its interrupts would be no SPI. */
#include "base_cell.h"

BROKEN_CELL(.cell.vpci_irq_base = 985)
