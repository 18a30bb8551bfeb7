#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Builds Arm Trusted Firmware for QEMU's `virt` with GICv3 from Debian's source package (the binary
# package has no such platform). It starts a kernel that lies in memory already, see ci/guest.py.
# Result:
#   build/tfa/flash.bin	for qemu -bios
#   build/tfa/version	of the source package
set -eu
. "$(dirname "$0")/setup_lib.sh"

top=$B/tfa
src=$top/src
log=$top/build.log
# Where ci/guest.py puts the kernel.
kernel_base=0x40200000

# The private apt state knows binary packages only, and stays so: a site without sources is to fail
# here, and nowhere else. Source lists of its own, from the same site.
apt_source()
{
	apt_x "$@" -o Dir::Etc::sourcelist="$apt_dir/source.list" \
		-o Dir::State::lists="$apt_dir/source-lists" \
		-o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
}

rm -rf "$top"
mkdir -p "$src" "$apt_dir/source-lists/partial"
grep ' bookworm main' "$apt_dir/sources.list" | sed 's/^deb /deb-src /' >"$apt_dir/source.list"
say "tfa: downloading the source"
retry apt_source apt-get update ||
	die "cannot fetch the list of source packages" "check the network, then run make firmware again"
(cd "$top" && retry apt_source apt-get source --download-only arm-trusted-firmware) ||
	die "cannot download the source of arm-trusted-firmware" \
	    "check the network, then run make firmware again"
rm -rf "$apt_dir/source-lists"
# Debian's patches concern host tools that are not built here.
tar -C "$src" --strip-components=1 -xf "$top"/*.orig.tar.*
version=$(sed -n 's/^Version: //p' "$top"/*.dsc | head -n 1)

say "tfa: building $version"
progress tail -n 1 "$log"
# The Makefile that runs us has nothing to say to theirs.
if ! env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make -C "$src" -j"$(nproc)" \
	CROSS_COMPILE=aarch64-linux-gnu- LDFLAGS=--no-warn-rwx-segments \
	PLAT=qemu DEBUG=0 QEMU_USE_GIC_DRIVER=QEMU_GICV3 \
	ARM_LINUX_KERNEL_AS_BL33=1 PRELOADED_BL33_BASE=$kernel_base \
	BUILD_STRING="$version" BUILD_MESSAGE_TIMESTAMP='"Debian source"' \
	bl1 bl2 bl31 >"$log" 2>&1; then
	tail -20 "$log" >&2
	die "cannot build arm-trusted-firmware; the whole log is in $log"
fi
progress_end
out=$src/build/qemu/release
/usr/bin/python3 "$(dirname "$0")/fip.py" "$top/flash.bin" \
	"$out/bl1.bin" "$out/bl2.bin" "$out/bl31.bin"
rm -rf "$src" "$top"/*.tar.* "$top"/*.dsc
echo "$version" >"$top/version"
say "tfa: $version is ready"
