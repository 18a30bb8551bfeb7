/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The library of inmates: what a bare-metal program in a cell may call. The
 * program supplies inmate_main(). Start-up (own vectors, stack, MMU and caches
 * on, console open, communication region checked) is done before that; after
 * it returns, the CPU stops.
 *
 * Source compatible with Jailhouse's library. What is beyond that has its own
 * headers: <inmate_comm.h>, <inmate_smp.h>, <inmate_exception.h>.
 *
 * The same binary also runs without a hypervisor, see inmate_native().
 */
#pragma once

#include <jailhouse/hypercall.h>
#include <jailhouse/io.h>
#include <jailhouse/types.h>

#define PAGE_SIZE        4096UL
#define COMM_REGION_BASE 0x80000000UL

#define NS_PER_USEC 1000UL
#define NS_PER_MSEC 1000000UL
#define NS_PER_SEC  1000000000UL

/** The program. */
void inmate_main(void);

/**
 * True if there is no hypervisor: the communication page does not answer. The
 * values in comm_region are then those of QEMU's `virt` machine. Meant for
 * measuring the same binary with and without a hypervisor.
 */
bool inmate_native(void);

/** The communication region, normally at COMM_REGION_BASE. */
extern struct jailhouse_comm_region *comm_region;

/* Device registers. */

static inline u8 mmio_read8(void *address)
{
	return io_read8(address);
}

static inline u16 mmio_read16(void *address)
{
	return io_read16(address);
}

static inline u32 mmio_read32(void *address)
{
	return io_read32(address);
}

static inline u64 mmio_read64(void *address)
{
	return io_read64(address);
}

static inline void mmio_write8(void *address, u8 value)
{
	io_write8(address, value);
}

static inline void mmio_write16(void *address, u16 value)
{
	io_write16(address, value);
}

static inline void mmio_write32(void *address, u32 value)
{
	io_write32(address, value);
}

/* The CPU. */

static inline void enable_irqs(void)
{
	__asm__ volatile("msr daifclr, #2" ::: "memory");
}

static inline void disable_irqs(void)
{
	__asm__ volatile("msr daifset, #2" ::: "memory");
}

static inline void cpu_relax(void)
{
	__asm__ volatile("yield" ::: "memory");
}

static inline void memory_barrier(void)
{
	__asm__ volatile("dmb sy" ::: "memory");
}

/** Wait for an interrupt once. With interrupts disabled too, it ends when one
 *  becomes pending. */
static inline void wait_for_interrupt(void)
{
	__asm__ volatile("dsb sy\n\twfi" ::: "memory");
}

/** Only serve interrupts from now on. */
static inline void __attribute__((noreturn)) halt(void)
{
	for (;;)
		wait_for_interrupt();
}

/** Do nothing any more. */
static inline void __attribute__((noreturn)) stop(void)
{
	disable_irqs();
	halt();
}

/* Console. CR is sent before LF. */

/**
 * Conversions: c s d i u x X p %, with the flags 0 and -, a width, and the
 * lengths l, ll and z.
 */
void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Memory. */

/** Where the next alloc() looks; RAM above the image. There is no free(). */
extern unsigned long heap_pos;
extern char stack_top[];

/** `align` must be a power of two. */
void *alloc(unsigned long size, unsigned long align);
void *zalloc(unsigned long size, unsigned long align);

enum map_type { MAP_CACHED, MAP_UNCACHED };

/**
 * Map the 2 MiB blocks that [start, start + size) touches, one to one;
 * MAP_UNCACHED is device memory. Addresses below 2^39.
 */
void map_range(void *start, unsigned long size, enum map_type map_type);

void *memset(void *s, int c, unsigned long n);
void *memcpy(void *dest, const void *src, unsigned long n);
int memcmp(const void *s1, const void *s2, unsigned long n);
unsigned long strlen(const char *s);
int strcmp(const char *s1, const char *s2);
int strncmp(const char *s1, const char *s2, unsigned long n);
int strncasecmp(const char *s1, const char *s2, unsigned long n);

/*
 * Command line: a string loaded 4 KiB above the image; parameters are separated by
 * blanks, `name` or `name=value`.
 */
extern const char cmdline[];

/** Reserves more than the default of 256 bytes for it. */
#define CMDLINE_BUFFER(size) const char cmdline[size] __attribute__((section(".cmdline")))

/** Copies the value, cut to buffer_size; returns it or the default. */
const char *cmdline_parse_str(const char *param, char *value_buffer, unsigned long buffer_size,
			      const char *default_value);
/** Decimal or 0x..., optionally negative. */
long long cmdline_parse_int(const char *param, long long default_value);
/** true, 1 or no value; false or 0. */
bool cmdline_parse_bool(const char *param, bool default_value);

/* Interrupts; numbers are INTIDs. <gic.h> has more. */

typedef void (*irq_handler_t)(unsigned int irqn);

/** Set up the interrupt controller for the calling CPU. */
void irq_init(irq_handler_t handler);
/** SPIs are routed to the calling CPU. */
void irq_enable(unsigned int irq);

/* Time. */

unsigned long timer_get_frequency(void);
u64 timer_get_ticks(void);
u64 timer_ticks_to_ns(u64 ticks);
/** Fire interrupt TIMER_IRQ once, `timeout` ticks from now. */
void timer_start(u64 timeout);
void delay_us(unsigned long microsecs);

/* PCI, through the ECAM window that the communication region names. */

#define PCI_CFG_VENDOR_ID 0x000
#define PCI_CFG_DEVICE_ID 0x002
#define PCI_CFG_COMMAND   0x004
#define PCI_CMD_IO        (1 << 0)
#define PCI_CMD_MEM       (1 << 1)
#define PCI_CMD_MASTER    (1 << 2)
#define PCI_CMD_INTX_OFF  (1 << 10)
#define PCI_CFG_STATUS    0x006
#define PCI_STS_INT       (1 << 3)
#define PCI_STS_CAPS      (1 << 4)
#define PCI_CFG_CLASS_REV 0x008
#define PCI_CFG_BAR       0x010
#define PCI_BAR_64BIT     0x4
#define PCI_CFG_CAP_PTR   0x034

#define PCI_ID_ANY          0xffff
#define PCI_DEV_CLASS_OTHER 0xff

#define PCI_CAP_MSI    0x05
#define PCI_CAP_VENDOR 0x09
#define PCI_CAP_MSIX   0x11

#define MSIX_CTRL_ENABLE 0x8000
#define MSIX_CTRL_FMASK  0x4000

/** Returns 0, or -1 if the cell has no PCI. */
int pci_init(void);
u32 pci_read_config(u16 bdf, unsigned int addr, unsigned int size);
void pci_write_config(u16 bdf, unsigned int addr, u32 value, unsigned int size);
/** Searches bus 0 from start_bdf; returns the bdf or -1. */
int pci_find_device(u16 vendor, u16 device, u16 start_bdf);
/** Returns the offset or -1. */
int pci_find_cap(u16 bdf, u16 cap);
/** `vector` is the INTID to raise (there is no ITS). */
void pci_msi_set_vector(u16 bdf, unsigned int vector);
void pci_msix_set_vector(u16 bdf, unsigned int vector, u32 index);
