#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# kernel.sh 6.1|6.12: fetches Debian's stock arm64 kernel of that series with its headers, as
#   build/kernels/<series>/vmlinuz	the kernel image
#   build/kernels/<series>/release	its release string
#   build/kernels/<series>/headers	the KDIR to build modules against, on amd64
#   build/kernels/<series>/modules	its own modules
#   build/kernels/<series>/uio.ko	one of them
set -eu
. "$(dirname "$0")/setup_lib.sh"

series=$1
case $series in
6.1)	suites="bookworm-security bookworm" ;;
6.12)	suites="bookworm-backports" ;;
*)	die "no kernel $series" "use 6.1 or 6.12" ;;
esac

# The meta package depends on the current image; a suite may have none.
for suite in $suites; do
	release=$(apt_x apt-cache depends -t "$suite" linux-image-arm64:arm64 2>/dev/null |
		sed -n 's/.*Depends: linux-image-\(.*\):arm64/\1/p' | head -n 1)
	case $release in
	$series.*)	break ;;
	*)		release= ;;
	esac
done
[ -n "$release" ] || die "Debian's $suites has no arm64 kernel $series" "run make distclean setup"

version=$(apt_x apt-cache show "linux-image-$release:arm64" | sed -n 's/^Version: //p' | head -n 1)
kbuild=$(apt_x apt-cache depends "linux-headers-$release:arm64" |
	sed -n 's/.*: \(linux-kbuild-[^:]*\).*/\1/p' | head -n 1)
top=$B/kernels/$series
rm -rf "$top"
mkdir -p "$top/root"
# Of kbuild the headers want this version or a newer one, and a newer one can be all that is left.
say "kernel $series: downloading Debian's $release (about 80 MB)"
fetch "$top/root" "linux-image-$release:arm64=$version" "linux-headers-$release:arm64=$version" \
	"linux-headers-${release%-arm64}-common=$version" "$kbuild:amd64"

headers=$top/root/usr/src/linux-headers-$release
# Debian's files name /usr/src and /usr/lib; ours lie here, and so must what they include. $headers
# is relative to the makefile itself, so that the tree can be moved.
common=linux-headers-${release%-arm64}-common
cat >"$headers/Makefile" <<END
include \$(dir \$(lastword \$(MAKEFILE_LIST)))../$common/Makefile
END
for link in scripts tools; do
	[ -L "$headers/$link" ] || continue
	ln -sfn "../../lib/$kbuild/$link" "$headers/$link"
done
ln -sfn "root/usr/src/linux-headers-$release" "$top/headers"
ln -sfn "root/boot/vmlinuz-$release" "$top/vmlinuz"
ln -sfn "root/lib/modules/$release" "$top/modules"
[ -s "$top/vmlinuz" ] && [ -d "$top/modules" ] && [ -d "$top/headers/include" ] ||
	die "the packages of kernel $release have an unknown layout"
# Modules of Debian's that ours need, unpacked: the guest has no depmod.
for module in kernel/drivers/uio/uio; do
	found=$top/modules/$module.ko
	if [ -e "$found.xz" ]; then
		xz -dc "$found.xz" >"$top/${module##*/}.ko"
	else
		cp "$found" "$top/${module##*/}.ko"
	fi
done
echo "$release" >"$top/release"
say "kernel $series: $release is ready"
