/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The head of the image: struct jailhouse_header of <jailhouse/header.h>.
 */
#include "layout.h"

	.section .header, "a"
	.global	image_head
image_head:
	.ascii	"JAILHOUS"
	.quad	image_size			/* core_size */
	.quad	PERCPU_SIZE
	.quad	el2_entry_offset
	.quad	console_page_offset
	.quad	0				/* gcov_info_head */
	.fill	28, 1, 0			/* the driver's fields */
	.long	2				/* revision */
	.fill	24, 1, 0			/* the driver's fields */

	.section .rodata
	.global	image_version_text
image_version_text:
	.asciz	CELLBLOCK_VERSION
