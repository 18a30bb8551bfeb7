#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Fetches Debian's TF-A for the Raspberry Pi 4, as build/firmware/rpi4/bl31.bin. QEMU has firmware of
# its own for the other boards.
set -eu
. "$(dirname "$0")/setup_lib.sh"

say "TF-A: downloading"
rm -rf "$B/firmware"
mkdir -p "$B/firmware/root"
fetch "$B/firmware/root" arm-trusted-firmware:arm64
[ -e "$B/firmware/root/usr/lib/arm-trusted-firmware/rpi4/bl31.bin" ] ||
	die "arm-trusted-firmware has no rpi4/bl31.bin in it"
ln -sfn root/usr/lib/arm-trusted-firmware/rpi4 "$B/firmware/rpi4"
