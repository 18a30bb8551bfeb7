/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Fake architecture: a clock that stands still unless a test moves it.
 * The declarations are the contract, the same for all architectures.
 */
#pragma once

#include "../../../arch/arm64/include/arch/time.h"
