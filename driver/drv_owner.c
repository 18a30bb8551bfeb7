// SPDX-License-Identifier: GPL-2.0
/*
 * Looks through the resource tree and the devices of the buses that have
 * memory-mapped registers. Decides nothing.
 */
#include "drv_owner.h"

#include <linux/device.h>
#include <linux/ioport.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/pci.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>

#include "drv_compat.h"

struct search {
	u64 start;
	u64 end;
	char *text;
	struct resource found;
};

static bool overlaps(const struct search *search, const struct resource *res)
{
	return resource_type(res) == IORESOURCE_MEM && res->end >= res->start &&
	       !(res->flags & IORESOURCE_UNSET) && res->start <= search->end &&
	       res->end >= search->start;
}

static int name_device(const struct search *search, struct device *dev)
{
	scnprintf(
		search->text, DRV_OWNER_TEXT,
		"device %s, which driver %s uses; release it first: echo %s >/sys/bus/%s/drivers/%s/unbind",
		dev_name(dev), dev_driver_string(dev), dev_name(dev), dev->bus->name,
		dev_driver_string(dev));
	return 1;
}

static int match_platform(struct device *dev, void *data)
{
	const struct platform_device *pdev = to_platform_device(dev);
	const struct search *search = data;

	if (!READ_ONCE(dev->driver))
		return 0;
	for (unsigned int i = 0; i < pdev->num_resources; i++)
		if (overlaps(search, &pdev->resource[i]))
			return name_device(search, dev);
	return 0;
}

static int match_amba(struct device *dev, void *data)
{
	const struct search *search = data;

	if (READ_ONCE(dev->driver) && overlaps(search, &drv_compat_amba_device(dev)->res))
		return name_device(search, dev);
	return 0;
}

static int match_pci(struct device *dev, void *data)
{
	const struct pci_dev *pdev = to_pci_dev(dev);
	const struct search *search = data;

	if (!READ_ONCE(dev->driver))
		return 0;
	for (unsigned int i = 0; i < PCI_STD_NUM_BARS; i++)
		if (overlaps(search, &pdev->resource[i]))
			return name_device(search, dev);
	return 0;
}

static int take_first(struct resource *res, void *data)
{
	struct search *search = data;

	search->found = *res;
	return 1;
}

static bool find_resource(struct search *search, unsigned long flags)
{
	return walk_iomem_res_desc(IORES_DESC_NONE, flags, search->start, search->end, search,
				   take_first) == 1;
}

enum drv_owner drv_owner_find(u64 start, u64 size, char text[DRV_OWNER_TEXT])
{
	struct search search = { .start = start, .end = start + size - 1, .text = text };

	text[0] = 0;
	if (!size)
		return DRV_OWNER_NONE;
	if (find_resource(&search, IORESOURCE_SYSTEM_RAM)) {
		scnprintf(text, DRV_OWNER_TEXT, "Linux itself: %pa to %pa is System RAM",
			  &search.found.start, &search.found.end);
		return DRV_OWNER_RAM;
	}
	if (bus_for_each_dev(&platform_bus_type, NULL, &search, match_platform) ||
	    bus_for_each_dev(&amba_bustype, NULL, &search, match_amba) ||
	    bus_for_each_dev(&pci_bus_type, NULL, &search, match_pci))
		return DRV_OWNER_DEVICE;
	if (find_resource(&search, IORESOURCE_MEM | IORESOURCE_BUSY)) {
		scnprintf(text, DRV_OWNER_TEXT,
			  "whoever claimed %pa to %pa: look for this range in /proc/iomem",
			  &search.found.start, &search.found.end);
		return DRV_OWNER_RANGE;
	}
	return DRV_OWNER_NONE;
}

u64 drv_owner_mem_parameter(u64 limit)
{
	struct search ram = { .start = 0, .end = limit - 1 };

	/* The first System RAM found is the lowest; mem= counts from there. */
	if (!limit || !find_resource(&ram, IORESOURCE_SYSTEM_RAM))
		return 0;
	return (limit - ram.found.start) / SZ_1M;
}
