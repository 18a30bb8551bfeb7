/* SPDX-License-Identifier: GPL-2.0 */
/*
 * cell.c with a way to forget all cells between two tests.
 */
#include "../core/cell.c"

#include <string.h>

#include "fake.h"

void fake_cells_reset(void);
void fake_cells_reset(void)
{
	memset(&root_cell, 0, sizeof(root_cell));
	cell_lock = 0;
	num_cells = 1;
}

long fake_management_lock(bool take)
{
	if (take)
		return management_begin();
	spin_unlock(&cell_lock);
	return 0;
}
