/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one place that knows how kernel versions differ, from 6.1 to 6.12. No
 * other file of the driver asks for LINUX_VERSION_CODE.
 */
#pragma once

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "the driver is written for and tested with Linux 6.1 and newer"
#endif

#include <linux/amba/bus.h>
#include <linux/container_of.h>
#include <linux/device.h>
#include <linux/mm.h>

/* to_amba_device() is a macro that keeps const in 6.12, and does not in 6.1. */
static inline const struct amba_device *drv_compat_amba_device(struct device *dev)
{
	return container_of(dev, struct amba_device, dev);
}

/* The class of a device is const from 6.4 on, and so is what looks through it. */
static inline struct device *drv_compat_find_devt(struct device *sibling, dev_t devt)
{
	return class_find_device_by_devt(sibling->class, devt);
}

/* Flags of a map are const from 6.3 on, and changed by functions. */
static inline void drv_compat_vm_flags(struct vm_area_struct *vma, unsigned long set,
				       unsigned long clear)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 3, 0)
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
#else
	vm_flags_set(vma, set);
	vm_flags_clear(vma, clear);
#endif
}
