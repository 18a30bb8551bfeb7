#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
`make soak TIME=SECONDS`: wears out the life cycle. Random operations on cells with random configs, in
random order, while Linux works; a model in this program knows which must succeed and which must be
refused. Each round ends with all cells destroyed and the hypervisor gone; then Linux must have what it
had: CPUs, memory, drivers, pages of the pool, no complaint of the kernel, and no growth of its slab
caches.

SEED= repeats a run, BOARD= is a row of ci/boards.tsv (with GICv3 or GICv2 and four CPUs). ENABLES=, LIVES= and
RESTARTS= do the same thing so many times instead, while Linux works: enable and disable; create, load, start and
destroy of a cell, each with another config; starting a cell that runs.

Linux works on what LOAD= says. `shell` is processes that come and go, and pages written; `stress`, the default, adds
Debian's stress-ng and hackbench and a module that is loaded and unloaded, and, where cells leave it a choice, a CPU
that goes offline and comes back.
"""

import argparse
import glob
import lzma
import os
import random
import re
import sys
import time

import boards
from guest import BUILD, GuestError

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "system"))
import cellfile  # noqa: E402  pylint: disable=wrong-import-position
import life  # noqa: E402  pylint: disable=wrong-import-position

RAM = (0x7f900000, 0x7fa00000, 0x7fb00000)
CPUS = (1, 2, 3)
NUM_CONFIGS = 40
OPERATIONS = 60
FOLDER = "/etc/soak"
# Growth is what is still there when it was looked at so often.
SLAB_LOOKS = 5
# What counts as no growth: this part, and so many slabs (two for each CPU).
SLAB_NOISE = 0.03
SLABS = 8
# Each loop works until /tmp/busy is gone, and says so when it has ended.
LOADS = {
    "fork": ": | cat | cat",
    "pages": "dd if=/dev/zero of=/tmp/soak-d bs=64k count=16",
    "stress": "stress-ng --quiet --temp-path /tmp --fork 1 --switch 1 --timer 1 --futex 1 --fault 1 --sigsegv 1 "
              "--mmap 1 --mmap-bytes 8m --vm 1 --vm-bytes 8m --timeout 2",
    "hackbench": "hackbench -g 1 -f 3 -l 100",
    "module": f"insmod {FOLDER}/dummy.ko && usleep 20000 && rmmod dummy && usleep 20000",
    "hotplug": "cd /sys/devices/system/cpu/cpu0 && echo 0 >online && usleep 50000 && echo 1 >online && usleep 300000"}
SHELL = ("fork", "pages")
STRESS = SHELL + ("stress", "hackbench", "module")
# So that Linux keeps one when CPU 0 is offline.
MOST_CPUS = 2
# What is done again and again in the guest, by the number in $i: what is before, each time, and afterwards.
SOME_CELL = "cell-$((i % {configs} % {names}))"
REPEATED = {
    "enables": ("true", f"jailhouse enable {FOLDER}/root.cell && jailhouse disable", "true"),
    "lives": (f"jailhouse enable {FOLDER}/root.cell",
              f"jailhouse cell create {FOLDER}/$((i % {{configs}})).cell && "
              f"jailhouse cell load {SOME_CELL} {life.GIC_DEMO} -s 'rate=500 report=0' -a 0x1000 && "
              f"jailhouse cell start {SOME_CELL} && usleep $((i * 977 % 5000)) && "
              f"jailhouse cell destroy {SOME_CELL}",
              "jailhouse disable"),
    "restarts": (f"jailhouse enable {FOLDER}/root.cell && jailhouse cell create {FOLDER}/0.cell && "
                 f"jailhouse cell load cell-0 {life.GIC_DEMO} -s 'rate=500 report=0' -a 0x1000",
                 "jailhouse cell start cell-0 && usleep $((i * 977 % 5000)) && "
                 "jailhouse cell list | grep -q 'cell-0 .*running'",
                 "jailhouse disable")}
BATCH = 50
NAMES = 7


class SoakError(Exception):
    """Something was lost, refused that should not be, or the other way round."""


def random_config(rng, number, most_cpus):
    cpus = tuple(sorted(rng.sample(CPUS, min(most_cpus, rng.choice((1, 1, 1, 2, 2, 3))))))
    regions = [cellfile.Region(rng.choice(RAM), 0, 0x100000, cellfile.RAM), cellfile.comm_region()]
    rng.shuffle(regions)
    return cellfile.Cell(name=f"cell-{number % NAMES}", cpus=cpus, regions=regions,
                         reply_timeout=rng.choice((50000, 300000)),
                         records=rng.choice(([], [cellfile.policy()],
                                             [cellfile.policy(flags=cellfile.SCRUB)])))


def slabs(guest):
    """{cache: (active objects, objects in a slab)} of those that matter. What CPUs keep for themselves counts
    as active: it is taken from them first."""
    guest.check("sync; echo 3 >/proc/sys/vm/drop_caches; usleep 200000; "
                "for f in /sys/kernel/slab/*/shrink; do echo 1 >$f; done")
    text = guest.check("cat /proc/slabinfo")
    found = re.findall(r"^(\S+) +(\d+) +\d+ +\d+ +(\d+) ", text, re.M)
    return {name: (int(active), int(each)) for name, active, each in found
            if re.match(r"kmalloc|kernfs_node|task_struct|irq|pid$|inode_cache$", name)}


def grown(before, after):
    """Whole slabs are counted as in use while a CPU fills them: a few of them are no growth."""
    return [f"{name}: {before[name][0]} -> {now}" for name, (now, each) in after.items()
            if name in before and now > before[name][0] * (1 + SLAB_NOISE) + SLABS * each]


class Soak:
    """The guest, and the model of what it should be like."""

    def __init__(self, guest, rng, num_configs=NUM_CONFIGS, operations=OPERATIONS, loads=SHELL):
        self.guest = guest
        self.rng = rng
        self.operations = operations
        self.loads = loads
        self.busy_with = []
        most_cpus = MOST_CPUS if "hotplug" in loads else len(CPUS)
        self.configs = [random_config(rng, n, most_cpus) for n in range(num_configs)]
        # {name: [config, "created" | "loaded" | "running"]}
        self.cells = {}
        self.counts = {}
        self.history = []

    def prepare(self, board):
        """Puts the configs into the guest."""
        self.guest.check(f"mkdir -p {FOLDER}")
        self.guest.put(f"{FOLDER}/root.cell", cellfile.quiet_system(board))
        for number, config in enumerate(self.configs):
            self.guest.put(f"{FOLDER}/{number}.cell", config.pack())

    def load_begins(self, hotplug=False):
        self.busy_with = [load for load in self.loads if hotplug or load != "hotplug"]
        loops = " ".join(f"(while [ -f busy ]; do ({LOADS[load]}) && : >worked-{load}; done; : >ended-{load}) &"
                         for load in self.busy_with)
        self.guest.check(f"(cd /tmp; rm -f ended-* worked-*; : >busy; {loops}) >/dev/null 2>&1")

    def load_ends(self):
        ended = " && ".join(f"[ -e ended-{load} ]" for load in self.busy_with)
        self.guest.check(f"cd /tmp; rm -f busy; until {ended}; do usleep 20000; done; usleep 300000", timeout=90)
        idle = [load for load in self.busy_with if self.guest.run(f"[ -e /tmp/worked-{load} ]")[0]]
        if idle:
            raise SoakError(f"not one round of the load {', '.join(idle)} succeeded")

    def do(self, what, command, works):
        self.history.append(f"{command} -> {'ok' if works else 'refused'}")
        status, output = self.guest.run(command, timeout=90)
        self.counts[what] = self.counts.get(what, 0) + 1
        if (status == 0) != works:
            raise SoakError(f"`{command}` ended with {status}, which should have "
                            f"{'worked' if works else 'been refused'}:\n{output}")

    def create(self):
        number = self.rng.randrange(len(self.configs))
        config = self.configs[number]
        others = [cell for cell, _ in self.cells.values()]
        works = config.name not in self.cells and all(
            not set(config.cpus) & set(o.cpus) and not self.memory(config) & self.memory(o)
            for o in others)
        self.do("create", f"jailhouse cell create {FOLDER}/{number}.cell", works)
        if works:
            self.cells[config.name] = [config, "created"]

    @staticmethod
    def memory(config):
        return {region.phys for region in config.regions if region.phys}

    def pick(self):
        """A cell, or a name that no cell has."""
        if self.cells and self.rng.random() < 0.9:
            return self.rng.choice(sorted(self.cells))
        return self.rng.choice([f"cell-{n}" for n in range(9) if f"cell-{n}" not in self.cells])

    def load(self):
        name = self.pick()
        words = self.rng.choice(("rate=500 report=0", "rate=100 report=0 busy"))
        self.do("load", f"jailhouse cell load {name} {life.GIC_DEMO} -s '{words}' -a 0x1000",
                name in self.cells)
        if name in self.cells:
            self.cells[name][1] = "loaded"

    def start(self):
        name = self.pick()
        works = name in self.cells and self.cells[name][1] == "loaded"
        if name in self.cells and not works:
            # What happens to a cell with nothing in its memory is its own affair.
            return
        self.do("start", f"jailhouse cell start {name}", works)
        if works:
            self.cells[name][1] = "running"

    def shutdown(self):
        name = self.pick()
        self.do("shutdown", f"jailhouse cell shutdown {name}", name in self.cells)
        if name in self.cells and self.cells[name][1] == "running":
            # Its memory is as it was left.
            self.cells[name][1] = "created"

    def destroy(self):
        name = self.pick()
        self.do("destroy", f"jailhouse cell destroy {name}", name in self.cells)
        self.cells.pop(name, None)

    def look(self):
        self.do("look", "jailhouse cell list >/dev/null && jailhouse console >/dev/null && "
                        "cat /sys/devices/jailhouse/cells/*/statistics/vmexits_total >/dev/null", True)

    def wait(self):
        self.guest.check(f"usleep {self.rng.randrange(1000, 60000)}")

    def step(self):
        self.rng.choice((self.create, self.create, self.load, self.load, self.start, self.start,
                         self.shutdown, self.destroy, self.look, self.wait))()

    def cycle(self):
        """All cells go, sometimes by disable alone; the hypervisor comes back."""
        if self.rng.random() < 0.5:
            for name in sorted(self.cells):
                self.do("destroy", f"jailhouse cell destroy {name}", True)
        self.cells.clear()
        self.do("disable", "jailhouse disable", True)

    def enable(self):
        self.do("enable", f"jailhouse enable {FOLDER}/root.cell", True)

    def round(self):
        """From enable to disable."""
        self.enable()
        empty = life.Partition.look(self.guest)
        self.load_begins()
        for _ in range(self.operations):
            self.step()
        self.load_ends()
        for name in sorted(self.cells):
            if self.rng.random() < 0.5:
                self.do("destroy", f"jailhouse cell destroy {name}", True)
                del self.cells[name]
        now = life.Partition.look(self.guest)
        if not self.cells and now != empty:
            raise SoakError(f"without cells the partition is not as after enable:\n{empty}\n{now}")
        self.cycle()

    def whole(self, linux):
        """Linux has what it had, works, and says nothing."""
        now = life.Linux.look(self.guest)
        if now != linux:
            raise SoakError(f"Linux has not what it had:\n{linux}\n{now}")
        life.every_cpu_works(self.guest)
        if life.complaints(self.guest):
            raise SoakError("the kernel complains: " + "\n".join(life.complaints(self.guest)))

    def soak(self, seconds, say=print):
        """Rounds until the time is over, three at least."""
        linux, baseline, rounds = life.Linux.look(self.guest), None, 0
        end = time.monotonic() + seconds
        while time.monotonic() < end or rounds < 3:
            self.round()
            self.whole(linux)
            rounds += 1
            baseline = self.compare_slabs(baseline, rounds)
            say(f"  round {rounds}: "
                + ", ".join(f"{n} {what}" for what, n in sorted(self.counts.items())), flush=True)

    def compare_slabs(self, baseline, rounds):
        """The first rounds fill caches; what the second one leaves is returned, and then compared."""
        if rounds < 2:
            return None
        for _ in range(SLAB_LOOKS):
            objects = slabs(self.guest)
            if not baseline or not grown(baseline, objects):
                return baseline or objects
            # What was freed is not free before all CPUs were seen at rest, which takes long under load.
            self.guest.check("sleep 2")
        raise SoakError("slab caches grow: " + ", ".join(grown(baseline, objects)))

    def repeat(self, what, count, say=print):
        """The same thing `count` times, in batches after each of which nothing may be lost. Slab caches can
        only be compared from the third batch on."""
        before, each, after = (part.format(configs=len(self.configs), names=NAMES)
                               for part in REPEATED[what])
        linux, baseline, done = life.Linux.look(self.guest), None, 0
        while done < count:
            number = min(BATCH, count - done)
            self.guest.check(f"({before}) >/dev/null", timeout=90)
            # Enable wants all CPUs.
            self.load_begins(hotplug=what != "enables")
            status, output = self.guest.run(
                f"for i in $(seq {done} {done + number - 1}); do ({each}) >/tmp/said 2>&1 || "
                "{ echo number $i; cat /tmp/said; exit 1; }; done", timeout=30 * number)
            if status:
                raise SoakError(f"`{each}`: {output}")
            self.load_ends()
            self.guest.check(f"({after}) >/dev/null", timeout=90)
            self.whole(linux)
            done += number
            baseline = self.compare_slabs(baseline, -(-done // BATCH))
            say(f"  {done} {what}", flush=True)
        if count <= 2 * BATCH:
            say(f"  too few {what} to see whether slab caches grow: more than {2 * BATCH} are needed", flush=True)


def load_files(kernel):
    """{path in the guest: bytes} of what STRESS runs; see ci/setup/load.sh."""
    files = {}
    top = os.path.join(BUILD, "load")
    for path in glob.glob(f"{top}/**", recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as f:
                files["/" + os.path.relpath(path, top)] = f.read()
    dummy, = glob.glob(os.path.join(BUILD, "kernels", kernel, "modules/kernel/drivers/net/dummy.ko*"))
    with open(dummy, "rb") as f:
        files[f"{FOLDER}/dummy.ko"] = lzma.decompress(f.read()) if dummy.endswith(".xz") else f.read()
    return files


def main():
    parser = argparse.ArgumentParser(description=__doc__.strip().split("\n", maxsplit=1)[0])
    parser.add_argument("--board", default="virt-gicv3-6.12", help="a row of ci/boards.tsv")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--load", choices=("shell", "stress"), default="stress")
    for what in REPEATED:
        parser.add_argument(f"--{what}", type=int, default=0)
    args = parser.parse_args()
    repeated = {what: getattr(args, what) for what in REPEATED if getattr(args, what)}

    print(f"SEED={args.seed} on {args.board}, "
          + (", ".join(f"{count} {what}" for what, count in repeated.items()) or f"{args.seconds:.0f} s")
          + f", load {args.load}", flush=True)
    board = boards.find(args.board)
    loads, initrd = SHELL, None
    if args.load == "stress":
        loads = STRESS + (("hotplug",) if repeated else ())
        initrd = life.initrd_with(board, "soak", load_files(board.kernel))
    with board.guest(name="soak", initrd=initrd) as guest:
        life.insmod(guest)
        run = Soak(guest, random.Random(args.seed), loads=loads)
        run.prepare(board)
        try:
            for what, count in repeated.items():
                run.repeat(what, count)
            if not repeated:
                run.soak(args.seconds)
        except (SoakError, GuestError, AssertionError) as error:
            print(f"\nFAILED with SEED={args.seed}: {error}\nbefore that:")
            print("\n".join(run.history[-25:]))
            print(guest.console_tail(40))
            return 1
    print("nothing was lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
