# SPDX-License-Identifier: GPL-2.0
"""
Memory that is plugged into the machine (virtio-mem) while the hypervisor is under Linux: it works where the
root cell has RAM, also beside cells that come and go, and does not come online elsewhere.
"""

import glob
import hashlib
import lzma
import os
import re

import pytest

import cellfile
import life
from guest import DOWNLOADS

# Needs a kernel with virtio-pci built in.
SPECIAL = True
ROOT = "/etc/test/root.cell"
SMALL = "/etc/test/small.cell"
MODULE = "/lib/modules/virtio_mem.ko"
MIB = 1 << 20
# Behind the RAM that the machine has from the beginning.
BASE, SIZE = 0x80000000, 256 * MIB
TEXT, TEXT_MIB = b"0123456789abcde\n", 96
ROUNDS = 3


def virtio_mem(kernel):
    (path,) = glob.glob(os.path.join(DOWNLOADS, "kernels", kernel, "root/lib/modules/*/kernel/drivers/virtio",
                                     "virtio_mem.ko*"))
    with lzma.open(path) if path.endswith(".xz") else open(path, "rb") as f:
        return f.read()


@pytest.fixture(scope="module")
def machine(board):
    small = cellfile.quiet_system(board)
    more = cellfile.Region(BASE, BASE, SIZE, cellfile.RAM & ~cellfile.LOADABLE | cellfile.DMA)
    initrd = life.initrd_with(board, "memory_hotplug", {
        ROOT: cellfile.with_ram(small, more), SMALL: small, MODULE: virtio_mem(board.kernel)})
    with board.guest(name=f"memory-hotplug-{board.board}", initrd=initrd,
                     memory=f"{board.memory},maxmem=4G", extra_append="memhp_default_state=online_movable",
                     qemu_args=["-object", f"memory-backend-ram,id=more,size={SIZE}",
                                "-device", f"virtio-mem-pci,id=plug,memdev=more,memaddr={BASE},requested-size=0"]
                     ) as guest:
        life.insmod(guest)
        guest.check(f"insmod {MODULE}; mkdir /tmp/much; mount -t tmpfs none /tmp/much")
        yield guest
    os.remove(initrd)


def plug(guest, size):
    """Asks Linux to have so much of it."""
    guest.qmp("qom-set", path="/machine/peripheral/plug", property="requested-size", value=size)


def total(guest):
    return int(re.search(r"MemTotal: +(\d+) kB", guest.check("cat /proc/meminfo"))[1]) * 1024


def free_movable(guest):
    """What of the plugged memory is not used: nothing else is in that zone."""
    pages = re.search(r"zone +Movable\n +pages free +(\d+)", guest.check("cat /proc/zoneinfo"))
    return int(pages[1]) * 4096


def wait(guest, condition, what):
    for _ in range(200):
        if condition():
            return
        guest.check("usleep 50000")
    raise AssertionError(f"{what} does not come:\n{guest.dmesg()[-1500:]}")


def unplug(guest):
    """Until Linux does not know it any more."""
    plug(guest, 0)
    wait(guest, lambda: f"{BASE:x}-" not in guest.check("grep 'System RAM' /proc/iomem || true"),
         "the end of the memory")


def use_it(guest):
    """Files with a known content lie in the plugged memory."""
    before = free_movable(guest)
    guest.check(f"yes {TEXT.decode().strip()} | head -c {TEXT_MIB * MIB} >/tmp/much/text", timeout=60)
    assert free_movable(guest) < before - TEXT_MIB * MIB * 3 // 4
    expected = hashlib.md5(TEXT * (TEXT_MIB * MIB // len(TEXT))).hexdigest()
    assert guest.check("md5sum /tmp/much/text; rm /tmp/much/text", timeout=60).split()[0] == expected


@pytest.mark.seconds(400)
def test_memory_comes_and_goes(machine):
    life.enable(machine, ROOT)
    empty, little = life.Partition.look(machine), total(machine)
    for _ in range(ROUNDS):
        life.create(machine)
        life.load(machine, life.GIC_DEMO, "rate=200 report=1000000 busy")
        life.start(machine)
        plug(machine, SIZE)
        wait(machine, lambda: total(machine) > little + SIZE * 3 // 4, "the memory")
        use_it(machine)
        assert life.state(machine) == "running"
        life.destroy(machine)
        use_it(machine)
        unplug(machine)
        assert total(machine) == little
    assert life.Partition.look(machine) == empty
    life.disable(machine)
    assert not life.complaints(machine)


def test_memory_that_is_not_roots(machine):
    life.enable(machine, SMALL)
    little = total(machine)
    plug(machine, SIZE)
    sentence = (f"jailhouse: memory 0x{BASE:x}-0x[0-9a-f]+ cannot come online: 0x{BASE:x} is not in the root "
                "cell's RAM; add it to the mem_regions of the system config")
    wait(machine, lambda: re.search(sentence, machine.dmesg()), "the refusal")
    assert total(machine) == little
    life.every_cpu_works(machine)
    # Known to Linux, and not used: the next hypervisor does not take that either.
    life.disable(machine)
    life.refused(machine, f"jailhouse enable {SMALL}",
                 f"Linux uses 0x{BASE:x}-0x[0-9a-f]+ as System RAM, of which 0x{BASE:x} is not in the root cell's")
    life.enable(machine, ROOT)
    life.disable(machine)
    unplug(machine)
    life.enable(machine, SMALL)
    life.disable(machine)
    assert not life.complaints(machine)
