/* SPDX-License-Identifier: GPL-2.0 OR BSD-2-Clause */
/* The default command line buffer; linked in if the program has none. */
#include <inmate.h>

CMDLINE_BUFFER(256);
