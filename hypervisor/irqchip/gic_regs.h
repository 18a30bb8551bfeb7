/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Registers of the GIC: distributor and redistributor (Arm IHI 0069, chapter
 * 12), GICv2 distributor and CPU interface (Arm IHI 0048, chapter 4), and what
 * the files of this folder share.
 */
#pragma once

#include <hyp/cell.h>

#define GICD_CTLR        0x0000
#define GICD_CTLR_ARE_NS BIT(4)
#define GICD_CTLR_DS     BIT(6)
#define GICD_CTLR_RWP    BIT(31)
#define GICD_TYPER       0x0004
#define GICD_IIDR        0x0008
#define GICD_SETSPI_NSR  0x0040
#define GICD_CLRSPI_NSR  0x0048
#define GICD_IGROUPR     0x0080
#define GICD_ISENABLER   0x0100
#define GICD_ICENABLER   0x0180
#define GICD_ISPENDR     0x0200
#define GICD_ICPENDR     0x0280
#define GICD_ISACTIVER   0x0300
#define GICD_ICACTIVER   0x0380
#define GICD_IPRIORITYR  0x0400
#define GICD_ITARGETSR   0x0800
#define GICD_ICFGR       0x0c00
#define GICD_SGIR        0x0f00
#define GICD_CPENDSGIR   0x0f10
#define GICD_SPENDSGIR   0x0f20
#define GICV2_ID_REGS    0x0fd0
#define GICV2_PIDR2      0x0fe8
#define GICV2_GICD_SIZE  0x1000
#define GICD_IROUTER     0x6000
#define GICD_IROUTER_IRM BIT(31)
#define GICD_ID_REGS     0xffd0
#define GICD_PIDR2       0xffe8
#define GICD_SIZE        0x10000

#define GICR_CTLR             0x0000
#define GICR_CTLR_ENABLE_LPIS BIT(0)
#define GICR_IIDR             0x0004
#define GICR_TYPER            0x0008
#define GICR_TYPER_VLPIS      BIT(1)
#define GICR_TYPER_LAST       BIT(4)
#define GICR_WAKER            0x0014
#define GICR_ID_REGS          0xffd0
#define GICR_SGI_BASE         0x10000
#define GICR_IGROUPR0         (GICR_SGI_BASE + 0x0080)
#define GICR_ISENABLER0       (GICR_SGI_BASE + 0x0100)
#define GICR_ICENABLER0       (GICR_SGI_BASE + 0x0180)
#define GICR_ISPENDR0         (GICR_SGI_BASE + 0x0200)
#define GICR_ICPENDR0         (GICR_SGI_BASE + 0x0280)
#define GICR_ISACTIVER0       (GICR_SGI_BASE + 0x0300)
#define GICR_ICACTIVER0       (GICR_SGI_BASE + 0x0380)
#define GICR_IPRIORITYR       (GICR_SGI_BASE + 0x0400)
#define GICR_ICFGR            (GICR_SGI_BASE + 0x0c00)
#define GICR_FRAME_SIZE       0x20000

#define GICC_CTLR        0x0000
#define GICC_CTLR_ENABLE BIT(0)
/* FIQ and IRQ bypass, of both groups: the machine's, not its owner's. */
#define GICC_CTLR_BYPASS 0x1e0u
#define GICC_PMR         0x0004
#define GICC_BPR         0x0008
/* GICC_APR0 to 3 and, right behind, GICC_NSAPR0 to 3, which are group 1 where there is grouping
 * without two security states (IHI 0048 4.4.14, 4.4.15). */
#define GICC_APR         0x00d0
#define GICC_NUM_APRS    8
#define GICC_IIDR        0x00fc
/* The second page has this register alone. */
#define GICC_DIR         0x1000
#define GICC_SIZE        0x2000

/* A field of ICFGR. */
#define GIC_EDGE 2u

/** What an SPI has when a cell gets it, as Linux has it. */
#define GIC_DEFAULT_PRIORITY 0xa0

/** The distributor as EL2 maps it. Set once at enable. */
extern volatile u8 *gicd;
/** Protects read-modify-write sequences of distributor registers, and routes
 *  against CPUs that change hands. */
extern u32 gicd_lock;
/** The priority bits that exist for us. 0 is the kick's priority alone; what
 *  cells set is at least the lowest of these bits. */
extern u8 gic_priority_bits;
/** Bit of the kick's PPI in bank 0 (GICv3). */
extern u32 kick_bit;

/** Filter of one access to the distributor; `v2`: that of a GICv2. Pure but
 *  for the registers. */
enum mmio_result gicd_access(struct cell *cell, u64 v2, struct mmio_access *access);

/** The registers of a GICv2 that a GICv3 does not have, or has elsewhere. */
enum mmio_result gicv2_register(struct cell *cell, struct mmio_access *access);

#define GICV2_MAX_CPUS 8

/** Bit of each CPU in GICD_ITARGETSR and GICD_SGIR, by CPU number. */
extern u8 gicv2_target_of[GICV2_MAX_CPUS];

/** The same of all CPUs of a cell. */
u32 gicv2_targets(const struct cell *cell);

/** INTIDs that the distributor has; above 32 and at most 1020. */
u32 gicd_num_irqs(void);

/** The bytes of a word that `mask` covers, and no others: they are written
 *  elsewhere at the same time. */
void gicd_write_bytes(volatile u8 *reg, u32 value, u32 mask);

/** A field of GICD_ICFGR, or the GICR_ICFGR at `reg`: 2 bits for each of 16
 *  interrupts. */
void gic_set_config(volatile u8 *reg, u32 intid, u32 config);

/** -EINVAL with a reason if the cell has SPIs that the distributor has not. */
int gicd_check_irqs(const struct cell *cell) __must_check;

/** Find out which priority bits exist in the distributor, with a register that
 *  the caller restores, and in the CPU interface, whose mask was tried. */
void gic_probe_priority(volatile u8 *reg, u64 mask);

/** An SPI that is disabled changes hands: drop what is pending or active, and
 *  give it the settings of its new owner. */
void gicd_hand_over(u32 intid, const struct cell *from, const struct cell *to);

/** Frames that are looked at: there may be some of CPUs that are not ours. */
#define MAX_FRAMES 128

/** log2 of a frame's size. Set once at enable. */
extern u32 gicr_frame_shift;

/** The CPU whose redistributor is the n-th frame of all regions, or NULL. */
const struct cpu *gicr_frame_cpu(u32 n);

/** Does it say that it is the last of its region? */
bool gicr_frame_is_last(u32 n);

/** Filter of one access to a region of redistributors; arg is the number of its
 *  first frame. */
enum mmio_result gicr_access(struct cell *cell, u64 arg, struct mmio_access *access);
