#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
QEMU arguments that start a Raspberry Pi 4 as its boot loader does: TF-A at 0, entered by all CPUs at
EL3; kernel, initramfs and device tree in memory, with the kernel's arguments and the initramfs in
the device tree. They stand in place of -kernel, -initrd, -dtb and -append.

The boot loader tells TF-A where kernel and device tree are in a few words at the image's begin, so
they are written into a copy of it (TF-A, docs/plat/rpi4.rst). In that copy one instruction is another
one, too: a CPU that goes off asks for a warm reset of itself (RMR_EL3), which QEMU does not have;
the copy jumps to where such a reset leads.
"""

import argparse
import os
import shutil
import struct
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(os.environ.get("B") or os.path.join(TOP, "build"))
# What was downloaded lies in the default build folder, whichever is used for building.
DOWNLOADS = os.path.join(TOP, "build")

# Below the memory for cells, see configs/rpi4/board.h; the kernel as its header wants it.
KERNEL, INITRD, DTB = 0x200000, 0x28000000, 0x2ef00000
# The table in TF-A's header: magic, version, addresses of device tree and kernel. Without its magic
# it is valid.
TABLE, MAGIC = 0xf0, 0x5afe570b
# Arm ARM: B has its distance in words in bits 25 to 0; MSR RMR_EL3, X0.
BRANCH, DISTANCE, RESET = 0x14000000, 0x3ffffff, 0xd51ec040


def firmware(image):
    """TF-A's image as the boot loader leaves it in memory, for QEMU."""
    words = list(struct.unpack(f"<{len(image) // 4}I", image[:len(image) & ~3]))
    if words[TABLE // 4] != MAGIC or words[0] & ~DISTANCE != BRANCH or words.count(RESET) != 1:
        raise SystemExit("rpi4_boot: this is not TF-A's bl31.bin for a Raspberry Pi 4, or an unknown one")
    words[TABLE // 4:TABLE // 4 + 4] = 0, 0, DTB, KERNEL
    at = words.index(RESET)
    words[at] = BRANCH | ((words[0] & DISTANCE) - at) & DISTANCE
    return struct.pack(f"<{len(words)}I", *words) + image[len(image) & ~3:]


def device_tree(source, output, append, initrd_size):
    """A copy with what the boot loader adds. TF-A needs no room in it: it takes 1 MiB of memory."""
    shutil.copyfile(source, output)
    for kind, name, value in (("s", "bootargs", append), ("x", "linux,initrd-start", f"{INITRD:x}"),
                              ("x", "linux,initrd-end", f"{INITRD + initrd_size:x}")):
        subprocess.run(["fdtput", "-t", kind, output, "/chosen", name, value], check=True)


def arguments(kernel, append, folder, initrd=None, dtb=None):
    """The list of arguments. Files that QEMU loads are written to the folder."""
    initrd = initrd or os.path.join(BUILD, "initramfs", f"{kernel}.cpio.gz")
    dtb = dtb or os.path.join(BUILD, "dtb", f"rpi4-{kernel}.dtb")
    os.makedirs(folder, exist_ok=True)
    files = {0: os.path.join(folder, "bl31.bin"),
             KERNEL: os.path.join(DOWNLOADS, "kernels", kernel, "vmlinuz"),
             DTB: os.path.join(folder, "rpi4.dtb"), INITRD: initrd}
    with open(os.path.join(DOWNLOADS, "firmware", "rpi4", "bl31.bin"), "rb") as f:
        image = firmware(f.read())
    with open(files[0], "wb") as f:
        f.write(image)
    device_tree(dtb, files[DTB], append, os.path.getsize(initrd))
    return [word for address, path in files.items()
            for word in ("-device", f"loader,file={path},addr={address:#x},force-raw=on")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n\n", maxsplit=1)[0])
    parser.add_argument("--kernel", default="6.1")
    parser.add_argument("--append", default="console=ttyS1 kvm-arm.mode=none")
    parser.add_argument("--output", default=os.path.join(BUILD, "rpi4-boot"))
    args = parser.parse_args()
    print(" ".join(arguments(args.kernel, args.append, args.output)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
