#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
cppcheck finds nothing in hypervisor and tools.

The mistake: what compilers do not see, such as an index that is checked after its use, a leak on an
error path, or a value that is never read.
"""

import gate_lib

FLAGS = ["--quiet", "--std=c11", "--platform=unix64", "--inline-suppr", "--error-exitcode=1",
         "--enable=warning,performance,portability", "-j2", "--max-configs=4",
         "--suppress=missingInclude", "--suppress=missingIncludeSystem",
         "--suppress=unmatchedSuppression",
         # The address-of-a-symbol arithmetic that every image with a linker script needs.
         "--suppress=comparePointers",
         "--template={file}:{line}: {message} [{id}]",
         # Not expanded, so that both branches are looked at; its expansion is beyond cppcheck 2.10.
         "-UIS_ENABLED",
         "-D__aarch64__=1", "-D__GNUC__=12"]
INCLUDES = ["-Iinclude", "-Iinclude/arch/arm64", "-Ihypervisor/include",
            "-Ihypervisor/arch/arm64/include"]


def findings(tree):
    files = [name for name in tree.match("hypervisor/*.c", "tools/*.c")
             if "/tests/" not in name]
    if not files:
        return []
    status, text = tree.run(["cppcheck", *FLAGS, *INCLUDES,
                             f"--include={tree.build}/include/generated/config.h", *files])
    lines = [line for line in text.split("\n") if line.strip()]
    return lines if status or lines else []


if __name__ == "__main__":
    gate_lib.main(findings, __doc__)
