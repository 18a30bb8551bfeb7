/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* GICv2: targets, SGIs by the distributor, and the CPU interface in memory. */
#include <gic.h>
#include <inmate_smp.h>

#include "forbid_gic.h"

#define GICD_SGIR      0x0f00
#define GICD_CPENDSGIR 0x0f10
#define GICD_SPENDSGIR 0x0f20
#define SGIR_OTHERS    (1u << 24)
#define SGIR_SELF      (2u << 24)
#define SGIR_RESERVED  (3u << 24)

#define GICC_CTLR    0x0000
/* EOIR only drops the priority; of the non-secure world. */
#define GICC_EOIMODE (1u << 9)
#define GICC_PMR     0x0004
#define GICC_IAR     0x000c
#define GICC_EOIR    0x0010
#define GICC_APR     0x00d0
#define GICC_DIR     0x1000
#define GICC_SIZE    0x2000
/* INTIDs from here on are no interrupts. */
#define SPECIAL      1020

static u8 *gicc(void)
{
	u8 *base = (u8 *)comm_region->gicc_base;

	map_range(base, GICC_SIZE, MAP_UNCACHED);
	return base;
}

static void retarget(u8 targets)
{
	u8 *reg = forbid_gicd() + GICD_ITARGETSR + forbid_intid("own");

	forbid_expect();
	io_write8(reg, targets);
	observed("targets 0x%x", io_read8(reg));
	forbid_report();
}

static void target_foreign(void)
{
	retarget(1);
}

static void target_all(void)
{
	retarget(0xff);
}

/* Of no CPU, and back. */
static void target_own(void)
{
	u8 *base = forbid_gicd();

	retarget(0);
	retarget(io_read8(base + GICD_ITARGETSR));
}

/* The SPI by which the hypervisor takes CPUs. */
static void kick_spi(void)
{
	forbid_spi(forbid_intid("kick"));
}

static void send(const char *what, u32 value)
{
	u64 before = forbid_irq_count;

	io_write32(forbid_gicd() + GICD_SGIR, value);
	delay_us(1000);
	observed("%s: %llu arrived here", what, forbid_irq_count - before);
}

static void sgi_to_list(void)
{
	u32 self = io_read8(forbid_gicd() + GICD_ITARGETSR);

	forbid_irqs();
	forbid_expect();
	send("to self", self << 16 | 3);
	send("to CPU 0", 1 << 16 | 3);
	send("to all", 0xff << 16 | 3);
	send("to nobody", 3);
	for (u32 sgi = 0; sgi < 16; sgi++)
		send("every number to CPU 0", 1 << 16 | sgi);
	forbid_report();
}

static void sgi_by_filter(void)
{
	forbid_irqs();
	forbid_expect();
	send("to all but self", SGIR_OTHERS | 3);
	send("to all but self, and a list", SGIR_OTHERS | 0xff << 16 | 3);
	send("to self", SGIR_SELF | 3);
	send("to self, and a list", SGIR_SELF | 0xff << 16 | 3);
	send("by the reserved filter", SGIR_RESERVED | 0xff << 16 | 3);
	/* NSATT, which only the secure world may choose. */
	send("of the secure world", SGIR_SELF | 1 << 15 | 3);
	forbid_report();
}

/* As if another CPU had sent one: that works, for one's own CPU. */
static void sgi_pending(void)
{
	u8 *base = forbid_gicd();

	forbid_irqs();
	disable_irqs();
	forbid_expect();
	io_write8(base + GICD_SPENDSGIR + 3, 1);
	observed("pending of SGI 3: 0x%x", io_read8(base + GICD_SPENDSGIR + 3));
	io_write8(base + GICD_CPENDSGIR + 3, 1);
	observed("pending of SGI 3: 0x%x", io_read8(base + GICD_CPENDSGIR + 3));
	io_write32(base + GICD_SPENDSGIR, 0x01010101);
	enable_irqs();
	delay_us(1000);
	observed("%llu arrived here", forbid_irq_count);
	forbid_report();
}

/* Ends interrupts that are not active here, or not ours. */
static void eoi_foreign(void)
{
	u8 *base = gicc();

	forbid_irqs();
	forbid_expect();
	for (u32 intid = 0; intid < SPECIAL; intid++)
		io_write32(base + GICC_EOIR, intid);
	forbid_report();
}

static void dir_foreign(void)
{
	u8 *base = gicc();

	forbid_irqs();
	forbid_expect();
	for (u32 intid = 0; intid < SPECIAL; intid++)
		io_write32(base + GICC_DIR, intid);
	forbid_report();
}

/* Is deactivated by DIR what is ours? */
static void dir_own(void)
{
	unsigned int intid = forbid_intid("own"), word = intid / 32 * 4;
	u8 *base = forbid_gicd();

	forbid_irqs();
	forbid_expect();
	io_write32(gicc() + GICC_CTLR, GICC_EOIMODE | 1);
	io_write32(base + GICD_ISACTIVER + word, 1u << (intid % 32));
	observed("active: %u", (io_read32(base + GICD_ISACTIVER + word) >> (intid % 32)) & 1);
	io_write32(gicc() + GICC_DIR, intid);
	observed("active: %u", (io_read32(base + GICD_ISACTIVER + word) >> (intid % 32)) & 1);
	forbid_report();
}

/* Reading GICC_IAR takes an interrupt, if there is one. */
static void read_interface(void)
{
	u8 *base = gicc();
	u64 sum = 0;

	forbid_expect();
	for (u32 offset = 0; offset < GICC_SIZE; offset += 4)
		sum += io_read32(base + offset);
	observed("sum 0x%llx", sum);
	forbid_report();
}

static void write_interface(void)
{
	u8 *base = gicc();

	forbid_expect();
	for (u32 offset = 0; offset < GICC_SIZE; offset += 4) {
		io_write32(base + offset, ~0u);
		io_write32(base + offset, 0);
	}
	observed("%u exceptions", forbid_exceptions.count);
	forbid_report();
}

/* WFIs that no interrupt of the cell can end. */
static void sleep_for_ever(void)
{
	observed("sleeping");
	for (;;)
		wait_for_interrupt();
}

static void wfi_interface_off(void)
{
	forbid_irqs();
	disable_irqs();
	io_write32(gicc() + GICC_CTLR, 0);
	sleep_for_ever();
}

static void wfi_mask_closed(void)
{
	forbid_irqs();
	disable_irqs();
	io_write32(gicc() + GICC_PMR, 0);
	sleep_for_ever();
}

static void wfi_highest_active(void)
{
	forbid_irqs();
	disable_irqs();
	io_write32(gicc() + GICC_APR, 1);
	sleep_for_ever();
}

/* An SGI of the highest priority that a cell can have is taken, and not ended. */
static void wfi_never_ended(void)
{
	u8 *base = forbid_gicd();

	forbid_irqs();
	disable_irqs();
	io_write8(base + GICD_IPRIORITYR + 3, 0);
	io_write32(base + GICD_SGIR, SGIR_SELF | 3);
	observed("taken: %u", io_read32(gicc() + GICC_IAR) & 0x3ff);
	sleep_for_ever();
}

const struct forbidden_test forbid_gicv2_tests[] = {
	{ "target-foreign", target_foreign },
	{ "target-all", target_all },
	{ "target-own", target_own },
	{ "kick-spi", kick_spi },
	{ "sgi-to-list", sgi_to_list },
	{ "sgi-by-filter", sgi_by_filter },
	{ "sgi-pending", sgi_pending },
	{ "gicc-eoi-foreign", eoi_foreign },
	{ "gicc-dir-foreign", dir_foreign },
	{ "gicc-dir-own", dir_own },
	{ "gicc-read-all", read_interface },
	{ "gicc-write-all", write_interface },
	{ "wfi-interface-off", wfi_interface_off },
	{ "wfi-mask-closed", wfi_mask_closed },
	{ "wfi-gicc-highest-active", wfi_highest_active },
	{ "wfi-never-ended", wfi_never_ended },
	{ NULL, NULL },
};
