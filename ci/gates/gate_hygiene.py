#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
No large files, no blanks at the end of a line, no CR, no lost merge marker, a newline at the end.

The mistake: a build product or a download that is committed by accident stays in every clone for
ever; the rest makes changes show lines that nobody changed.
"""

import os
import re

import gate_lib

MAX_SIZE = 512 * 1024
VERBATIM = ("COPYING",)


def findings(tree):
    found = []
    for name in tree.files:
        size = os.path.getsize(tree.path(name))
        if size > MAX_SIZE:
            found.append(f"{name}: {size // 1024} KiB; no file may have more than 512 KiB")
            continue
        with open(tree.path(name), "rb") as f:
            data = f.read()
        if b"\0" in data or name in VERBATIM:
            continue
        text = data.decode("utf-8", errors="replace")
        for number, line in enumerate(text.split("\n"), 1):
            if line.endswith("\r"):
                found.append(f"{name}:{number}: carriage return; files have Unix line ends")
                break
            if line != line.rstrip(" \t"):
                found.append(f"{name}:{number}: blanks at the end of the line")
            if re.match(r"(<{7}|>{7}) ", line):
                found.append(f"{name}:{number}: merge marker")
        if text and not text.endswith("\n"):
            found.append(f"{name}: no newline at the end")
    return found


if __name__ == "__main__":
    gate_lib.main(findings, __doc__)
