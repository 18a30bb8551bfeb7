#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Fetches the user space of the guest: Debian's static arm64 busybox, as build/busybox/busybox.
set -eu
. "$(dirname "$0")/setup_lib.sh"

say "busybox: downloading"
rm -rf "$B/busybox"
mkdir -p "$B/busybox/root"
fetch "$B/busybox/root" busybox-static:arm64
busybox=$(find "$B/busybox/root" -path '*/bin/busybox' -type f | head -n 1)
[ -n "$busybox" ] || die "busybox-static has no busybox in it"
ln -sfn "${busybox#"$B/busybox/"}" "$B/busybox/busybox"
