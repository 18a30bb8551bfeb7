# SPDX-License-Identifier: GPL-2.0
"""
Mutants on the machine: system tests with the image of a tree that may be ruined. All else that a guest has
(kernel, driver, tool, configs, inmates) is what `make all initramfs` has built of the real one.
"""

import os
import re
import subprocess
import sys

import boards

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# What each tree has of its own.
OWN = ("hypervisor", "initramfs", "logs", "reports", "tmp")
SECONDS = 1200


class Target:
    """Runs TESTS (names of files in ci/system/, without test_) on a row of ci/boards.tsv."""

    def __init__(self, tree, build, row, tests):
        self.tree = tree
        self.board = boards.find(row)
        self.tests = [os.path.join(TOP, "ci", "system", f"test_{test}.py") for test in tests]
        self.folder = os.path.join(tree.top, "build", "machine")
        os.makedirs(os.path.join(self.folder, "hypervisor"))
        for name in os.listdir(build):
            # Neither the copies of trees that are ruined.
            if name not in OWN and not name.startswith("mutants"):
                os.symlink(os.path.join(build, name), os.path.join(self.folder, name))
        for name in ("jailhouse.bin", "jailhouse.elf"):
            os.symlink(os.path.join(tree.top, "build", "image", "hypervisor", name),
                       os.path.join(self.folder, "hypervisor", name))

    def notices(self):
        """The test that fails first, None if all pass, "stillborn" if there is no image."""
        if self.tree.make_files("image", "", ["build/image/hypervisor/jailhouse.bin"]):
            return "stillborn"
        kernel = self.board.kernel
        subprocess.run([sys.executable, os.path.join(TOP, "ci", "mkinitramfs.py"), "--kernel", kernel, "--build",
                        self.folder, "--output", os.path.join(self.folder, "initramfs", f"{kernel}.cpio.gz")],
                       check=True, stdout=subprocess.DEVNULL)
        environment = {**os.environ, "B": self.folder, "BOARDS": self.board.board, "PYTHONDONTWRITEBYTECODE": "1",
                       "PYTHONPATH": os.path.join(TOP, "ci")}
        try:
            done = subprocess.run([sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-rfE",
                                   "-p", "no:cacheprovider", *self.tests], cwd=TOP, env=environment, text=True,
                                  errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return "too slow"
        if not done.returncode:
            return None
        failed = re.search(r"^(?:FAILED|ERROR) \S*/(test_\w+)\.py", done.stdout, re.M)
        return failed[1] if failed else f"pytest {done.returncode}"
