/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fake architecture: memory, TLBs and caches; what happens becomes events.
 * The declarations are the contract, the same for all architectures.
 */
#pragma once

#include "../../../arch/arm64/include/arch/paging.h"
