#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""`make run`: an interactive shell in the guest."""

import argparse
import os
import sys

import boards
from guest import BUILD, kernel_release, qemu_command


def main():
    parser = argparse.ArgumentParser(description="An interactive shell in the guest.")
    parser.add_argument("board", help="a row of ci/boards.tsv")
    parser.add_argument("--append", default="", help="more kernel parameters")
    args = parser.parse_args()

    board = boards.find(args.board)
    log_dir = os.path.join(BUILD, "logs", "run")
    os.makedirs(log_dir, exist_ok=True)
    inmate = os.path.join(log_dir, "uart1.log")
    command = qemu_command(**board.options(extra_append=args.append, batch=False))
    command += ["-chardev", "stdio,id=console,mux=on,signal=off", "-mon", "chardev=console",
                "-chardev", f"file,id=inmate,path={inmate}", *board.serial_lines().split()]
    print(f"Debian {kernel_release(board.kernel)} on QEMU. poweroff -f or Ctrl-A X ends it.\n"
          f"The UART where inmates write goes to {os.path.relpath(inmate)}\n"
          "(tail -f it in another terminal).\n"
          "Try: insmod /lib/modules/jailhouse.ko; "
          f"jailhouse enable /etc/jailhouse/{board.root}.cell", flush=True)
    os.execv(command[0], command)


if __name__ == "__main__":
    sys.exit(main())
