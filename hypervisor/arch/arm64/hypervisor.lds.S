/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The image: read-only head, code, read-only data, data. Each part starts on
 * a page of its own, so that EL2's map can be exact (W^X).
 */
#include "layout.h"

OUTPUT_FORMAT("elf64-littleaarch64")
OUTPUT_ARCH(aarch64)
ENTRY(el2_entry)

SECTIONS
{
	. = HYP_BASE;
	image_start = .;
	.header : { *(.header) }

	. = ALIGN(0x1000);
	text_start = .;
	.text : {
		*(.boot)
		*(.text.vectors)
		*(.text)
		spin_start = .;
		*(.text.spin)
		spin_end = .;
	}

	. = ALIGN(0x1000);
	text_end = .;
	.rodata : { *(.rodata .rodata.*) }

	. = ALIGN(0x1000);
	rodata_end = .;
	.data : { *(.data .data.*) }
	. = ALIGN(0x1000);
	data_end = .;
	.bss (NOLOAD) : {
		console_page_start = .;
		*(.bss.console)
		console_page_end = .;
		*(.bss .bss.* COMMON)
		. = ALIGN(0x1000);
	}
	image_size = . - image_start;
	el2_entry_offset = el2_entry - image_start;
	console_page_offset = console_page_start - image_start;

	/DISCARD/ : { *(.note* .comment* .eh_frame* .dynamic .interp .hash .gnu*) }
}

ASSERT(console_page_end - console_page_start == 0x1000, "what root reads must be a page of its own")
