# SPDX-License-Identifier: GPL-2.0
"""
The machine under test: QEMU with a stock Debian kernel and the initramfs of ci/mkinitramfs.py.

    with Guest(kernel="6.1") as guest:
        status, output = guest.run("cat /proc/cpuinfo")

Knows how to boot, to run commands, to read the second UART, to ask QEMU's monitor, and to end the
machine whatever happens. Knows nothing about cells.
"""

import atexit
import ctypes
import json
import os
import re
import shlex
import shutil
import signal
import socket
import tempfile
import threading
import time

import pexpect

import rpi4_boot

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(os.environ.get("B") or os.path.join(TOP, "build"))
# What was downloaded lies in the default build folder, whichever is used for building.
DOWNLOADS = os.path.join(TOP, "build")
KERNELS = ("6.1", "6.12")
BOOT_TIMEOUT = 90
# QEMU's serial lines: one is the console, one belongs to the inmates.
SERIAL = "-serial chardev:console -serial chardev:inmate"
# So many CPUs have a host thread each. More of them take turns in one: else, on a host with a few, those that
# spin for a lock keep its owner from running, and Linux 6.12 with 16 sometimes booted in 30 s, sometimes not
# in 170.
CPUS_IN_THREADS = 8
# Where TF-A finds kernel (PRELOADED_BL33_BASE in ci/setup/tfa.sh) and initramfs: above the device
# tree, which QEMU puts at the beginning of RAM; the largest kernel ends before 0x44000000.
TFA_KERNEL = 0x40200000
TFA_INITRD = 0x48000000
MARKER = re.compile(r"\x02[^\x02\x03]*\x03")


class GuestError(Exception):
    """The guest did something else than what was asked."""


class GuestDied(GuestError):
    """QEMU ended: the guest crashed, powered off or rebooted."""


class GuestTimeout(GuestError):
    """No answer in time. The text so far is in .output."""

    def __init__(self, message, output=""):
        super().__init__(message)
        self.output = output


def kernel_release(kernel):
    """The release string of one of the stock kernels."""
    with open(os.path.join(DOWNLOADS, "kernels", kernel, "release"), encoding="ascii") as f:
        return f.read().strip()


def tfa_arguments(vmlinuz, initrd, append):
    """What makes QEMU's `virt` start with the TF-A of ci/setup/tfa.sh. QEMU would leave kernel and
    initramfs to a boot loader; this firmware has none, and starts what lies in memory. -kernel is
    there because -append asks for it: the command line still arrives in the device tree."""
    flash = os.path.join(DOWNLOADS, "tfa", "flash.bin")
    if not os.path.exists(flash):
        raise GuestError(f"there is no {flash}: run make firmware")
    append += f" initrdmem={TFA_INITRD:#x},{os.path.getsize(initrd)}"
    return ["-bios", flash, "-kernel", vmlinuz, "-append", append,
            "-device", f"loader,file={vmlinuz},addr={TFA_KERNEL:#x},force-raw=on",
            "-device", f"loader,file={initrd},addr={TFA_INITRD:#x},force-raw=on"]


def qemu_command(kernel="6.1", cpu="cortex-a57", smp=4, extra_append="", machine_extra="",
                 machine="virt,gic-version=3,virtualization=on,its=off", memory="1G",
                 mem="768M", initrd=None, batch=True, reboot=False, kvm="kvm-arm.mode=none",
                 console="ttyAMA0", dtb=None, firmware=None, links=("qemu-arm64", "qemu-arm64")):
    """The QEMU command line without serial lines and monitor. `dtb`: a board with a device tree in
    build/dtb. `firmware`: what starts the kernel instead of QEMU. `links`: which configs the guest
    has as /etc/jailhouse/board/, see ci/guest-init."""
    append = f"console={console} {kvm} quiet board_root={links[0]} board_cells={links[1]}"
    if mem:
        append += f" mem={mem}"
    if batch:
        append += " guest_batch=1"
    if not reboot:
        append += " panic=-1"
    if extra_append:
        append += " " + extra_append
    if machine_extra:
        machine += "," + machine_extra.lstrip(",")
    command = [os.path.join(DOWNLOADS, "qemu", "qemu-system-aarch64"),
               "-M", machine, "-smp", str(smp), "-m", memory,
               "-nodefaults", "-display", "none",
               "-accel", f"tcg,thread={'multi' if smp <= CPUS_IN_THREADS else 'single'}"]
    vmlinuz = os.path.join(DOWNLOADS, "kernels", kernel, "vmlinuz")
    initrd = initrd or os.path.join(BUILD, "initramfs", f"{kernel}.cpio.gz")
    if cpu:
        command += ["-cpu", cpu]
    if firmware == "rpi4":
        folder = tempfile.mkdtemp(prefix="rpi4-", dir=os.path.join(BUILD, "tmp"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        command += rpi4_boot.arguments(kernel, append, folder, initrd)
    elif firmware == "tfa":
        command += tfa_arguments(vmlinuz, initrd, append)
    else:
        command += ["-kernel", vmlinuz, "-initrd", initrd, "-append", append]
        if dtb:
            command += ["-dtb", os.path.join(BUILD, "dtb", f"{dtb}-{kernel}.dtb")]
    return command if reboot else command + ["-no-reboot"]


def _die_with_parent():
    """Runs in the child: a test that is killed takes its QEMU along."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def _discard(stream):
    """Reads until the other side, or we, close."""
    try:
        while stream.recv(65536):
            pass
    except OSError:
        pass


class Guest:
    """A running guest. Arguments are those of qemu_command(), and qemu_args for QEMU itself."""

    # All that this process has started and not killed.
    running = set()

    def __init__(self, kernel="6.1", cpu="cortex-a57", smp=4, extra_append="", machine_extra="",
                 qemu_args=(), name=None, serial=SERIAL, **options):
        self.kernel = kernel
        self.proc = None
        # More CPUs than the machine below has take their time.
        self.boot_timeout = BOOT_TIMEOUT + 5 * smp
        self._number = 0
        self._qmp = None
        self._qmp_file = None
        self._uart1_socket = None
        # Sockets have short names; logs stay in the build folder, to be read after a failure.
        self._sockets = tempfile.mkdtemp(prefix="guest-")
        self.log_dir = os.path.join(BUILD, "logs", name or f"guest-{kernel}-{os.getpid()}")
        os.makedirs(self.log_dir, exist_ok=True)
        self.console_path = os.path.join(self.log_dir, "console.log")
        self.uart1_path = os.path.join(self.log_dir, "uart1.log")
        for path in (self.console_path, self.uart1_path):
            with open(path, "wb"):
                pass
        self.command = qemu_command(kernel, cpu, smp, extra_append, machine_extra, **options) + [
            "-chardev", "stdio,id=console,signal=off",
            "-chardev", f"socket,id=inmate,path={self._sockets}/uart1,server=on,wait=off,"
                        f"logfile={self.uart1_path}",
            *serial.split(),
            "-qmp", f"unix:{self._sockets}/qmp,server=on,wait=off",
            "-gdb", f"unix:{self._sockets}/gdb,server=on,wait=off",
            *qemu_args]
        self._log = None

    # --- life ---------------------------------------------------------------------------------

    def __enter__(self):
        return self.start()

    def __exit__(self, *unused):
        self.kill()

    def start(self):
        """Boots to a shell."""
        atexit.register(self.kill)
        Guest.running.add(self)
        self._log = open(self.console_path, "w", encoding="utf-8", errors="replace")
        try:
            self.proc = pexpect.spawn(
                self.command[0], self.command[1:], encoding="utf-8", codec_errors="replace",
                timeout=self.boot_timeout, echo=False, preexec_fn=_die_with_parent)
            self.proc.logfile_read = self._log
            self.proc.delaybeforesend = None
            self.wait_boot()
        except BaseException:
            self.kill()
            raise
        return self

    def wait_boot(self):
        """Waits for the shell of a (re)booting guest and makes it ready for run()."""
        self._expect(re.compile("\x02ready\x03"), self.boot_timeout, "the guest did not boot")
        self.proc.send("trap : INT\n")
        self.run("true", timeout=20)

    def end_qemu(self):
        """Ends QEMU at once, from another thread than the guest's user: that one sees GuestDied."""
        if self.proc:
            self.proc.kill(signal.SIGKILL)

    def kill(self):
        """Ends QEMU at once, if it still runs. Never fails."""
        atexit.unregister(self.kill)
        Guest.running.discard(self)
        for thing in (self._qmp_file, self._qmp, self._uart1_socket):
            if thing:
                thing.close()
        self._qmp = self._qmp_file = self._uart1_socket = None
        if self.proc:
            try:
                self.proc.close(force=True)
            except (pexpect.ExceptionPexpect, OSError):
                pass
        if self._log:
            self._log.close()
            self._log = None
        shutil.rmtree(self._sockets, ignore_errors=True)

    def shutdown(self, timeout=20):
        """Powers the guest off in an orderly way. True if it did so by itself."""
        self.proc.send("poweroff -f\n")
        clean = self.wait_exit(timeout)
        self.kill()
        return clean

    def wait_exit(self, timeout=20):
        """True if QEMU ends within the timeout."""
        try:
            self.proc.expect(pexpect.EOF, timeout=timeout)
            return True
        except pexpect.TIMEOUT:
            return False

    @property
    def alive(self):
        return bool(self.proc and self.proc.isalive())

    # --- the shell ----------------------------------------------------------------------------

    def _expect(self, pattern, timeout, what):
        try:
            self.proc.expect(pattern, timeout=timeout)
        except pexpect.EOF:
            raise GuestDied(f"{what}: QEMU {self._end_of_qemu()}; the console's last lines:\n"
                            f"{self.console_tail()}") from None
        except pexpect.TIMEOUT:
            raise GuestTimeout(f"{what} within {timeout} s; the console's last lines:\n"
                               f"{self.console_tail()}", self._clean(self.proc.before)) from None
        return self._clean(self.proc.before)

    def _end_of_qemu(self):
        """How it ended, in words: by itself or the guest's will, or by a signal."""
        self.proc.wait()
        if self.proc.signalstatus:
            return f"was ended by {signal.Signals(self.proc.signalstatus).name}"
        return f"ended with status {self.proc.exitstatus}"

    @staticmethod
    def _clean(text):
        return MARKER.sub("", text or "").replace("\r", "").replace("\x02", "").replace("\x03", "")

    def _drain(self):
        """Drops what arrived since the last command; the log has it."""
        try:
            while self.proc.read_nonblocking(65536, timeout=0):
                pass
        except (pexpect.TIMEOUT, pexpect.EOF):
            pass
        self.proc.buffer = ""

    def run(self, command, timeout=30):
        """
        Runs a shell command: (exit status, output). The output is what appeared on the console,
        so messages that the hypervisor wrote there meanwhile are in it.
        """
        self._number += 1
        answer = f"printf '\\002%d:%d\\003' {self._number} $s\n"
        # What stands before the beginning is late: answers to questions that were repeated.
        begin = f"\x02begin {self._number}\x03"
        line = (f"printf '\\002begin %d\\003' {self._number}; sh -c {shlex.quote(command)} </dev/null; "
                "s=$?\n")
        if max(len(part) for part in line.split("\n")) > 4000:
            raise ValueError("a line of a command is longer than a terminal takes; use put()")
        self._drain()
        self.proc.send(line + answer)
        # The end marker can be torn by a message of the hypervisor on the same line. Then the
        # shell waits for us, and answers when asked again. The command itself never reads stdin.
        marker = re.compile(f"\x02{self._number}:(\\d+)\x03")
        end = time.monotonic() + timeout
        while True:
            left = end - time.monotonic()
            try:
                self._expect(marker, max(min(left, 5), 0.1), f"no end of the command `{command}`")
                return int(self.proc.match.group(1)), self._clean(self.proc.before.split(begin)[-1])
            except GuestTimeout as stuck:
                if left <= 5:
                    self.proc.send("\x03")
                    raise GuestTimeout(
                        f"the command `{command}` did not end within {timeout} s\n{self.cpu_states()}"
                        f"the console's last lines:\n{self.console_tail()}", stuck.output) from None
                self.proc.send(answer)

    def check(self, command, timeout=30):
        """Runs a command that must succeed, and returns its output."""
        status, output = self.run(command, timeout)
        if status:
            raise GuestError(f"`{command}` ended with exit status {status}:\n{output}")
        return output

    def put(self, path, data):
        """Writes bytes to a file in the guest. For small files: it is a serial line."""
        self.check(f": >{shlex.quote(path)}")
        for i in range(0, len(data), 800):
            text = "".join(f"\\{byte:03o}" for byte in data[i:i + 800])
            self.check(f"printf '{text}' >>{shlex.quote(path)}")

    def dmesg(self):
        """The kernel's messages."""
        return self.check("dmesg", timeout=self.boot_timeout)

    def console(self):
        """Everything that appeared on the console since the start."""
        if self._log:
            self._log.flush()
        with open(self.console_path, encoding="utf-8", errors="replace") as f:
            return self._clean(f.read())

    def console_tail(self, lines=25):
        return "\n".join(self.console().splitlines()[-lines:])

    # --- the second UART ----------------------------------------------------------------------

    def uart1(self):
        """Everything that was written to the second UART since the start."""
        with open(self.uart1_path, "rb") as f:
            return f.read().decode("utf-8", errors="replace").replace("\r", "")

    def wait_uart1(self, pattern, timeout=10, start=0):
        """Waits until a regular expression matches in uart1()[start:], and returns the match."""
        end = time.monotonic() + timeout
        while True:
            match = re.search(pattern, self.uart1()[start:])
            if match:
                return match
            if time.monotonic() > end:
                raise GuestTimeout(f"nothing on UART1 matches {pattern!r} within {timeout} s; it "
                                   f"ends with:\n{self.uart1()[start:][-800:]}")
            if not self.alive:
                raise GuestDied(f"QEMU ended:\n{self.console_tail()}")
            time.sleep(0.05)

    def write_uart1(self, data):
        """Types bytes into the second UART."""
        if not self._uart1_socket:
            self._uart1_socket = socket.socket(socket.AF_UNIX)
            self._uart1_socket.connect(f"{self._sockets}/uart1")
            # The log file has the output. But QEMU stands still when nobody takes it from here.
            threading.Thread(target=_discard, args=(self._uart1_socket,), daemon=True).start()
        self._uart1_socket.sendall(data)

    # --- QEMU ---------------------------------------------------------------------------------

    def cpu_states(self):
        """Where each CPU is, twice: for the reader of a failure."""
        text = ""
        for _ in range(2):
            try:
                registers = self.monitor("info registers -a")
            except (OSError, ValueError, GuestError) as error:
                return f"{text}no registers: {error}\n"
            for cpu, part in enumerate(registers.split("CPU#")[1:]):
                found = re.search(r"PC=(\w+).*?X30=(\w+).*?PSTATE=\w+ \S+ (?:N?S )?(\w+)", part, re.S)
                text += f"CPU {cpu}: {found[3]} pc {found[1]} lr {found[2]}\n" if found else ""
        return text

    def qmp(self, command, **arguments):
        """A QMP command; returns its result."""
        if not self._qmp:
            self._qmp = socket.socket(socket.AF_UNIX)
            self._qmp.settimeout(20)
            self._qmp.connect(f"{self._sockets}/qmp")
            self._qmp_file = self._qmp.makefile("rw", encoding="utf-8")
            self._qmp_file.readline()
            self._qmp_send("qmp_capabilities", {})
        return self._qmp_send(command, arguments)

    def _qmp_send(self, command, arguments):
        self._qmp_file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self._qmp_file.flush()
        while True:
            line = self._qmp_file.readline()
            if not line:
                raise GuestDied("QEMU closed its monitor")
            answer = json.loads(line)
            if "error" in answer:
                raise GuestError(f"QMP {command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def end_by(self, command):
        """Types a command that ends the machine, and waits for that; returns QEMU's word for the
        reason, such as guest-shutdown."""
        self.qmp("query-status")
        self.proc.send(command + "\n")
        for line in self._qmp_file:
            message = json.loads(line)
            if message.get("event") == "SHUTDOWN":
                return message["data"]["reason"]
        raise GuestDied("QEMU ended and gave no reason")

    def monitor(self, line):
        """A line for QEMU's human monitor; returns the text."""
        return self.qmp("human-monitor-command", **{"command-line": line}).replace("\r", "")

    def system_reset(self):
        """Presses the reset button. Boots again only with reboot=True; then call wait_boot()."""
        self.qmp("system_reset")

    def read_memory(self, address, size):
        """Bytes of guest-physical memory, as the machine (not a cell) sees it."""
        path = os.path.join(self._sockets, "memory")
        self.qmp("pmemsave", val=address, size=size, filename=path)
        with open(path, "rb") as f:
            return f.read()

    def write_memory(self, address, data):
        """Writes guest-physical memory, as no CPU could: by QEMU's debugger interface. The machine
        stands still meanwhile."""
        with socket.socket(socket.AF_UNIX) as gdb:
            gdb.settimeout(20)
            gdb.connect(f"{self._sockets}/gdb")
            stream = gdb.makefile("rb")
            for packet in ("Qqemu.PhyMemMode:1", f"M{address:x},{len(data):x}:{data.hex()}", "D"):
                gdb.sendall(f"${packet}#{sum(packet.encode()) & 0xff:02x}".encode())
                answer = b""
                while not re.search(rb"\$[^#]*#..$", answer):
                    answer += stream.read(1)
                gdb.sendall(b"+")
                if b"$OK#" not in answer:
                    raise GuestError(f"QEMU's debugger interface answers {answer} to {packet}")
