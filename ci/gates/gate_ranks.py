#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""
Who may include whom.

The mistake: a core file that looks into a driver or into the architecture "just this once", or a
driver or tool that uses the hypervisor's headers instead of the ABI. Each makes a layer that can no
longer be changed, tested on the host, or replaced.

The ranks are the table LAYERS. Angle brackets carry the layer, quotes are private to the folder.
"""

import fnmatch
import os
import re

import gate_lib

FREESTANDING = r"std(arg|bool|def|int|noreturn)\.h|limits\.h"
# Where <...> is looked up, in this order.
INCLUDE_ROOTS = ("include", "include/arch/arm64", "hypervisor/include",
                 "hypervisor/arch/arm64/include", "inmates/lib/include",
                 "inmates/lib/arm64/include", "inmates/lib/arm-common/include")
HYPERVISOR = ("abi", "core public", "arch contract")
GENERATED = r"|generated/.*\.h"

# name, files, layers it may include, headers from outside this tree it may include (regex).
# The first pattern that matches a file decides.
LAYERS = (
    ("abi", "include/*", ("abi",),
     FREESTANDING + r"|linux/(types|ioctl)\.h|sys/ioctl\.h"),
    ("core public", "hypervisor/include/*", HYPERVISOR, FREESTANDING + GENERATED),
    ("arch contract", "hypervisor/arch/*/include/*", HYPERVISOR, FREESTANDING + GENERATED),
    ("core", "hypervisor/core/*", HYPERVISOR + ("core",), FREESTANDING + GENERATED),
    ("arch", "hypervisor/arch/*", HYPERVISOR + ("arch",), FREESTANDING + GENERATED),
    ("irqchip", "hypervisor/irqchip/*", HYPERVISOR + ("irqchip",), FREESTANDING + GENERATED),
    ("iommu", "hypervisor/iommu/*", HYPERVISOR + ("iommu",), FREESTANDING + GENERATED),
    ("uart", "hypervisor/uart/*", HYPERVISOR + ("uart",), FREESTANDING + GENERATED),
    # Tests see everything of the hypervisor, that is their job.
    ("hypervisor tests", "hypervisor/tests/*",
     HYPERVISOR + ("core", "arch", "irqchip", "iommu", "uart", "hypervisor tests"), r".*"),
    ("driver", "driver/*", ("abi", "driver"), r"(linux|asm|uapi|kunit)/.*"),
    ("tool tests", "tools/tests/*", ("abi", "tools", "tool tests"), r"(?!hyp/|arch/).*"),
    ("tools", "tools/*", ("abi", "tools"), r"(?!hyp/|arch/).*"),
    ("configs", "configs/*", ("abi", "configs"), FREESTANDING + r"|linux/types\.h"),
    ("inmate library", "inmates/lib/*", ("abi", "inmate library"), FREESTANDING),
    ("inmates", "inmates/*", ("abi", "inmate library", "inmates"), FREESTANDING),
    ("ci", "ci/*", ("abi", "ci"), r".*"),
)
# Layers that may look into the folder that they test.
TESTS = ("hypervisor tests", "tool tests")
# Folders with one file per driver: a header that has a .c beside it belongs to that driver alone.
DRIVER_FOLDERS = ("hypervisor/irqchip", "hypervisor/iommu", "hypervisor/uart")

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def layer_of(name):
    for layer in LAYERS:
        if fnmatch.fnmatch(name, layer[1]):
            return layer
    return None


def resolve(tree, name, layer, kind, target):
    """The file of this tree that an #include means, or None."""
    folder = os.path.dirname(name)
    tested = (os.path.dirname(folder),) if layer[0] in TESTS else ()
    for root in ((folder, *tested) if kind == '"' else ()) + INCLUDE_ROOTS:
        path = os.path.normpath(os.path.join(root, target))
        if path in tree.known:
            return path
    return None


def edge(tree, name, layer, kind, target):
    """What is wrong with `name` including `target`, or None."""
    path = resolve(tree, name, layer, kind, target)
    quoted = f'"{target}"' if kind == '"' else f"<{target}>"
    if path is None:
        if kind == '"':
            return f"includes {quoted}, which is not in its folder"
        if not re.fullmatch(layer[3], target):
            return f"({layer[0]}) includes {quoted} from outside; this layer may not"
        return None
    other = layer_of(path)
    if other is None or other[0] not in layer[2]:
        return (f"({layer[0]}) includes {quoted} ({other[0] if other else 'no layer'}: {path}); "
                f"it may include only: {', '.join(layer[2])}")
    # A config may be another one, with a few macros set.
    if path.endswith(".c") and layer[0] not in (*TESTS, "configs"):
        return f"includes the source file {quoted}"
    folder = os.path.dirname(name)
    if kind == '"' and layer[0] not in TESTS:
        if os.path.dirname(path) != folder:
            return f"includes {quoted} of another folder by quotes; quotes are private to a folder"
        stem = os.path.splitext(os.path.basename(path))[0]
        # pl011.c, gic_dist.c and gic_filter.c: the drivers are pl011 and gic.
        driver = stem.split("_")[0]
        if (folder in DRIVER_FOLDERS and os.path.join(folder, stem + ".c") in tree.known and
                not os.path.basename(name).startswith(driver)):
            return f"includes {quoted}, which belongs to the driver {driver}"
    return None


def findings(tree):
    tree.known = set(tree.files)
    found = []
    for name in tree.match("*.c", "*.h", "*.S"):
        layer = layer_of(name)
        if not layer:
            found.append(f"{name}: belongs to no layer; add its folder to LAYERS in gate_ranks.py")
            continue
        text = tree.read(name)
        for match in INCLUDE.finditer(text):
            wrong = edge(tree, name, layer, match[1], match[2])
            if wrong:
                found.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {wrong}")
    return found


if __name__ == "__main__":
    gate_lib.main(findings, __doc__)
