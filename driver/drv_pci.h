/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual PCI bus of the root cell: EL2 answers its configuration space
 * and BARs while enabled, Linux finds it through the PCI API.
 */
#pragma once

/** After enable: add the bus of drv.config, if it has one. What fails is said in
 *  the log, and leaves Linux without the bus. Under drv_lock. */
void drv_pci_add(void);

/** Before EL2 leaves: the devices lose their drivers and go. Under drv_lock. */
void drv_pci_remove(void);
