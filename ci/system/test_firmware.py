# SPDX-License-Identifier: GPL-2.0
"""
Machines with firmware at EL3 that is not ours and not QEMU's: what root asks arrives there and comes
back, what a cell asks does not arrive, and the firmware's CPUs and machine are in order afterwards.
"""

import dataclasses
import os
import re
import uuid

import pytest

import life

# For the machines whose row names this file.
SPECIAL = True

PARAMETERS = "/sys/module/root_attack/parameters"
NOT_SUPPORTED = (1 << 64) - 1

# Arm DEN 0028 and 0022: function identifiers.
SMCCC_VERSION = 0x80000000
SMCCC_ARCH_FEATURES = 0x80000001
WORKAROUND_1, WORKAROUND_3 = 0x80008000, 0x80003fff
PSCI_VERSION = 0x84000000
PSCI_AFFINITY_INFO = 0xc4000004
SYSTEM_OFF, SYSTEM_RESET = 0x84000008, 0x84000009
STANDARD_CALL_UID, STANDARD_REVISION = 0x8400ff01, 0x8400ff03
SIP_CALL_UID = 0x8200ff01
TRUSTED_OS_CALL_UID = 0xbf00ff01
# Of Trusted Firmware-A's standard service (services/std_svc).
STANDARD_UID = uuid.UUID("108d905b-f863-47e8-ae2d-c0fb5641f6e2")


def guest_files(board):
    return {"/lib/modules/root_attack.ko": life.build_module(board.kernel, "root_attack")}


@pytest.fixture(scope="module")
def system(guest):
    life.insmod(guest)
    guest.check("insmod /lib/modules/root_attack.ko")
    return guest


@pytest.fixture
def enabled(system):
    """Enabled, for one test."""
    life.enable(system)
    yield system
    life.disable(system)


def smc(guest, function, *arguments):
    """An SMC of Linux: what comes back in x0 to x3."""
    words = [function, *arguments] + [0] * (3 - len(arguments))
    guest.check(f"echo 'smc {' '.join(f'0x{word:x}' for word in words)}' >{PARAMETERS}/op")
    return [int(word, 16)
            for word in guest.check(f"cat {PARAMETERS}/result {PARAMETERS}/more").split()]


def as_uid(words):
    return uuid.UUID(bytes_le=b"".join(word.to_bytes(4, "little") for word in words))


@dataclasses.dataclass
class Answers:
    """What Linux gets from the firmware, or from who answers in its place."""

    psci: int
    smccc: int
    workarounds: list
    services: list

    @classmethod
    def look(cls, guest):
        return cls(psci=smc(guest, PSCI_VERSION)[0],
                   smccc=smc(guest, SMCCC_VERSION)[0],
                   workarounds=[smc(guest, SMCCC_ARCH_FEATURES, number)[0]
                                for number in (WORKAROUND_1, WORKAROUND_3)],
                   services=[smc(guest, number) for number in
                             (STANDARD_CALL_UID, STANDARD_REVISION, SIP_CALL_UID,
                              TRUSTED_OS_CALL_UID)])


def power(guest, cpu):
    """AFFINITY_INFO: 0 on, 1 off."""
    return smc(guest, PSCI_AFFINITY_INFO, cpu, 0)[0]


def plug(guest, cpu, on):
    guest.check(f"echo {on} >/sys/devices/system/cpu/cpu{cpu}/online")


def unplug_each(guest):
    """Every CPU but the first goes off and comes back; who answers SMCs agrees."""
    for cpu in (1, 2, 3):
        plug(guest, cpu, 0)
        assert power(guest, cpu) == 1 and power(guest, 0) == 0
        plug(guest, cpu, 1)
        assert power(guest, cpu) == 0
    life.every_cpu_works(guest)


def test_the_firmware_booted(guest):
    assert re.search(r"NOTICE:  BL31: v\d", guest.uart1())
    assert re.search(r"psci: PSCIv1\.\d detected in firmware", guest.dmesg())


def test_firmware_answers_root(system):
    """What is forwarded is the same as without hypervisor, in every register; what the hypervisor
    answers itself is no more than the firmware has."""
    before = Answers.look(system)
    assert as_uid(before.services[0]) == STANDARD_UID
    assert before.workarounds[0] == 0
    life.enable(system)
    enabled = Answers.look(system)
    assert enabled.services == before.services
    assert enabled.workarounds == before.workarounds
    assert enabled.psci == 0x10001 <= before.psci
    assert enabled.smccc == 0x10001 <= before.smccc
    assert smc(system, WORKAROUND_1)[0] != NOT_SUPPORTED
    life.disable(system)
    assert Answers.look(system) == before


def test_smcs_of_root_are_counted(enabled):
    before = life.stats(enabled, 0)["smccc"]
    for _ in range(10):
        smc(enabled, STANDARD_CALL_UID)
    assert life.stats(enabled, 0)["smccc"] >= before + 10


@pytest.mark.parametrize("function", [STANDARD_CALL_UID, STANDARD_REVISION])
def test_firmware_is_closed_to_cells(enabled, function):
    assert smc(enabled, function)[0] != NOT_SUPPORTED
    life.create(enabled)
    begin = life.forbidden(enabled, "smc-one", f"function=0x{function:x}")
    enabled.wait_uart1(f"SMC 0x{function:x}: -1\\b", start=begin)
    life.destroy(enabled)


def test_cell_may_use_workarounds(enabled):
    """The mitigations against its own neighbours are a cell's too."""
    life.create(enabled)
    begin = life.forbidden(enabled, "smccc")
    enabled.wait_uart1(r"ARCH_FEATURES\(WORKAROUND_1\) 0\b", start=begin)
    life.destroy(enabled)


def test_hotplug(system):
    """Before, while and after: the firmware never has another idea of a CPU than Linux."""
    before = life.Linux.look(system)
    unplug_each(system)
    life.enable(system)
    unplug_each(system)
    life.create(system)
    life.load(system, life.GIC_DEMO, "rate=100 report=10")
    life.start(system)
    life.destroy(system)
    life.disable(system)
    unplug_each(system)
    life.enable(system)
    life.disable(system)
    assert life.Linux.look(system) == before
    assert not life.complaints(system)


def busy(guest):
    """Enabled, with a cell that runs."""
    life.insmod(guest)
    life.enable(guest)
    life.create(guest)
    life.load(guest, life.GIC_DEMO, "rate=100 report=10")
    life.start(guest)


def test_end_of_the_machine(board):
    """SYSTEM_RESET and SYSTEM_OFF of root, while the hypervisor is enabled and a cell runs, go through
    the firmware; after the reset all works once more."""
    initrd = life.initrd_with(board, "firmware-end", guest_files(board))
    with board.guest(name=f"end-{board.board}", reboot=True, initrd=initrd) as guest:
        busy(guest)
        guest.check("insmod /lib/modules/root_attack.ko")
        guest.proc.send(f"echo 'smc 0x{SYSTEM_RESET:x} 0' >{PARAMETERS}/op\n")
        guest.wait_boot()
        assert len(re.findall(r"NOTICE:  BL31: v\d", guest.uart1())) == 2
        busy(guest)
        guest.check("insmod /lib/modules/root_attack.ko")
        command = f"echo 'smc 0x{SYSTEM_OFF:x} 0' >{PARAMETERS}/op"
        assert guest.end_by(command) == "guest-shutdown"
    os.remove(initrd)


def test_poweroff(system):
    """The last test of this guest: Linux in an orderly way, which ends the hypervisor before."""
    life.succeeds(system, "rmmod jailhouse")
    busy(system)
    assert system.end_by("poweroff -f") == "guest-shutdown"
    assert system.wait_exit()
    assert "goes down with the hypervisor enabled" not in system.console()
