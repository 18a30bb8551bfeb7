# SPDX-License-Identifier: GPL-2.0
"""
Machines and kernels on which the hypervisor must not start: `enable` refuses at once with the cause
and what helps, and Linux is as before. And those that look odd, and work.
"""

import re

import pytest

import life

GICV3 = "virt,gic-version=3"
BOOT_AT_EL2 = r"let the firmware start it at EL2 \(QEMU: -M virt,virtualization=on\)"

# What differs from the board: (options of Guest, errno's text, reason).
REFUSED = {
    "booted at EL1": (
        {"machine": f"{GICV3},its=off"}, "No such device",
        rf"Linux was booted at EL1 \(EOImode is 0\), so EL2 is absent or .*; {BOOT_AT_EL2}"),
    "booted at EL1, GICv2": (
        {"machine": "virt,gic-version=2"}, "No such device",
        rf"Linux was booted at EL1 \(it uses the virtual timer\), .*; {BOOT_AT_EL2}"),
    "KVM": (
        {"kvm": ""}, "Device or resource busy",
        r"KVM owns EL2 \(/dev/kvm exists\); boot Linux with kvm-arm\.mode=none"),
    "VHE": (
        {"cpu": "max"}, "Device or resource busy",
        r"Linux itself runs at EL2 \(VHE\); boot it with id_aa64mmfr1\.vh=0 kvm-arm\.mode=none"),
    "memory not reserved": (
        {"mem": "1G"}, "Device or resource busy",
        r"hypervisor_memory 0x7fc00000-0x7fffffff is not reserved; it is used by Linux itself: "
        r"0x7fc00000-0x7fffffff is System RAM; boot Linux with mem=1020M \(or less, .*\), or add "
        r"the range to the device tree's reserved-memory with no-map"),
    "two CPUs": (
        {"smp": 2}, "Invalid argument",
        r"CPU 2 of the root cell's CPU set does not exist; this machine has CPUs 0-1"),
    "CPUs offline": (
        {"extra_append": "maxcpus=2"}, "Device or resource busy",
        r"CPUs 2-3 of the root cell's CPU set are offline; bring them online first: "
        r"echo 1 >/sys/devices/system/cpu/cpu2/online"),
    "more CPUs": (
        {"smp": 6}, "Invalid argument",
        r"CPUs 4-5 are online, but not in the root cell's CPU set; add them to the system config "
        r"or boot with maxcpus="),
    "ITS": (
        {"machine": f"{GICV3},virtualization=on"}, "Device or resource busy",
        r"the interrupt translation service \S*its@8080000 is in use, and can be told to write to "
        r"any memory; disable it in the device tree \(QEMU: -M virt,its=off\)"),
    "GICv2": (
        {"machine": "virt,gic-version=2,virtualization=on"}, "No such device",
        r"the system config has a GICv3 with its distributor at 0x8000000 and redistributors at "
        r"0x80a0000, this machine has none; use the config of this machine"),
}


def machine(board, name, options):
    return board.guest(name=f"refuse-{re.sub('[^a-z0-9A-Z]+', '-', name)}-{board.board}", **options)


@pytest.mark.parametrize("name", REFUSED)
def test_refuses(board, name):
    options, errno, reason = REFUSED[name]
    with machine(board, name, options) as guest:
        life.insmod(guest)
        before = life.Partition.look(guest)
        output = life.refused(guest, f"jailhouse enable {life.ROOT_CONFIG}",
                              rf"^JAILHOUSE_ENABLE: {errno}\njailhouse: {reason}\n$")
        assert "Initializing" not in output
        assert re.search(rf"jailhouse: enable failed \(-\d+\): {reason}", guest.dmesg())
        assert life.Partition.look(guest) == before
        life.refused(guest, "jailhouse disable", "not enabled")
        life.succeeds(guest, "rmmod jailhouse")
        assert not life.complaints(guest)


def test_trusted_its_is_refused_by_the_hypervisor(board):
    """Linux has turned LPIs on, which nobody can turn off again: roll-back of all CPUs."""
    with machine(board, "its-trusted", {"machine": f"{GICV3},virtualization=on"}) as guest:
        life.insmod(guest, "its_trusted=1")
        before = life.Partition.look(guest)
        life.refused(guest, f"jailhouse enable {life.ROOT_CONFIG}",
                     r"Refused \(-16\): CPU \d takes LPIs",
                     r"jailhouse: CPU \d takes LPIs: .*; boot without it \(QEMU: its=off\)")
        assert life.Partition.look(guest) == before
        life.every_cpu_works(guest)
        assert not life.complaints(guest)


def test_max_without_vhe_works(board):
    """The parameter that the refusal of VHE names is the one that helps."""
    with machine(board, "max", {"cpu": "max", "extra_append": "id_aa64mmfr1.vh=0"}) as guest:
        life.insmod(guest)
        before = life.Linux.look(guest)
        for _ in range(2):
            life.enable(guest)
            life.create(guest)
            start = len(guest.uart1())
            life.load(guest, life.GIC_DEMO, "rate=100 report=20")
            life.start(guest)
            guest.wait_uart1("Timer fired 40 times", start=start)
            life.destroy(guest)
            life.every_cpu_works(guest)
            life.disable(guest)
        assert life.Linux.look(guest) == before
        life.every_cpu_works(guest)
        assert not life.complaints(guest)


def test_cpus_brought_online_as_the_refusal_says(board):
    with machine(board, "online", {"extra_append": "maxcpus=2"}) as guest:
        life.insmod(guest)
        output = life.refused(guest, f"jailhouse enable {life.ROOT_CONFIG}", "offline")
        guest.check(re.search(r"(echo 1 >\S+)", output)[1])
        output = life.refused(guest, f"jailhouse enable {life.ROOT_CONFIG}", "CPUs 3 of")
        guest.check(re.search(r"(echo 1 >\S+)", output)[1])
        life.enable(guest)
        life.every_cpu_works(guest)
        life.disable(guest)
        life.every_cpu_works(guest)
