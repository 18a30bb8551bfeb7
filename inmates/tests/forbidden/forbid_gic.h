/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* What the tests of the interrupt controllers share. */
#pragma once

#include "forbid.h"

#define GICD_CTLR       0x0000
#define GICD_SETSPI_NSR 0x0040
#define GICD_IGROUPR    0x0080
#define GICD_ISENABLER  0x0100
#define GICD_ICENABLER  0x0180
#define GICD_ISPENDR    0x0200
#define GICD_ISACTIVER  0x0300
#define GICD_IPRIORITYR 0x0400
#define GICD_ITARGETSR  0x0800
#define GICD_ICFGR      0x0c00
#define GICD_IROUTER    0x6000
/* What the distributor of a GICv2 takes at most, too. */
#define GICD_SIZE       0x10000
#define GICR_STRIDE     0x20000
#define GICR_SGI        0x10000

/** The distributor, mapped. */
u8 *forbid_gicd(void);

/** An interrupt by its parameter: own= is an SPI of the cell, foreign= one that
 *  root uses, kick= that of the hypervisor. */
unsigned int forbid_intid(const char *whose);

/** Tries all that one can do to an SPI of somebody else. */
void forbid_spi(unsigned int intid);
