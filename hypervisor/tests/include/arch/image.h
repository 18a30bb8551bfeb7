/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fake architecture: there is no image, and no driver.
 * The declarations are the contract, the same for all architectures.
 */
#pragma once

#include "../../../arch/arm64/include/arch/image.h"
