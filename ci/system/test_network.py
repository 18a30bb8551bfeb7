# SPDX-License-Identifier: GPL-2.0
"""
The network between root and a cell: carrier, ping, TCP, restarts of either side.
"""

import re

import pytest

import cellfile
import life

CELL, CONFIG = "ivshmem-demo", "/etc/jailhouse/qemu-arm64-ivshmem-demo.cell"
DEMO = "/usr/libexec/jailhouse/demos/net-demo.bin"
ROOT = "/etc/test/root.cell"
PEER, OWN = "192.168.19.2", "192.168.19.1"


def guest_files(board):
    return {ROOT: cellfile.quiet_system(board)}


@pytest.fixture(scope="module")
def system(guest):
    guest.check("insmod /lib/modules/ivshmem_net.ko")
    life.insmod(guest)
    life.enable(guest, ROOT)
    yield guest
    guest.run("jailhouse disable", timeout=60)


def link(guest):
    """The name of the interface."""
    return guest.check("basename /sys/bus/pci/drivers/ivshmem_net/*/net/*").strip()


def carrier(guest, wanted, seconds=10):
    status, output = guest.run(
        f"for i in $(seq {seconds * 20}); do [ \"$(cat /sys/class/net/{link(guest)}/carrier)\" = {wanted} ] "
        "&& exit 0; usleep 50000; done; exit 1", timeout=seconds + 20)
    assert status == 0, f"the carrier is not {wanted} after {seconds} s {output}"


def run_cell(guest, parameters=f"ip={PEER} reflect"):
    life.load(guest, DEMO, parameters, cell=CELL)
    life.start(guest, cell=CELL)


def ping(guest, count=5, size=56):
    text = guest.check(f"ping -q -c {count} -i 0.05 -s {size} -W 5 {PEER}", timeout=60)
    assert re.search(rf"{count} packets transmitted, {count} packets received, 0% packet loss", text), text


def test_link(system):
    name = link(system)
    system.check(f"ip addr add {OWN}/24 dev {name}; ip link set {name} up")
    assert system.check(f"cat /sys/class/net/{name}/carrier").strip() == "0"
    life.create(system, CONFIG)
    run_cell(system)
    carrier(system, 1)
    assert "2048 slots" in system.check("jailhouse console")


def test_ping(system):
    ping(system)
    ping(system, size=1400)
    ping(system, count=3, size=8000)


def test_large_mtu(system):
    name = link(system)
    # What an IPv4 packet can have; the section has room for much more.
    system.check(f"ip link set {name} mtu 65517")
    ping(system, count=3, size=20000)
    status, _ = system.run(f"ip link set {name} mtu 65518")
    assert status != 0
    system.check(f"ip link set {name} mtu 1500")


def transfer(guest, address, mib):
    """To a server of the same Linux; returns seconds. (A server without input would hang up.)"""
    guest.check(f"dd if=/dev/urandom of=/tmp/out bs=1024k count={mib} 2>/dev/null; rm -f /tmp/in; "
                "(sleep 100 | nc -l -p 5001 >/tmp/in) & sleep 0.5", timeout=60)
    start = float(guest.check("cut -d' ' -f1 /proc/uptime"))
    guest.check(f"nc {address} 5001 </tmp/out & for i in $(seq 1000); do "
                "[ $(stat -c %s /tmp/in) = $(stat -c %s /tmp/out) ] && break; usleep 20000; done; "
                "kill $! 2>/dev/null; true", timeout=110)
    seconds = float(guest.check("cut -d' ' -f1 /proc/uptime")) - start
    guest.check("cmp /tmp/out /tmp/in && { killall sleep nc 2>/dev/null; true; }")
    return seconds


def test_tcp(system):
    """Through the cell and back, all of it right. How fast, against the same Linux's loopback, is
    printed and judges nothing."""
    system.check("ip link set lo up")
    through, loopback = transfer(system, PEER, 4), transfer(system, OWN, 4)
    print(f"4 MiB by TCP: {through:.2f} s through the cell and back, {loopback:.2f} s by loopback")


def test_many_pings_lose_nothing(system):
    """All that were sent come back over the interface. (The program itself may miss some, where Linux
    has no time for it.)"""
    counter = f"cat /sys/class/net/{link(system)}/statistics/rx_packets"
    before = int(system.check(counter))
    text = system.check(f"ping -q -c 2000 -i 0.001 -W 5 {PEER}", timeout=110)
    assert "2000 packets transmitted" in text
    assert int(system.check(counter)) - before >= 2000, text


@pytest.mark.parametrize("how", ["restart", "recreate", "link"])
def test_restarts_of_either_side(system, how):
    """A fresh peer: the carrier goes and comes, and packets go on."""
    for _ in range(3):
        if how == "link":
            system.check(f"ip link set {link(system)} down; ip link set {link(system)} up")
        else:
            if how == "restart":
                life.succeeds(system, f"jailhouse cell shutdown {CELL}")
            else:
                life.destroy(system, CELL)
                life.create(system, CONFIG)
            carrier(system, 0)
            run_cell(system)
        carrier(system, 1)
        ping(system, count=3)
    assert not life.complaints(system)


def test_driver_comes_and_goes(system):
    for _ in range(3):
        system.check("rmmod ivshmem_net; insmod /lib/modules/ivshmem_net.ko")
        system.check(f"ip addr add {OWN}/24 dev {link(system)}; ip link set {link(system)} up")
        carrier(system, 1)
        ping(system, count=2)


def test_disable_with_the_link_up(system):
    life.disable(system)
    assert system.check("ls /sys/bus/pci/drivers/ivshmem_net | grep -c :; true").strip() == "0"
    assert not life.complaints(system)
