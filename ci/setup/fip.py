#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
fip.py FLASH BL1 BL2 BL31: what Trusted Firmware-A boots from on QEMU's `virt`, as one file.

BL1 first, and a firmware image package with the rest where BL1 looks for it (PLAT_QEMU_FIP_BASE). A
package is a table of contents: a header, an entry a file (UUID, offset, size, flags), an entry of
zeroes that has the end as its offset. TF-A's own fiptool does the same, but needs OpenSSL's headers.
"""

import struct
import sys

FIP_BASE = 0x40000
HEADER = struct.pack("<IIQ", 0xaa640001, 0x12345678, 0)
BL2 = bytes.fromhex("5ff9ec0b4d223e4da544c39d81c73f0a")
BL31 = bytes.fromhex("47d4086d4cfe98469b952950cbbd5a00")
END = bytes(16)
ENTRY = struct.Struct("<16sQQQ")
ALIGN = 16


def package(files):
    """The package of [(UUID, content)]."""
    offset = len(HEADER) + ENTRY.size * (len(files) + 1)
    table, body = HEADER, b""
    for uuid, content in files:
        table += ENTRY.pack(uuid, offset + len(body), len(content), 0)
        body += content + bytes(-len(content) % ALIGN)
    return table + ENTRY.pack(END, offset + len(body), 0, 0) + body


def main():
    flash, *names = sys.argv[1:]
    content = []
    for name in names:
        with open(name, "rb") as f:
            content.append(f.read())
    bl1, bl2, bl31 = content
    if len(bl1) > FIP_BASE:
        sys.exit(f"{names[0]} does not fit below the package")
    with open(flash, "wb") as f:
        f.write(bl1.ljust(FIP_BASE, b"\xff") + package([(BL2, bl2), (BL31, bl31)]))


if __name__ == "__main__":
    main()
