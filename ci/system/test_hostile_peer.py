# SPDX-License-Identifier: GPL-2.0
"""
A cell that misuses its channels in every way that it is allowed to, while root and another cell use
theirs: they go on, and afterwards a well-behaved peer finds the link as new.
"""

import re

import pytest

import cellfile
import life
from test_channels import DEMO, FIRST, ROOT, SECOND, create, run_demo, talk

HOSTILE = "/usr/libexec/jailhouse/tests/hostile-peer.bin"
RAM_OF_FIRST = 0x7fa00000
WAYS = ["ring", "state", "reset", "rubbish", "net", "widths"]


def guest_files(board):
    return {ROOT: cellfile.quiet_system(board)}


@pytest.fixture(scope="module")
def system(guest):
    """Root has all three functions in use: by programs, and as a network that is up."""
    for module in ("uio", "uio_ivshmem", "ivshmem_net"):
        guest.check(f"insmod /lib/modules/{module}.ko")
    life.insmod(guest)
    life.enable(guest, ROOT)
    guest.check("echo 110a 4106 110a 4106 ff4000 ffffff >/sys/bus/pci/drivers/uio_ivshmem/new_id; "
                "ip addr add 192.168.19.1/24 dev eth0; ip link set eth0 up")
    create(guest, SECOND)
    run_demo(guest, SECOND, "target=0 period=50 quiet")
    yield guest
    guest.run("jailhouse disable", timeout=60)


def rounds(guest):
    return life.read_u64(guest, RAM_OF_FIRST + life.symbol("rounds", "tests/hostile-peer"))


@pytest.mark.parametrize("how", WAYS)
def test_others_do_not_suffer(system, how):
    create(system, FIRST)
    life.load(system, HOSTILE, f"how={how}", cell=FIRST)
    life.start(system, cell=FIRST)
    before = rounds(system)
    # Root and the second cell exchange messages, each of which is answered.
    assert "30 round trips" in talk(system, "-t 2 -n 30 -p 0 -q")
    system.check("ping -q -c 3 -i 0.1 -W 1 192.168.19.2 >/dev/null; true", timeout=60)
    life.every_cpu_works(system, 2)
    assert rounds(system) > before, "it does nothing any more"
    assert life.state(system, 1) == "running" and life.state(system, 2) == "running"
    assert life.sysfs(system, "cells/1/cpus_failed_list") == ""
    # A fresh peer in its place: messages, and the network.
    life.destroy(system, FIRST)
    create(system, FIRST)
    run_demo(system, FIRST, "target=0 period=50 quiet")
    assert "10 round trips" in talk(system, "-t 1 -n 10 -p 0 -q")
    life.load(system, "/usr/libexec/jailhouse/demos/net-demo.bin", cell=FIRST)
    life.start(system, cell=FIRST)
    # Linux drops what is sent before it has noticed the carrier.
    text = system.check("for i in $(seq 20); do ping -q -c 1 -W 1 192.168.19.2 >/dev/null && break; done; "
                        "ping -q -c 3 -i 0.05 -W 5 192.168.19.2", timeout=60)
    assert "3 packets received" in text
    life.destroy(system, FIRST)
    assert not life.complaints(system)


def test_it_was_noticed(system):
    """Frames that lied are counted, and no other error has happened."""
    errors = int(system.check("cat /sys/class/net/eth0/statistics/rx_errors"))
    assert errors > 0
    log = system.check("jailhouse console")
    assert not re.search("FATAL|violation", log)
