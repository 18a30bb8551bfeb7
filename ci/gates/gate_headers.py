#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Every header compiles alone, and twice.

The mistake: a header that works only after another one, so that the order of #include lines
matters; and a header without #pragma once.

The driver's private headers need the kernel's build system and are compiled there.
"""

import gate_lib

CROSS = "aarch64-linux-gnu-gcc"
HOST = "gcc"
FLAGS = ["-fsyntax-only", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"]
ABI = ["-Iinclude", "-Iinclude/arch/arm64"]
HYP = ABI + ["-Ihypervisor/include", "-Ihypervisor/arch/arm64/include", "-ffreestanding",
             "-mgeneral-regs-only"]
INMATE = ["-Iinmates/lib/arm64/include", "-Iinmates/lib/arm-common/include",
          "-Iinmates/lib/include"] + ABI + ["-ffreestanding"]

# The first pattern that matches decides; None: not compiled here.
HOW = (
    ("include/*", ((CROSS, ABI), (HOST, ABI))),
    ("hypervisor/tests/*", None),
    ("hypervisor/*", ((CROSS, HYP),)),
    ("inmates/*", ((CROSS, INMATE),)),
    ("configs/*", ((CROSS, ABI),)),
    ("tools/*", ((CROSS, ABI), (HOST, ABI))),
    ("driver/jailhouse.h", ((CROSS, ABI), (HOST, ABI))),
    ("driver/*", None),
    ("ci/*", None),
)


def how(name):
    for pattern, compilers in HOW:
        if gate_lib.fnmatch.fnmatch(name, pattern):
            return compilers
    return ()


def findings(tree):
    def one(name):
        compilers = how(name)
        if compilers == ():
            return [f"{name}: nobody knows how to compile it; add its folder to gate_headers.py"]
        found = []
        if "#pragma once" not in tree.read(name):
            found.append(f"{name}: has no #pragma once")
        for compiler, flags in compilers or ():
            if name.startswith("hypervisor/"):
                flags = flags + ["-include", f"{tree.build}/include/generated/config.h"]
            source = f'#include "{tree.path(name)}"\n' * 2
            status, text = tree.run([compiler, *FLAGS, *flags, "-x", "c", "-"], input=source)
            if status:
                first = next((line for line in text.split("\n") if "error:" in line), text)
                found.append(f"{name}: does not compile alone ({compiler}): {first}")
        return found

    return sum(gate_lib.side_by_side(one, tree.match("*.h")), [])


if __name__ == "__main__":
    gate_lib.main(findings, __doc__)
