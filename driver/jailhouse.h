/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/*
 * The name under which user programs look for the ioctls.
 */
#pragma once

#include <jailhouse/ioctl.h>
