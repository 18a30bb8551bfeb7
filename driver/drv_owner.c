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
	/* What was found. */
	struct resource found;
	struct device *device;
};

static bool overlaps(const struct search *search, const struct resource *res)
{
	return resource_type(res) == IORESOURCE_MEM && res->end >= res->start &&
	       !(res->flags & IORESOURCE_UNSET) && res->start <= search->end &&
	       res->end >= search->start;
}

static int take_device(struct search *search, struct device *dev, const struct resource *res)
{
	search->device = get_device(dev);
	search->found = *res;
	return 1;
}

static int match_platform(struct device *dev, void *data)
{
	const struct platform_device *pdev = to_platform_device(dev);

	if (!READ_ONCE(dev->driver))
		return 0;
	for (unsigned int i = 0; i < pdev->num_resources; i++)
		if (overlaps(data, &pdev->resource[i]))
			return take_device(data, dev, &pdev->resource[i]);
	return 0;
}

static int match_amba(struct device *dev, void *data)
{
	const struct resource *res = &drv_compat_amba_device(dev)->res;

	return READ_ONCE(dev->driver) && overlaps(data, res) ? take_device(data, dev, res) : 0;
}

static int match_pci(struct device *dev, void *data)
{
	const struct pci_dev *pdev = to_pci_dev(dev);

	if (!READ_ONCE(dev->driver))
		return 0;
	for (unsigned int i = 0; i < PCI_STD_NUM_BARS; i++)
		if (overlaps(data, &pdev->resource[i]))
			return take_device(data, dev, &pdev->resource[i]);
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

static bool find_device(struct search *search)
{
	return bus_for_each_dev(&platform_bus_type, NULL, search, match_platform) ||
	       bus_for_each_dev(&amba_bustype, NULL, search, match_amba) ||
	       bus_for_each_dev(&pci_bus_type, NULL, search, match_pci);
}

enum drv_owner drv_owner_find(u64 start, u64 size, char text[DRV_OWNER_TEXT],
			      struct device **device)
{
	struct search search = { .start = start, .end = start + size - 1 };
	bool part;

	text[0] = 0;
	if (!size)
		return DRV_OWNER_NONE;
	if (find_resource(&search, IORESOURCE_SYSTEM_RAM)) {
		scnprintf(text, DRV_OWNER_TEXT, "Linux itself: 0x%llx-0x%llx is System RAM",
			  search.found.start, search.found.end);
		return DRV_OWNER_RAM;
	}
	if (find_device(&search)) {
		scnprintf(text, DRV_OWNER_TEXT, "device %s, which driver %s uses",
			  dev_name(search.device), dev_driver_string(search.device));
		part = search.found.start < search.start || search.found.end > search.end;
		if (device)
			*device = search.device;
		else
			put_device(search.device);
		return part ? DRV_OWNER_DEVICE_PART : DRV_OWNER_DEVICE;
	}
	if (find_resource(&search, IORESOURCE_MEM | IORESOURCE_BUSY)) {
		scnprintf(text, DRV_OWNER_TEXT,
			  "whoever claimed 0x%llx-0x%llx: look for this range in /proc/iomem",
			  search.found.start, search.found.end);
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
