# SPDX-License-Identifier: GPL-2.0
"""The ground the other tests stand on: a stock kernel boots, and the driver loads and unloads."""

import re

import pytest

import facts
from guest import GuestDied, kernel_release


def test_stock_kernel(guest, kernel):
    assert guest.check("uname -r").strip() == kernel_release(kernel)
    assert "Debian" in guest.check("uname -v")
    # 4096: out of tree module; nothing is loaded yet, so nothing may taint.
    assert guest.check("cat /proc/sys/kernel/tainted").strip() == "0"


def test_all_cpus_are_online(guest, board):
    assert int(guest.check("nproc")) == board.smp
    assert guest.check("cat /sys/devices/system/cpu/online").strip() == f"0-{board.smp - 1}"


def test_booted_at_el2(guest):
    assert re.search(r"CPU: All CPU\(s\) started at EL2", guest.dmesg())


def test_memory_is_left_for_cells(guest):
    total = int(re.search(r"MemTotal:\s+(\d+) kB", guest.check("cat /proc/meminfo"))[1])
    assert total < 768 * 1024
    before = guest.check("devmem 0x70000000 32").strip()
    guest.check("devmem 0x70000000 32 0x12345678")
    assert guest.check("devmem 0x70000000 32").strip() == "0x12345678"
    guest.check(f"devmem 0x70000000 32 {before}")


def test_second_uart_is_connected(guest, board):
    start = len(guest.uart1())
    guest.check(f"echo hello from root >/dev/{facts.of(board).uart_tty}")
    guest.wait_uart1("hello from root", start=start)


def test_exit_status_and_output_arrive(guest):
    assert guest.run("echo out; echo err >&2; exit 7") == (7, "out\nerr\n")
    assert guest.run("printf no-newline") == (0, "no-newline")


def test_everything_is_installed(guest, board):
    for path in ("/usr/sbin/jailhouse", "/lib/modules/jailhouse.ko", "/lib/firmware/jailhouse.bin",
                 f"/etc/jailhouse/{board.root}.cell", f"/etc/jailhouse/{board.cells}-inmate-demo.cell",
                 "/usr/libexec/jailhouse/demos/gic-demo.bin"):
        assert guest.run(f"test -s {path}")[0] == 0, f"{path} is missing or empty"


def test_module_loads_and_unloads(guest):
    for _ in range(3):
        guest.check("insmod /lib/modules/jailhouse.ko")
        assert guest.run("test -c /dev/jailhouse")[0] == 0
        assert guest.check("cat /sys/devices/jailhouse/enabled").strip() == "0"
        guest.check("rmmod jailhouse")
        assert guest.run("test -e /dev/jailhouse")[0] != 0
    assert not re.search(r"BUG|Oops|WARNING|Call trace", guest.dmesg())


@pytest.mark.cases(("by_qemu",), lambda board:
                   [(False,), (True,)] if board.board == "virt-gicv3-6.1" else [])
def test_end_of_the_machine_is_explained(fresh_guest, by_qemu):
    """QEMU is killed; or it ends since the guest's shell died."""
    if by_qemu:
        fresh_guest.end_qemu()
    with pytest.raises(GuestDied, match="was ended by SIGKILL" if by_qemu else "ended with status 0"):
        fresh_guest.run("kill -9 $PPID; sleep 10")
    assert by_qemu or "the guest's shell ended with status 137" in fresh_guest.console()
