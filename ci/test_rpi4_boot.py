# SPDX-License-Identifier: GPL-2.0
"""
Tests of ci/rpi4_boot.py with an image that has what TF-A's has. The real one is downloaded for the
system tests only.
"""

import os
import struct
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import rpi4_boot  # noqa: E402


def image(**changes):
    """B 0x100; the boot loader's table; at 0x200 the request for a reset; an odd byte."""
    words = [0] * 0x90
    words[0], words[0xf0 // 4], words[0x200 // 4] = 0x14000040, 0x5afe570b, 0xd51ec040
    for at, word in changes.items():
        words[int(at[1:], 16) // 4] = word
    return struct.pack(f"<{len(words)}I", *words) + b"x"


def test_firmware():
    before, after = image(), rpi4_boot.firmware(image())
    assert len(after) == len(before) and after[-1:] == b"x"
    assert struct.unpack_from("<4I", after, 0xf0) == (0, 0, rpi4_boot.DTB, rpi4_boot.KERNEL)
    # B -0x100: from 0x200 to where the first word goes.
    assert struct.unpack_from("<I", after, 0x200) == (0x17ffffc0,)
    same = [at for at in range(0, len(before)) if before[at] != after[at]]
    assert all(0xf0 <= at < 0x100 or 0x200 <= at < 0x204 for at in same)


@pytest.mark.parametrize("changes", [{"x0": 0}, {"xf0": 0}, {"x200": 0}, {"x204": 0xd51ec040}])
def test_unknown_firmware(changes):
    with pytest.raises(SystemExit, match="not TF-A"):
        rpi4_boot.firmware(image(**changes))


def test_device_tree(tmp_path):
    source, output = tmp_path / "in.dtb", tmp_path / "out.dtb"
    subprocess.run(["dtc", "-q", "-O", "dtb", "-o", source], check=True, text=True,
                   input="/dts-v1/; / { chosen { bootargs = \"old\"; }; };")
    rpi4_boot.device_tree(source, output, "console=ttyS1 quiet", 0x1234)
    text = subprocess.run(["fdtget", "-t", "s", output, "/chosen", "bootargs"], check=True, text=True,
                          capture_output=True).stdout
    assert text == "console=ttyS1 quiet\n"
    cells = subprocess.run(["fdtget", "-t", "x", output, "/chosen", "linux,initrd-start", "/chosen",
                            "linux,initrd-end"], check=True, text=True, capture_output=True).stdout
    assert cells.split() == ["28000000", "28001234"]
