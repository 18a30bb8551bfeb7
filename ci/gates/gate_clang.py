#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Everything but the driver also builds with clang, with every warning an error.

The mistake: code that only one compiler accepts, or about which only the other one warns.
"""

import os

import gate_lib


def findings(tree):
    parts = [part for part in ("hypervisor", "tools", "configs", "inmates")
             if os.path.exists(tree.path(f"{part}/build.mk"))]
    env = {name: value for name, value in os.environ.items()
           if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "B")}
    status, text = tree.run(["make", "-k", "B=build/clang", "HYP_CC=clang", "HOSTCC=clang", *parts],
                            env=env)
    if not status:
        return []
    text = text.split("\n")
    # What stands before make's own line is the reason, whatever program says it.
    lines = [line for line, following in zip(text, [*text[1:], ""])
             if "error:" in line or "undefined reference" in line or "***" in line or "***" in following]
    return lines[:40] or text[-20:]


if __name__ == "__main__":
    gate_lib.main(findings, __doc__)
