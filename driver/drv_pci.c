// SPDX-License-Identifier: GPL-2.0
/*
 * A host bridge whose configuration space EL2 emulates. Memory of the BARs lies
 * behind the configuration space, where nothing else may be; interrupts are SPIs
 * that no device has, made pending by EL2: edge-triggered.
 */
#include "drv_pci.h"

#include <linux/errno.h>
#include <linux/io.h>
#include <linux/ioport.h>
#include <linux/irqdomain.h>
#include <linux/log2.h>
#include <linux/of.h>
#include <linux/pci.h>
#include <linux/platform_device.h>

#include "drv_environment.h"
#include "drv_state.h"

#define BUS_SIZE   SZ_1M
#define NUM_PINS   4
#define ANY_DOMAIN 0xffff
#define NUM_BARS   2

/* Of the bus, while there is one. */
static struct {
	struct platform_device *parent;
	struct pci_host_bridge *bridge;
	void __iomem *ecam;
	struct resource ecam_space;
	struct resource memory;
	struct resource buses;
	unsigned int irqs[NUM_PINS];
} vpci;

static void __iomem *map_bus(struct pci_bus *bus, unsigned int devfn, int where)
{
	return vpci.ecam + bus->number * (size_t)BUS_SIZE + (devfn << 12) + where;
}

static struct pci_ops ecam_ops = {
	.map_bus = map_bus,
	.read = pci_generic_config_read,
	.write = pci_generic_config_write,
};

/* When a driver probes. */
static int map_irq(const struct pci_dev *dev, u8 slot, u8 pin)
{
	struct irq_fwspec fwspec = { .param_count = 3 };
	struct device_node *gic;

	if (pin < 1 || pin > NUM_PINS)
		return 0;
	if (vpci.irqs[pin - 1])
		return (int)vpci.irqs[pin - 1];
	gic = drv_environment_gic();
	if (!gic)
		return 0;
	fwspec.fwnode = of_node_to_fwnode(gic);
	/* An SPI, its number, edge. */
	fwspec.param[1] = drv.config->root_cell.vpci_irq_base + pin - 1;
	fwspec.param[2] = IRQ_TYPE_EDGE_RISING;
	vpci.irqs[pin - 1] = irq_create_fwspec_mapping(&fwspec);
	of_node_put(gic);
	if (!vpci.irqs[pin - 1])
		pci_warn(dev, "SPI %u of the virtual PCI bus cannot be used; check vpci_irq_base\n",
			 fwspec.param[1]);
	return (int)vpci.irqs[pin - 1];
}

/* What the BARs need, each in a place of its own size. */
static resource_size_t memory_size(void)
{
	const struct jailhouse_pci_device *dev = jailhouse_cell_pci_devices(&drv.config->root_cell);
	resource_size_t sum = 0;

	for (u32 i = 0; i < drv.config->root_cell.num_pci_devices; i++)
		for (u32 bar = 0; dev[i].type == JAILHOUSE_PCI_TYPE_IVSHMEM && bar < NUM_BARS;
		     bar++)
			if (dev[i].bar_mask[bar])
				sum += ~dev[i].bar_mask[bar] + 1ULL;
	return sum ? roundup_pow_of_two(sum) : 0;
}

static int free_domain(void)
{
	struct pci_bus *bus = NULL;
	int next = 0;

	while ((bus = pci_find_next_bus(bus)))
		next = max(next, pci_domain_nr(bus) + 1);
	return next;
}

static int claim_space(void)
{
	resource_size_t base = drv.config->platform_info.pci_mmconfig_base;
	resource_size_t size =
		(drv.config->platform_info.pci_mmconfig_end_bus + 1) * (resource_size_t)BUS_SIZE;

	vpci.ecam_space = (struct resource)DEFINE_RES_MEM_NAMED(base, size, "Jailhouse PCI ECAM");
	vpci.memory = (struct resource)DEFINE_RES_MEM_NAMED(base + size, memory_size(),
							    "Jailhouse PCI memory");
	vpci.buses = (struct resource){
		.name = "Jailhouse PCI buses",
		.end = drv.config->platform_info.pci_mmconfig_end_bus,
		.flags = IORESOURCE_BUS,
	};
	if (request_resource(&iomem_resource, &vpci.ecam_space)) {
		pr_warn("no virtual PCI bus: something of Linux is at %pR; choose another pci_mmconfig_base\n",
			&vpci.ecam_space);
		return -EBUSY;
	}
	if (request_resource(&iomem_resource, &vpci.memory)) {
		pr_warn("no virtual PCI bus: something of Linux is at %pR, behind its configuration space; choose another pci_mmconfig_base\n",
			&vpci.memory);
		release_resource(&vpci.ecam_space);
		return -EBUSY;
	}
	return 0;
}

static void release_space(void)
{
	release_resource(&vpci.memory);
	release_resource(&vpci.ecam_space);
}

static int scan(int domain)
{
	struct pci_host_bridge *bridge = pci_alloc_host_bridge(0);
	int err;

	if (!bridge)
		return -ENOMEM;
	bridge->dev.parent = &vpci.parent->dev;
	bridge->ops = &ecam_ops;
	bridge->map_irq = map_irq;
	bridge->swizzle_irq = pci_common_swizzle;
	bridge->domain_nr = domain;
	pci_add_resource(&bridge->windows, &vpci.memory);
	pci_add_resource(&bridge->windows, &vpci.buses);
	pci_lock_rescan_remove();
	err = pci_scan_root_bus_bridge(bridge);
	if (!err) {
		pci_assign_unassigned_bus_resources(bridge->bus);
		pci_bus_add_devices(bridge->bus);
	}
	pci_unlock_rescan_remove();
	if (err) {
		pci_free_host_bridge(bridge);
		return err;
	}
	vpci.bridge = bridge;
	return 0;
}

static int add_bus(int domain)
{
	int err;

	vpci.ecam = ioremap(vpci.ecam_space.start, resource_size(&vpci.ecam_space));
	if (!vpci.ecam)
		return -ENOMEM;
	vpci.parent =
		platform_device_register_simple("jailhouse-pci", PLATFORM_DEVID_NONE, NULL, 0);
	err = PTR_ERR_OR_ZERO(vpci.parent);
	if (err) {
		iounmap(vpci.ecam);
		return err;
	}
	err = scan(domain);
	if (err) {
		platform_device_unregister(vpci.parent);
		iounmap(vpci.ecam);
	}
	return err;
}

void drv_pci_add(void)
{
	int domain = drv.config->platform_info.pci_domain, err;

	lockdep_assert_held(&drv_lock);
	if (!drv.config->platform_info.pci_is_virtual ||
	    !drv.config->platform_info.pci_mmconfig_base || !memory_size())
		return;
	if (domain == ANY_DOMAIN)
		domain = free_domain();
	if (pci_find_bus(domain, 0)) {
		pr_warn("no virtual PCI bus: Linux has a domain %d already; choose another pci_domain, or 0xffff for any\n",
			domain);
		return;
	}
	if (claim_space())
		return;
	err = add_bus(domain);
	if (err) {
		release_space();
		pr_warn("no virtual PCI bus: Linux cannot add it (error %d)\n", err);
	}
}

void drv_pci_remove(void)
{
	struct pci_host_bridge *bridge = vpci.bridge;

	lockdep_assert_held(&drv_lock);
	if (!bridge)
		return;
	vpci.bridge = NULL;
	pci_lock_rescan_remove();
	pci_stop_root_bus(bridge->bus);
	pci_remove_root_bus(bridge->bus);
	pci_unlock_rescan_remove();
	pci_free_host_bridge(bridge);
	for (unsigned int pin = 0; pin < NUM_PINS; pin++) {
		if (vpci.irqs[pin])
			irq_dispose_mapping(vpci.irqs[pin]);
		vpci.irqs[pin] = 0;
	}
	platform_device_unregister(vpci.parent);
	iounmap(vpci.ecam);
	release_space();
}
