#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Layout of C files is what clang-format makes of it.

The mistake: changes that mix layout with content, so that a review cannot see what changed.
"""

import os

import gate_lib


def findings(tree):
    style = f"--style=file:{os.path.join(gate_lib.TOP, '.clang-format')}"

    def one(name):
        status, text = tree.run(["clang-format-14", style, "--dry-run", "-Werror",
                                 "--ferror-limit=1", name])
        place = text.split(": error:", maxsplit=1)[0]
        return [f"{place}: layout differs from .clang-format; run make format"] if status else []

    return sum(gate_lib.side_by_side(one, tree.match("*.c", "*.h")), [])


if __name__ == "__main__":
    gate_lib.main(findings, __doc__)
