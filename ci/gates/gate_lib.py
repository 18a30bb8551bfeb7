# SPDX-License-Identifier: GPL-2.0
"""
What every gate shares: which files there are, running tools side by side, and the way to report.

A gate is a program gate_<name>.py with a function findings(tree), which returns one line of text
for each mistake: "path:line: what is wrong; what to do". It exits with 1 if there are any.
"""

import argparse
import concurrent.futures
import fnmatch
import os
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Tree:
    """The source files below a root: what git tracks or would add, or all files without git."""

    def __init__(self, root=TOP):
        self.root = os.path.abspath(root)
        self.build = os.path.abspath(os.environ.get("B") or os.path.join(TOP, "build"))
        if os.path.exists(os.path.join(self.root, ".git")):
            names = subprocess.run(
                ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                cwd=self.root, check=True, capture_output=True).stdout.decode().split("\0")
        else:
            names = [os.path.relpath(os.path.join(folder, name), self.root)
                     for folder, _, files in os.walk(self.root) for name in files]
            names = [name for name in names if not name.startswith(("build/", ".build/"))]
        self.files = sorted(name for name in names
                            if name and os.path.isfile(os.path.join(self.root, name)))

    def path(self, name):
        return os.path.join(self.root, name)

    def match(self, *patterns):
        """Files that match a pattern, in which * also stands for /."""
        return [name for name in self.files
                if any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]

    def read(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as f:
            return f.read()

    def run(self, command, **options):
        """Runs a program in the root; returns its exit status and everything it wrote."""
        done = subprocess.run(command, cwd=self.root, stdout=subprocess.PIPE, text=True,
                              stderr=subprocess.STDOUT, errors="replace", check=False, **options)
        return done.returncode, done.stdout


def side_by_side(function, items):
    """[function(item) for item in items], on all CPUs, in order."""
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, items))


def main(findings, doc):
    parser = argparse.ArgumentParser(description=doc.strip().split("\n", maxsplit=1)[0])
    parser.add_argument("--root", default=TOP, help="check another tree")
    args = parser.parse_args()
    found = findings(Tree(args.root))
    for line in found:
        print(line)
    sys.exit(1 if found else 0)
