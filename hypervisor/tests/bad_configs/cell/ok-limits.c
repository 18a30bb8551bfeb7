/* SPDX-License-Identifier: GPL-2.0 */
/* Everything at its largest: the last SPI, the last byte of 40 bits, CPU 63. */
#include "base_cell.h"

BROKEN_CELL(.cell.id = 255, .cpus[0] = 1ULL << 63, .cell.vpci_irq_base = 984,
	    .mem[SPARE] = { 0xfffffff000, 0xfffffff000, 0x1000, RW }, .irqchips[1].pin_base = 896)
