# SPDX-License-Identifier: GPL-2.0
"""
Everything that an inmate must not do, done by it: each misbehaviour parks its CPU with the report
that is written here, or is answered as written here. Meanwhile root runs on, and so does a witness:
a cell on another CPU, whose timer interrupts go on and whose CPU never enters the hypervisor.
"""

import dataclasses
import functools
import re

import pytest

import cellfile
import facts
import life
from cellfile import Region

CELL = life.DEMO
# How often it is looked at, 10 interrupts later each time, before it stands still.
WITNESS_LOOKS = 100
WITNESS_RAM = 0x7f900000
# The offender answers nobody; do not wait the two seconds of the demo's config for it.
REPLY_TIMEOUT_OFFSET = 92
REPLY_TIMEOUT = (200000).to_bytes(8, "little")

# --- what reports say -----------------------------------------------------------------------------

ODD = ("access to a filtered register by an instruction that only the hardware can perform (pair, "
       "write-back, vector, exclusive or cache maintenance)")
READ, WRITE, FETCH = (f"Unhandled {what}" for what in ("data read", "data write",
                                                       "instruction fetch"))
DATA, CODE = "data abort, translation fault", "instruction abort, translation fault"
WALK = ", met on a walk of the cell's own tables"
CAN_READ = "JAILHOUSE_MEM_READ"
CAN_READ_IO = "JAILHOUSE_MEM_READ | JAILHOUSE_MEM_IO"
CAN_WRITE = "JAILHOUSE_MEM_READ | JAILHOUSE_MEM_WRITE"
CAN_EXECUTE = "JAILHOUSE_MEM_READ | JAILHOUSE_MEM_EXECUTE"


def gicd(headline, syndrome=DATA):
    """The lines of a report about the distributor; the address is in the headline."""
    address = re.search(r"0x\w+", headline)[0]
    return [headline, syndrome,
            f"{address} is in the interrupt distributor; no config line can allow this"]


def region(headline, access, owner, syndrome=DATA):
    """The lines of a report about a page that someone owns, and what would allow the access."""
    address = re.search(r"0x\w+", headline)[0]
    page = int(address, 16) & ~0xfff
    return [headline, syndrome,
            f"{address} {owner}",
            f'to allow it, add to mem_regions of "{CELL}":',
            f"{{ .phys_start = 0x{page:x}, .virt_start = 0x{page:x}, .size = 0x1000,",
            f"  .flags = {access} }},"]


def witness_ram(headline, access):
    return region(headline, f"{access} | JAILHOUSE_MEM_ROOTSHARED",
                  f'is in region 0 (witness RAM) of cell "witness" ({WITNESS_RAM:#x}, '
                  "size 0x100000)")


class Tables:
    """What is expected on one board. A misbehaviour that makes no sense there is not in it."""

    def __init__(self, board):
        f = self.facts = facts.of(board)
        self.names = {name for table in (parked, answered, endless)
                      for version in (2, 3) for name in table(f, version)}
        self.parked = parked(f, f.version)
        self.aimed = aimed(f)
        self.answered = answered(f, f.version)
        self.endless = endless(f, f.version)
        self.aborted = aborted(f)


def owned(f, headline, access, syndrome=DATA):
    """The lines of a report about something that the root cell has."""
    address = int(re.search(r"0x\w+", headline)[0], 16)
    return region(headline, access, f"is in {facts.described(f.root, address)}", syndrome)


def parked(f, version):
    """{test: lines of the report}"""
    def dist(what, offset, bytes_, syndrome=DATA):
        return gicd(f"{what} at {f.gicd + offset:#x}({bytes_})", syndrome)

    def of_root(what, address, bytes_, access, syndrome=DATA):
        return owned(f, f"{what} at {address:#x}({bytes_})", access, syndrome)

    read, write = "Invalid MMIO read", "Invalid MMIO write"
    common = {
        # Filtered registers, by instructions that carry no syndrome.
        "gicd-read-pair": dist(ODD, 0x100, 0),
        "gicd-write-pair": dist(ODD, 0x100, 0),
        "gicd-read-writeback": dist(ODD, 0x100, 0),
        "gicd-write-writeback": dist(ODD, 0x104, 0),
        "gicd-read-simd": dist(ODD, 0x100, 0),
        "gicd-write-simd": dist(ODD, 0x100, 0),
        "gicd-read-exclusive": dist(ODD, 0x100, 0),
        "gicd-zero": dist(ODD, 0, 0),
        # ... of a wrong size or alignment.
        "gicd-read-unaligned": dist(read, 1, 4),
        "gicd-write-unaligned": dist(write, 0x102, 4),
        "gicd-read-byte": dist(read, 0, 1),
        "gicd-read-half": dist(read, 0, 2),
        "gicd-read-double": dist(read, 0, 8),
        "gicd-write-double": dist(write, 0x100, 8),
        "gicd-execute": dist(FETCH, 0, 0, CODE),
        # Memory of others: data, code, stack, tables, vectors, cache maintenance.
        "read-outside": of_root(READ, 0x70000000, 4, CAN_READ),
        "write-outside": of_root(WRITE, 0x70000000, 4, CAN_WRITE),
        "read-widths-outside": of_root(READ, 0x70000001, 1, CAN_READ),
        "read-beyond-ram": of_root(READ, 0x100000, 4, CAN_READ_IO),
        "read-sweep": of_root(READ, 0x4000000, 4, CAN_READ_IO),
        "jump-outside": of_root(FETCH, 0x70000000, 0, CAN_EXECUTE, CODE),
        "jump-unaligned": of_root(FETCH, 0x70000002, 0, CAN_EXECUTE, CODE),
        "broken-stack": of_root(WRITE, 0x70000ff0, 0, CAN_WRITE),
        "tables-in-hole": of_root(FETCH, 0x70000000, 0, CAN_EXECUTE, CODE + WALK),
        "walk-into-hole": of_root(READ, 0x70000000, 0, CAN_READ, DATA + WALK),
        "vectors-in-hole": of_root(FETCH, 0x70000200, 0, CAN_EXECUTE, CODE),
        "zero-outside": of_root(WRITE, 0x70000000, 0, CAN_WRITE),
        "atomic-outside": of_root(READ, 0x70000000, 0, CAN_READ),
        # By programs of AArch32.
        "aarch32-read-outside": of_root(READ, 0x70000000, 4, CAN_READ),
        "aarch32-write-outside": of_root(WRITE, 0x70000000, 4, CAN_WRITE),
        "aarch32-jump-outside": of_root(FETCH, 0x70000000, 0, CAN_EXECUTE, CODE),
    }
    # Interrupts that are sent to foreign CPUs.
    return common | {
        2: {test: dist(write, 0x800 + f.uart_intid, 1) for test in ("target-foreign", "target-all")},
        3: {test: dist(write, 0x6000 + 8 * f.uart_intid, 8)
            for test in ("route-foreign", "route-any")},
    }[version]


HYPERVISOR = "is in the hypervisor's memory; no config line can allow this"


def aimed(f):
    """The same, aimed at what lies outside of root too: {(test, parameters): lines}."""
    start = f.system.hypervisor.phys
    last = start + f.system.hypervisor.size - 0x2000
    device = f.linux_device.phys
    table = {
        ("read-outside", f"addr={start:#x}"): [f"{READ} at {start:#x}(4)", DATA,
                                               f"{start:#x} {HYPERVISOR}"],
        ("write-outside", f"addr={last:#x}"): [f"{WRITE} at {last:#x}(4)", DATA,
                                               f"{last:#x} {HYPERVISOR}"],
        ("jump-outside", f"addr={start:#x}"): [f"{FETCH} at {start:#x}(0)", CODE,
                                               f"{start:#x} {HYPERVISOR}"],
        ("read-outside", f"addr={WITNESS_RAM:#x}"):
            witness_ram(f"{READ} at {WITNESS_RAM:#x}(4)", CAN_READ),
        ("write-outside", f"addr={WITNESS_RAM:#x}"):
            witness_ram(f"{WRITE} at {WITNESS_RAM:#x}(4)", CAN_WRITE),
        ("write-outside", f"addr={device:#x}"):
            owned(f, f"{WRITE} at {device:#x}(4)", f"{CAN_WRITE} | JAILHOUSE_MEM_IO"),
        ("read-outside", "addr=0x40000000"): owned(f, f"{READ} at 0x40000000(4)", CAN_READ),
        ("read-outside", "addr=0x0e000000"):
            region(f"{READ} at 0xe000000(4)", CAN_READ,
                   "belongs to nobody: no cell's config lists it"),
        ("jump-outside", f"addr={f.gicd:#x}"): gicd(f"{FETCH} at {f.gicd:#x}(0)", CODE),
    }
    if f.version == 3:
        frame = f.gic_part
        table["jump-outside", f"addr={frame:#x}"] = [
            f"{FETCH} at {frame:#x}(0)", CODE,
            f"{frame:#x} is in an interrupt redistributor; no config line can allow this"]
    return table


# --- what others see ------------------------------------------------------------------------------

NOTHING = ["no exception"]
UNDEFINED = ["exception EC 0x00 ESR 0x02000000 FAR 0x0"]
ARRIVED = "arrived here"
MANAGEMENT = ("0x0 0x0 0x0", "0x1 0x0 0x0", "0x1 0xffffffffffffffff 0x0", "0x2 0x1 0x0",
              "0x3 0x1 0x0", "0x4 0x1 0x0", "0x4 0x0 0x0", "0x6 0x1 0x0", "0x9 0x0 0x0")

def answered(f, version):
    """{test: lines}: in this order, and no others; each a regular expression."""
    model = f.model
    lowest = f"0x{model.lowest:x}"
    # Nothing of it can be seen or changed.
    not_ours = ["enable of INTID {0}: 0"] * 2 + [
        "pending of INTID {0}: 0", "active of INTID {0}: 0", "priority 0x0", "configuration 0",
        "route 0x0", *NOTHING]
    common = {
        "gicd-read-unaligned-device": [f"exception EC 0x25 ESR 0x96000021 FAR {f.gicd + 1:#x}"],
        "gicd-control": [f"CTLR {model.ctlr:#x} TYPER {model.typer:#x}",
                         f"CTLR {model.ctlr:#x} after writing 0"] + NOTHING,
        "gicd-read-all": [r"sum 0x\w+"] + NOTHING,
        "aarch32-gicd-read": [f"r0 {model.typer:#x} in A32, {model.typer:#x} in T32"] + NOTHING,
        "spi-foreign": [line.format(facts.LINUX_INTID) for line in not_ours],
        "spi-own": [f"enable of INTID {f.uart_intid}: 1", "1 interrupts arrived",
                    f"enable of INTID {f.uart_intid}: 0"],
        # Priority 0 belongs to the hypervisor's kick.
        "priority-zero": [f"priorities: timer {lowest}, SGI 0 {lowest}, SPI {lowest}"] + NOTHING,
        "show-comm": ["revision 2 state 0 flags 0x1", f"console {f.uart:#x} type 3 flags 0x3",
                      f"GIC {f.version}: {f.gicd:#x} {f.system.gicc:#x} {f.system.gicr:#x}",
                      f"PCI {f.system.pci_mmconfig:#x}, vPCI SPI 0"],
        "gicd-write-exclusive": NOTHING,
        "gicd-read-signed": NOTHING,
        "gicd-write-all": ["0 exceptions"] + NOTHING,
        "actlr-read": ["value 0x0"] + NOTHING,
        "actlr-write": NOTHING,
        "impdef-read": [r"value 0x\w+"] + UNDEFINED,
        "impdef-write": UNDEFINED,
        "unallocated-read": [r"value 0x\w+"] + UNDEFINED,
        "unallocated-write": UNDEFINED,
        "id-space-read": ["value 0x0"] + NOTHING,
        "el2-read": [r"value 0x\w+"] + UNDEFINED,
        "el2-write": UNDEFINED,
        "el3-read": [r"value 0x\w+"] + UNDEFINED,
        "pmu-read": [r"value 0x\w+"] + NOTHING,
        "debug-read": ["value 0x0"] + NOTHING,
        "debug-write": NOTHING,
        "set-way": NOTHING,
        "tlb-of-el2": UNDEFINED,
        "undefined-instruction": UNDEFINED,
        "return-to-el2": ["exception EC 0x0e ESR 0x3a000000 FAR 0x0"],
        "sve": UNDEFINED,
        "identification": ["MIDR 0x411fd070 MPIDR 0x80000003", rf"PFR0 {model.pfr0:#x} PFR1 0x0",
                           r"ISAR0 0x11120 ISAR1 0x0",
                           r"MMFR0 0x1122 MMFR1 0x0 DFR0 0x\w+"],
        # Cache maintenance by address needs no permission and changes nobody's data.
        "clean-outside": NOTHING,
        "clean-invalidate-outside": NOTHING,
        "invalidate-outside": NOTHING,
        "icache-outside": NOTHING,
        # Stage 1 alone: an AT instruction of EL1 says nothing about stage 2.
        "translate-outside": ["PAR_EL1 0xff00000070000b80"] + NOTHING,
        "smc-all-owners": ["SMC: 256 not supported, 0 other, 0 exceptions"] + NOTHING,
        "smc-one": ["SMC 0xc2001234: -1"] + NOTHING,
        "smc-wide-id": ["SMC: 65537"] + NOTHING,
        "smc-immediate": NOTHING,
        "smccc": ["VERSION 0x10001", r"ARCH_FEATURES\(self\) 0",
                  rf"ARCH_FEATURES\(WORKAROUND_1\) {f.workaround_1}", r"ARCH_FEATURES\(SOC_ID\) -1"],
        # The numbers 0 to 3 are those of the kernel's hyp stub.
        "hvc-0": ["HVC #0 PSCI_VERSION: 0x10001", "HVC #0 SMCCC_VERSION: 0x10001",
                  "HVC #0 unknown: -1"] + [f"HVC #0 {n}: -1" for n in range(4)]
                 + ["0 exceptions"] + NOTHING,
        "hypercall-unknown": ["hypercall 0xa 0x0 0x0: -38", "hypercall 0x7fffffff 0x1 0x2: -38",
                              "hypercall 0xf{16} 0xf{16} 0xf{16}: -38",
                              "hypercall 0x100000005 0x0 0x0: -38"],
        "hypercall-management": [f"hypercall {call}: -1" for call in MANAGEMENT],
        "hypercall-info": [r"hypercall 0x5 0x0 0x0: \d+", r"hypercall 0x5 0x1 0x0: \d+",
                           "hypercall 0x5 0x2 0x0: 16384", r"hypercall 0x5 0x3 0x0: \d+",
                           "hypercall 0x5 0x4 0x0: 3", "hypercall 0x5 0x5 0x0: -22",
                           "hypercall 0x5 0xf{16} 0x0: -22"]
                          + [f"hypercall 0x7 0x{cpu} 0x0: {answer}"
                             for cpu, answer in enumerate((-1, -1, -1, 0, -22))]
                          + ["hypercall 0x7 0xf{16} 0x0: -22", "hypercall 0x7 0x100000000 0x0: -22"],
        # Counters: no maintenance and no virtual interrupts, see struct jailhouse_cpu_stats.
        "hypercall-own-cpu": [rf"hypercall 0x7 0x3 0x3{n:x}: {value}" for n, value in
                              zip(range(0xe8, 0xf1), (r"\d+", r"\d+", r"\d+", r"\d+", "0", "0",
                                                      r"\d+", r"\d+", r"\d+"))]
                             + ["hypercall 0x7 0x3 0x3f1: -22", "hypercall 0x7 0x3 0x1: -22",
                                "hypercall 0x7 0x3 0xf{16}: -22"],
        "putc": ["putc: 0", "hypercall 0x8 0x1b 0x0: 0", "hypercall 0x8 0xf{14}0a 0x0: 0"],
        "psci-on": ["CPU_ON self: -4", "CPU_ON foreign: -3", "CPU_ON absent: -3",
                    "CPU_ON reserved bits: -4", "AFFINITY_INFO self: 0", "AFFINITY_INFO level 1: -2",
                    "AFFINITY_INFO foreign: -3", "AFFINITY_INFO absent: -3"],
        "psci-info": ["VERSION: 0x10001"]
                     + [f"FEATURES {function}: {answer}" for function, answer in (
                         ("0x84000000", 0), ("0xc4000001", 0), ("0x84000002", 0), ("0xc4000003", 0),
                         ("0xc4000004", 0), ("0x84000005", -1), ("0x84000008", 0), ("0x84000009", 0),
                         ("0x8400000a", 0), ("0xc400000e", -1), ("0xc4000012", -1),
                         ("0x80000000", 0))]
                     + [f"function {n}: -1" for n in (*range(5, 8), *range(12, 24))],
        "psci-suspend": ["CPU_SUSPEND: 0", "CPU_SUSPEND power down: 0"],
        "answer-early": ["reply is there already"],
        "registers": ["CurrentEL 0x4 DAIF 0x0 SPSel 0x1",
                      r"CNTKCTL 0x0 CNTFRQ 62500000 TPIDR 0x0 CONTEXTIDR 0x0",
                      "CNTV_CTL 0x0 CNTP_CTL 0x0 TPIDR_EL0 0x0 TTBR1 0x0"],
    }
    return common | {
        2: {
            "target-own": ["targets 0x0", "no exception", "targets 0x8"] + NOTHING,
            "kick-spi": [line.format(facts.LAST_SPI) for line in not_ours],
            "sgi-to-list": [f"to self: 1 {ARRIVED}", f"to CPU 0: 0 {ARRIVED}",
                            f"to all: 1 {ARRIVED}", f"to nobody: 0 {ARRIVED}"]
                           + [f"every number to CPU 0: 0 {ARRIVED}"] * 16 + NOTHING,
            "sgi-by-filter": [f"to all but self: 0 {ARRIVED}",
                              f"to all but self, and a list: 0 {ARRIVED}",
                              f"to self: 1 {ARRIVED}", f"to self, and a list: 1 {ARRIVED}",
                              f"by the reserved filter: 0 {ARRIVED}",
                              f"of the secure world: 1 {ARRIVED}"] + NOTHING,
            "sgi-pending": ["pending of SGI 3: 0x1", "pending of SGI 3: 0x0", f"4 {ARRIVED}"]
                           + NOTHING,
            "gicc-eoi-foreign": NOTHING,
            "gicc-dir-foreign": NOTHING,
            "gicc-dir-own": ["active: 1", "active: 0"] + NOTHING,
            "gicc-read-all": [r"sum 0x\w+"] + NOTHING,
            "gicc-write-all": ["0 exceptions"] + NOTHING,
            # The CPU has no interface in system registers.
            "sre-read": [r"value 0x\w+"] + UNDEFINED,
            "sre-write": UNDEFINED,
            "group0-read": [r"value 0x\w+"] + UNDEFINED,
            "group0-write": UNDEFINED,
        },
        3: {
            "gicr-foreign": ["TYPER 0x1000001", "enable 0x0 pending 0x0 waker 0x0"] + NOTHING,
            "gicr-own": ["waker 0x0 ctlr 0x2 propbaser 0x0 enable 0x0"] + NOTHING,
            "gicr-read-all": [r"sum 0x\w+"] + NOTHING,
            "sgi-foreign": [f"to self: 1 {ARRIVED}", f"to CPU 0: 0 {ARRIVED}",
                            f"to all of the cluster: 1 {ARRIVED}",
                            f"to another cluster: 0 {ARRIVED}", f"to affinity 3.2: 0 {ARRIVED}",
                            f"to range selector 1: 0 {ARRIVED}"]
                           + [f"every number to CPU 0: 0 {ARRIVED}"] * 16 + NOTHING,
            "sgi-from-registers": [f"from {name}: 1 {ARRIVED}" for name in
                                   ("x0", "x1", "x2", "x17", "x28", "x30")]
                                  + [f"from xzr: 0 {ARRIVED}"] + NOTHING,
            "sgi-broadcast": [f"to all but self: 0 {ARRIVED}"] + NOTHING,
            "sgi-group0": [f"0 {ARRIVED}"] + NOTHING,
            "eoi-foreign": NOTHING,
            "sre-read": ["value 0x7"] + NOTHING,
            "sre-write": NOTHING,
            "group0-read": ["value 0x0"] + NOTHING,
            "group0-write": NOTHING,
        },
    }[version]


def endless(_facts, version):
    """These go on for ever. What they say first; the cell can be stopped nevertheless."""
    common = {"sgi-storm": [], "wfi-masked": ["sleeping"], "hang": [], "busy": [],
              "psci-cpu-off": []}
    return common | {
        2: {"wfi-interface-off": ["sleeping"], "wfi-mask-closed": ["sleeping"],
            "wfi-gicc-highest-active": ["sleeping"], "wfi-never-ended": ["taken: 3", "sleeping"]},
        3: {"wfi-group-off": ["sleeping"], "wfi-highest-active": ["sleeping"]},
    }[version]


# How many are reported, so that nobody can flood the log.
ABORT_REPORTS = 8


def aborted(f):
    """With JAILHOUSE_VIOLATION_ABORT the offender gets an external abort: data 0x25, code 0x21."""
    route = {2: ("target-foreign", f.gicd + 0x800 + f.uart_intid, r"targets 0x\w+"),
             3: ("route-foreign", f.gicd + 0x6000 + 8 * f.uart_intid, r"router 0x\w+")}[f.version]
    return {
        "read-outside": [r"value 0x\w+", r"exception EC 0x25 ESR 0x96000010 FAR 0x70000000"],
        "write-outside": [r"exception EC 0x25 ESR 0x960000[15]0 FAR 0x70000000"],
        "read-widths-outside": ["3 exceptions", "exception EC 0x25 ESR 0x96000010 FAR 0x70000008"],
        "jump-outside": ["exception EC 0x21 ESR 0x86000010 FAR 0x70000000"],
        "zero-outside": [r"exception EC 0x25 ESR 0x9600\w{4} FAR 0x70000000"],
        "atomic-outside": [r"exception EC 0x25 ESR 0x96000010 FAR 0x70000000"],
        "aarch32-read-outside": [r"r0 0x\w+", r"exception EC 0x24 ESR 0x92000010 FAR 0xc0200000"],
        "aarch32-write-outside": ["r0 0xdeadbeef", r"exception EC 0x24 ESR 0x920000[15]0 FAR 0xc0200000"],
        "aarch32-jump-outside": ["r0 0xdeadbeef", r"exception EC 0x20 ESR 0x82000010 FAR 0xc0200000"],
        "gicd-read-pair": [f"exception EC 0x25 ESR 0x96000010 FAR {f.gicd + 0x100:#x}"],
        "gicd-write-double": [rf"exception EC 0x25 ESR 0x960000[15]0 FAR {f.gicd + 0x100:#x}"],
        route[0]: [route[2], rf"exception EC 0x25 ESR 0x960000[15]0 FAR {route[1]:#x}"],
        # Of all that the machine has: the distributor's first register, the communication region.
        "read-sweep": [r"2 addresses could be read, 61 not", r"exception EC 0x25 .*"],
    }


@functools.cache
def tables(board):
    return Tables(board)


# --- how it is run --------------------------------------------------------------------------------

def witness_config():
    ram_region = Region(WITNESS_RAM, 0, 0x100000, cellfile.RAM)
    return cellfile.Cell(name="witness", cpus=(2,), flags=cellfile.PASSIVE_COMMREG,
                         regions=[ram_region, cellfile.comm_region()],
                         # Its WFI is not trapped, so nothing that it does enters the hypervisor.
                         records=[cellfile.policy(flags=cellfile.SCRUB),
                                  cellfile.region_name(0, "witness RAM")]).pack()


def offender_config(board):
    return cellfile.patched(cellfile.built(f"{board.cells}-inmate-demo"), REPLY_TIMEOUT_OFFSET,
                            REPLY_TIMEOUT)


def abort_config(board):
    """The demo's, with another policy."""
    demo = cellfile.parse(cellfile.built(f"{board.cells}-inmate-demo"))
    return dataclasses.replace(demo, records=[cellfile.policy(cellfile.VIOLATION_ABORT)]).pack()


def guest_files(board):
    return {"/etc/test/root.cell": cellfile.quiet_system(board),
            "/etc/test/witness.cell": witness_config(),
            "/etc/test/offender.cell": offender_config(board),
            "/etc/test/abort.cell": abort_config(board)}


class Witness:
    """A cell with 200 timer interrupts a second. Nobody may stop it, or make its CPU enter the
    hypervisor."""

    def __init__(self, guest):
        self.guest = guest
        self.counter = WITNESS_RAM + life.symbol("fired")
        self.entries = self.fired = None

    def look(self):
        return life.read_u64(self.guest, self.counter), self.guest.check(
            f"cd {life.SYSFS}/cells/1; cat state statistics/vmexits_total; nproc").split()

    def begin(self):
        self.fired, (_, self.entries, _) = self.look()

    def verify(self):
        """All of this happened beside it, and Linux has its two CPUs."""
        for _ in range(WITNESS_LOOKS):
            fired, seen = self.look()
            if fired > self.fired:
                break
            # A busy machine may not have run its CPU at all.
            self.guest.check("usleep 50000")
        assert fired > self.fired, "the witness stands still"
        assert seen == ["running", self.entries, "2"]
        self.fired = fired


@pytest.fixture(scope="module")
def witness(guest):
    life.insmod(guest)
    life.enable(guest, "/etc/test/root.cell")
    life.create(guest, "/etc/test/witness.cell")
    life.load(guest, life.GIC_DEMO, "rate=200 report=100000000", cell="witness")
    life.start(guest, cell="witness")
    life.create(guest, "/etc/test/offender.cell")
    machine = Witness(guest)
    machine.begin()
    return machine


@pytest.fixture(scope="module")
def log(guest, witness):
    return life.HypervisorLog(guest)


@pytest.fixture
def undisturbed(guest, witness):
    """Root and witness go on during the test."""
    yield
    witness.verify()


def start_offender(guest, board, log, test, parameters=""):
    """Returns where its output starts on UART1."""
    log.mark()
    return life.forbidden(guest, test, f"{facts.of(board).words()} {parameters}".strip())


def parks_with(guest, board, log, test, parameters, lines):
    uart = start_offender(guest, board, log, test, parameters)
    said = log.said(f'Cell "{CELL}" failed')
    assert said.count("FATAL: ") == 1, said
    # Root's CPU may say between the lines that it has started the cell.
    report = [line for line in said[said.index("FATAL: "):].split("\n")
              if not line.startswith("Started cell ")]
    expected = [f'FATAL: {lines[0]}, CPU 3 of cell "{CELL}"'] + ["  " + line for line in lines[1:]]
    assert report[:len(expected)] == expected
    registers = "\n".join(report[len(expected):])
    level = 0 if test.startswith("aarch32") else 1
    assert re.match(rf" pc: 0x\w{{16}} lr: 0x\w{{16}} spsr: 0x\w{{8}} EL{level}\n"
                    r" sp: 0x\w{16} elr: 0x\w{16} esr: EC 0x2[04] IL 1 ISS 0x\w{7}\n", registers)
    assert re.findall(r"\b(x\d+): 0x\w{16}\b", registers) == [f"x{n}" for n in range(30)]
    end = [line for line in report[1:] if line and line[0] != " "]
    assert end == [f'Parking CPU 3 (Cell: "{CELL}")', f'Cell "{CELL}" failed']
    seen = guest.check(f"cd {life.SYSFS}/cells/2; cat state cpus_failed_list cpus_assigned_list")
    assert seen.split() == ["failed", "3", "3"]
    # It said that it began, and nothing else.
    assert guest.uart1()[uart:].strip().split("\n")[-1] == f"TEST {test}: begin"


def answered_with(guest, board, log, test, lines):
    uart = start_offender(guest, board, log, test)
    guest.wait_uart1(rf"TEST {test}: end\n", start=uart)
    text = guest.uart1()[uart:]
    text = text[text.index(f"TEST {test}: begin"):]
    seen = re.findall(rf"TEST {test}: (.*)", text)
    wanted = ["begin", *lines, "end"]
    assert len(seen) == len(wanted) and all(
        re.fullmatch(pattern, line) for pattern, line in zip(wanted, seen)), (seen, wanted)
    seen = guest.check(f"cd {life.SYSFS}/cells/2; cat state cpus_failed_list")
    assert seen.split() == ["running"], "a CPU or the cell failed"


# --- the tests ------------------------------------------------------------------------------------

def test_every_misbehaviour_is_in_a_table(guest, board, witness):
    begin = len(guest.uart1())
    life.load(guest, life.FORBIDDEN, "test=list", cell=CELL)
    life.start(guest)
    guest.wait_uart1("TEST list: unknown", start=begin)
    names = set(re.findall(r"^([a-z0-9-]+)$", guest.uart1()[begin:], re.M))
    here = {*tables(board).names, "hvc-1", "hvc-ffff", "system-off", "system-reset",
            "unhandled-exception", "scribble", "state-value", "comm-revision", "fail-state"}
    elsewhere = {"locked", "locked-for", "deny", "ignore", "answer-nonsense", "answer-late",
                 "watch-messages", "show-memory", "system-reset-always"}
    assert names == here | elsewhere


@pytest.mark.cases(("test",), lambda board: [(test,) for test in tables(board).parked])
def test_parks(guest, board, log, undisturbed, test):
    parks_with(guest, board, log, test, "", tables(board).parked[test])


@pytest.mark.cases(("test", "parameters"), lambda board: list(tables(board).aimed))
def test_parks_at(guest, board, log, undisturbed, test, parameters):
    parks_with(guest, board, log, test, parameters, tables(board).aimed[test, parameters])


@pytest.mark.cases(("test",), lambda board: [(test,) for test in tables(board).answered])
def test_is_answered(guest, board, log, undisturbed, test):
    answered_with(guest, board, log, test, tables(board).answered[test])
    assert "FATAL" not in log.said()


@pytest.mark.cases(("test",), lambda board: [(test,) for test in tables(board).endless])
def test_goes_on_and_can_be_stopped(guest, board, log, undisturbed, test):
    uart = start_offender(guest, board, log, test)
    guest.wait_uart1("".join(rf"TEST {test}: {line}\n"
                             for line in ["begin", *tables(board).endless[test]]),
                     start=uart)
    assert life.state(guest, 2) == "running"
    life.succeeds(guest, f"jailhouse cell shutdown {CELL}")
    assert life.state(guest, 2) == "shut down"


@pytest.mark.parametrize("test", ("hvc-1", "hvc-ffff"))
def test_other_hvc_is_undefined(guest, board, log, undisturbed, test):
    uart = start_offender(guest, board, log, test)
    guest.wait_uart1(rf"TEST {test}: {UNDEFINED[0]}\n", start=uart)


def test_unhandled_exception_is_the_cells_own(guest, board, log, undisturbed):
    uart = start_offender(guest, board, log, "unhandled-exception")
    life.wait_state(guest, "failed", cell=2)
    guest.wait_uart1(r"Unhandled exception in inmate: vector 4 ESR 0xf2000001 EC 0x3c", start=uart)
    assert "FATAL" not in log.said()


@pytest.mark.parametrize("test, shown", (("scribble", "invalid"), ("state-value", "invalid"),
                                         ("comm-revision", "Comm ABI mismatch"),
                                         ("fail-state", "failed")))
def test_what_a_cell_says_of_itself_is_shown(guest, board, log, undisturbed, test, shown):
    start_offender(guest, board, log, test)
    life.wait_state(guest, shown, cell=2)


def test_text_for_the_hypervisors_console_arrives(guest, board, log, undisturbed):
    start_offender(guest, board, log, "putc")
    said = log.said("written by DEBUG_CONSOLE_PUTC\n", without=f'Started cell "{CELL}"\n')
    assert re.search(r"^written by DEBUG_CONSOLE_PUTC$", said, re.M)


def test_system_off_ends_that_cell_alone(guest, board, log, undisturbed):
    start_offender(guest, board, log, "system-off")
    life.wait_state(guest, "shut down", cell=2)
    assert log.said("switched itself off").count("switched itself off") == 1


def test_system_reset_starts_it_again(guest, board, log, undisturbed):
    uart = start_offender(guest, board, log, "system-reset", "resets=2")
    guest.wait_uart1("boot 0\n(?s:.)*boot 1\n(?s:.)*boot 2\n(?s:.)*no further reset\n", start=uart)
    life.wait_state(guest, "running", cell=2)


def test_good_inmate_runs_after_all_that(guest, board, log, undisturbed):
    uart = len(guest.uart1())
    life.load(guest, life.GIC_DEMO, "rate=100 report=10")
    life.start(guest)
    guest.wait_uart1(r"Timer fired \d+ times.*\n(?s:.)*Timer fired \d+ times.*\n", start=uart)


def test_violations_as_aborts(guest, board, log, undisturbed, witness):
    """The cell's own exception handler gets them, by the policy of its config."""
    life.destroy(guest)
    life.create(guest, "/etc/test/abort.cell")
    reports = 0
    for test, lines in tables(board).aborted.items():
        answered_with(guest, board, log, test, lines)
        said = log.said("Answered by an external abort" if reports < ABORT_REPORTS else "")
        assert "Parking" not in said
        assert said.count("FATAL: ") == said.count("Answered by an external abort")
        reports += said.count("FATAL: ")
    assert reports == ABORT_REPORTS and "no more such reports" not in said


def test_linux_is_whole_afterwards(guest, witness):
    life.destroy(guest)
    life.destroy(guest, "witness")
    life.disable(guest)
    life.every_cpu_works(guest)
    assert not life.complaints(guest)
