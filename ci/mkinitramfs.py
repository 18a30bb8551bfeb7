#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Writes the user space of the guest as an initramfs: busybox, ci/guest-init, and whatever of driver,
hypervisor, tool, configs and inmates has been built, at the paths where scripts expect it.

Builds nothing. Writes the output only if its content changes, and needs no root: the archive (cpio,
format newc) is made here, device nodes included.
"""

import argparse
import glob
import gzip
import os
import stat
import sys

CI = os.path.dirname(os.path.abspath(__file__))
DIRS = ("bin", "sbin", "dev", "proc", "sys", "tmp", "run", "root", "etc", "etc/jailhouse", "lib",
        "lib/modules", "lib/firmware", "usr", "usr/bin", "usr/sbin", "usr/libexec",
        "usr/libexec/jailhouse", "usr/libexec/jailhouse/demos", "usr/libexec/jailhouse/tests")


class Archive:
    """A cpio archive in memory. Same content in, same bytes out."""

    def __init__(self):
        self.data = bytearray()
        self.inode = 0

    def add(self, name, mode, content=b"", rdev=(0, 0)):
        self.inode += 1
        path = name.encode() + b"\0"
        fields = (self.inode, mode, 0, 0, 1, 0, len(content), 0, 0, rdev[0], rdev[1], len(path), 0)
        self.data += b"070701" + b"".join(b"%08X" % f for f in fields) + path
        self._pad()
        self.data += content
        self._pad()

    def _pad(self):
        self.data += b"\0" * (-len(self.data) % 4)

    def directory(self, name):
        self.add(name, stat.S_IFDIR | 0o755)

    def file(self, name, source, mode=0o644):
        with open(source, "rb") as f:
            self.add(name, stat.S_IFREG | mode, f.read())

    def link(self, name, target):
        self.add(name, stat.S_IFLNK | 0o777, target.encode())

    def device(self, name, major, minor):
        self.add(name, stat.S_IFCHR | 0o600, rdev=(major, minor))

    def finish(self):
        self.add("TRAILER!!!", 0)
        return bytes(self.data)


def contents(build, kernel):
    """Every file of the guest: (path in the guest, source, mode)."""
    yield "bin/busybox", f"{build}/busybox/busybox", 0o755
    yield "init", f"{CI}/guest-init", 0o755
    single = ((f"{build}/tools/jailhouse", "usr/sbin/jailhouse", 0o755),
              (f"{build}/tools/ivshmem-demo", "usr/bin/ivshmem-demo", 0o755),
              (f"{build}/driver/{kernel}/jailhouse.ko", "lib/modules/jailhouse.ko", 0o644),
              (f"{build}/driver/{kernel}/uio_ivshmem.ko", "lib/modules/uio_ivshmem.ko", 0o644),
              (f"{build}/driver/{kernel}/ivshmem_net.ko", "lib/modules/ivshmem_net.ko", 0o644),
              (f"{build}/kernels/{kernel}/uio.ko", "lib/modules/uio.ko", 0o644),
              (f"{build}/hypervisor/jailhouse.bin", "lib/firmware/jailhouse.bin", 0o644))
    for source, path, mode in single:
        if os.path.exists(source):
            yield path, source, mode
    many = ((f"{build}/configs/*/*.cell", "etc/jailhouse"),
            (f"{build}/inmates/demos/*.bin", "usr/libexec/jailhouse/demos"),
            (f"{build}/inmates/tests/*.bin", "usr/libexec/jailhouse/tests"))
    for pattern, folder in many:
        for source in sorted(glob.glob(pattern)):
            yield f"{folder}/{os.path.basename(source)}", source, 0o644
    # Programs that tests run in the guest, and files they need there.
    for source in sorted(glob.glob(f"{build}/guest/*")):
        yield f"usr/bin/{os.path.basename(source)}", source, 0o755


def build_archive(build, kernel, extra=()):
    archive = Archive()
    for name in DIRS:
        archive.directory(name)
    archive.device("dev/console", 5, 1)
    archive.device("dev/null", 1, 3)
    archive.link("bin/sh", "busybox")
    seen = set()
    for path, source, mode in list(contents(build, kernel)) + list(extra):
        if path in seen:
            raise SystemExit(f"mkinitramfs: two files for /{path}, one is {source}: rename one")
        seen.add(path)
        archive.file(path, source, mode)
    return archive.finish()


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n\n", maxsplit=1)[0])
    parser.add_argument("--kernel", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--build", default=os.environ.get("B", "build"))
    args = parser.parse_args()

    data = gzip.compress(build_archive(args.build, args.kernel), compresslevel=1, mtime=0)
    try:
        with open(args.output, "rb") as f:
            if f.read() == data:
                return 0
    except FileNotFoundError:
        pass
    os.makedirs(os.path.dirname(os.path.abspath(args.output)), exist_ok=True)
    with open(args.output + ".new", "wb") as f:
        f.write(data)
    os.replace(args.output + ".new", args.output)
    print(f"  INITRD  {os.path.relpath(args.output, args.build)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
