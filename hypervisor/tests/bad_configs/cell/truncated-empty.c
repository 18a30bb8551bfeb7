/* SPDX-License-Identifier: GPL-2.0 */
/* Only the first byte. */
#include "base_cell.h"

extern const char config;
const char config = 'J';
