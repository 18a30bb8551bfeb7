# SPDX-License-Identifier: GPL-2.0
"""
Machines, kernels and system configs with which the hypervisor must not start: `enable` refuses at
once with the cause and what helps, and Linux is as before. And those that look odd, and work.
"""

import re
import struct

import pytest

import boards
import cellfile
import facts
import life

BOOT_AT_EL2 = r"let the firmware start it at EL2 \(QEMU: -M virt,virtualization=on\)"
ITS_OFF = ",its=off"


def gic_sentence(config, found):
    """What is said of a GIC that is not where the config has it: (version, distributor, part)."""
    part = {2: "CPU interface", 3: "redistributors"}[config[0]]
    return (rf"the system config has a GICv{config[0]} with its distributor at {config[1]:#x} and "
            rf"{part} at {config[2]:#x}, this machine has a GICv{found[0]} at {found[1]:#x} and "
            rf"{found[2]:#x}; use the config of this machine")


def gic_of(f):
    return f.version, f.gicd, f.gic_part


def other_version(board):
    """The same machine with the other interrupt controller, and the facts of its row."""
    machine = board.machine.replace(ITS_OFF, "")
    if facts.of(board).version == 2:
        machine = machine.replace("gic-version=2", "gic-version=3") + ITS_OFF
    else:
        machine = machine.replace("gic-version=3", "gic-version=2")
    (row,) = {row.root: row for row in boards.load()
              if row.machine == machine and row.smp == board.smp}.values()
    return machine, row


def refused(board):
    """What differs from the board: {name: (options of Guest, errno's text, reason)}."""
    f = facts.of(board)
    machine, row = other_version(board)
    table = {
        "booted at EL1": (
            {"machine": board.machine.replace(",virtualization=on", "")}, "No such device",
            {2: rf"Linux was booted at EL1 \(it uses the virtual timer\), .*; {BOOT_AT_EL2}",
             3: rf"Linux was booted at EL1 \(EOImode is 0\), so EL2 is absent or .*; {BOOT_AT_EL2}"
             }[f.version]),
        "other interrupt controller": (
            {"machine": machine}, "No such device",
            gic_sentence(gic_of(f), gic_of(facts.of(row)))),
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
    }
    if f.version == 3:
        table["ITS"] = (
            {"machine": board.machine.replace(ITS_OFF, "")}, "Device or resource busy",
            r"the interrupt translation service \S*its@8080000 is in use, and can be told to write "
            r"to any memory; disable it in the device tree \(QEMU: -M virt,its=off\)")
    return table


def machine(board, name, options):
    return board.guest(name=f"refuse-{re.sub('[^a-z0-9A-Z]+', '-', name)}-{board.board}", **options)


@pytest.mark.cases(("name",), lambda board: [(name,) for name in refused(board)])
def test_refuses(board, name):
    options, errno, reason = refused(board)[name]
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


@facts.on_gic(3)
def test_trusted_its_is_refused_by_the_hypervisor(board):
    """Linux has turned LPIs on, which nobody can turn off again: roll-back of all CPUs."""
    with machine(board, "its-trusted", {"machine": board.machine.replace(ITS_OFF, "")}) as guest:
        life.insmod(guest, "its_trusted=1")
        before = life.Partition.look(guest)
        life.refused(guest, f"jailhouse enable {life.ROOT_CONFIG}",
                     r"jailhouse: CPU \d takes LPIs: .*; boot without it \(QEMU: its=off\)")
        assert re.search(r"^Refused \(-16\): CPU \d takes LPIs", guest.check("jailhouse console"),
                         re.M)
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


# --- system configs that are good, but not for this machine ----------------------------------------

NOT_A_DEVICE, LINUX_MEMORY, SECURE_UART = 0x09050000, 0x50000000, 0x09040000
NO_CONSOLE = (r"the system config has its debug_console at {:#x}, where this machine {}; correct it, "
              r"or leave it out")


def with_console(board, address):
    """With the inmates' UART as the hypervisor's, but elsewhere."""
    console = struct.pack("<Q", address) + facts.of(board).demo.console[8:]
    return cellfile.patched(cellfile.built(board.root), cellfile.DEBUG_CONSOLE, console)


def misfits(board):
    """{name: (config, errno, reason)}"""
    f = facts.of(board)
    config = f.system.data
    _, row = other_version(board)
    away = f.gicd + 0x1000000
    part_at = {2: cellfile.GICC_BASE, 3: cellfile.GICR_BASE}[f.version]

    def at(offset, address):
        return cellfile.patched(config, offset, struct.pack("<Q", address))

    table = {
        "gic-version": (cellfile.built(row.root), "No such device",
                        gic_sentence(gic_of(facts.of(row)), gic_of(f))),
        "gicd": (at(cellfile.GICD_BASE, away), "No such device",
                 gic_sentence((f.version, away, f.gic_part), gic_of(f))),
        "gic-part": (at(part_at, f.gic_part + 0x20000), "No such device",
                     gic_sentence((f.version, f.gicd, f.gic_part + 0x20000), gic_of(f))),
        "cpu": (cellfile.patched(config, cellfile.SYSTEM_SIZE, cellfile.cpu_mask(*range(5))),
                "Invalid argument",
                "CPU 4 of the root cell's CPU set does not exist; this machine has CPUs 0-3"),
        "console": (with_console(board, NOT_A_DEVICE), "No such device",
                    NO_CONSOLE.format(NOT_A_DEVICE, "has no device")),
        "console-in-memory": (with_console(board, LINUX_MEMORY), "No such device",
                              NO_CONSOLE.format(LINUX_MEMORY, "has no device")),
    }
    if f.version == 2:
        # Inside of what the device tree has, so that only the hypervisor finds out.
        table["gicc-page"] = (at(part_at, f.gic_part + 0x1000), "No such device",
                              rf"there is no GICv2 CPU interface at {f.gic_part + 0x1000:#x} \(IIDR "
                              r"says architecture \d+\); check gicc_base")
    if f.secure:
        table["secure-console"] = (
            with_console(board, SECURE_UART), "No such device",
            NO_CONSOLE.format(SECURE_UART, "has a device of the secure world"))
    return table


ALL_SPIS = "/etc/test/all-spis.cell"
FAR_UART = "/etc/test/far-uart.cell"
# Where nothing is.
FAR = 0x0e000000


def guest_files(board):
    """For `guest`: the misfits; the last bank of interrupts moved to the end of what can be; and a
    cell whose UART is where nothing is."""
    config = facts.of(board).system.data
    bank = struct.pack("<QII", facts.of(board).gicd, 0, 160)
    assert config.count(bank) == 1
    demo = facts.of(board).demo
    far = [cellfile.Region(FAR, FAR, region.size, region.flags)
           if region.phys == facts.of(board).uart else region for region in demo.regions]
    cell = cellfile.Cell(regions=far, console=struct.pack("<Q", FAR) + demo.console[8:],
                         flags=cellfile.PASSIVE_COMMREG)
    return {ALL_SPIS: config.replace(bank, bank[:12] + struct.pack("<I", 896)),
            FAR_UART: cell.pack(),
            **{f"/etc/test/{name}.cell": misfit[0] for name, misfit in misfits(board).items()}}


@pytest.fixture(scope="module")
def loaded(guest):
    life.insmod(guest)
    return guest


@pytest.mark.cases(("name",), lambda board: [(name,) for name in misfits(board)])
def test_config_that_does_not_fit(loaded, board, name):
    _, errno, reason = misfits(board)[name]
    before = life.Partition.look(loaded)
    life.refused(loaded, f"jailhouse enable /etc/test/{name}.cell", f"JAILHOUSE_ENABLE: {errno}",
                 f"jailhouse: {reason}\n")
    assert life.Partition.look(loaded) == before
    life.every_cpu_works(loaded)


def test_root_may_list_interrupts_that_do_not_exist(loaded, board):
    life.enable(loaded, ALL_SPIS)
    life.create(loaded)
    begin = len(loaded.uart1())
    life.load(loaded, life.UART_DEMO, facts.of(board).uart_demo())
    life.start(loaded)
    loaded.wait_uart1("Hello 1 from cell!", start=begin)
    loaded.write_uart1(b"Z")
    loaded.wait_uart1("Received: 'Z'", start=begin)
    life.disable(loaded)
    life.every_cpu_works(loaded)


def test_cell_with_its_uart_at_a_wrong_place(loaded):
    """What it does then is its own affair; Linux takes its CPU back."""
    life.enable(loaded)
    life.create(loaded, FAR_UART)
    life.load(loaded, life.GIC_DEMO)
    life.start(loaded)
    loaded.check("usleep 300000; nproc")
    life.destroy(loaded)
    life.disable(loaded)
    life.every_cpu_works(loaded)
    assert not life.complaints(loaded)
