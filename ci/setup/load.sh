#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Fetches what keeps the guest's Linux busy: Debian's arm64 stress-ng, and hackbench of rt-tests, as
#   build/load/<path in the guest>	the two programs, and the libraries that they need
set -eu
. "$(dirname "$0")/setup_lib.sh"

top=$B/load
rm -rf "$top"
mkdir -p "$top/root" "$top/lib/aarch64-linux-gnu" "$top/usr/bin"
# As in qemu.sh; of the closure, what is for scripts and the base system is not needed.
plan=$(apt_x apt-get install -s stress-ng:arm64 rt-tests:arm64 |
	awk '/^Inst/ && $2 ~ /:arm64$/ { v = $3; sub(/^\(/, "", v); print $2 "=" v }')
[ -n "$plan" ] || die "Debian has no stress-ng for arm64" "run make distclean setup"
take=$(printf '%s\n' "$plan" | grep -E '^(lib|zlib1g|stress-ng|rt-tests)' |
	grep -vE '^lib(python|sqlite|krb5|readline|ncurses|db5|nsl|tirpc)')
say "load: downloading $(printf '%s\n' "$take" | wc -l) packages"
# shellcheck disable=SC2086
fetch "$top/root" $take

# needed FILE...: copies the libraries that these files need, and what those need in turn.
needed()
{
	for _name in $(readelf -d "$@" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u); do
		[ ! -e "$top/lib/aarch64-linux-gnu/$_name" ] || continue
		_found=$(find "$top/root" -name "$_name" | head -n 1)
		[ -n "$_found" ] || die "no package has $_name, which $* needs"
		cp -L "$_found" "$top/lib/aarch64-linux-gnu/$_name"
		needed "$top/lib/aarch64-linux-gnu/$_name"
	done
}

for program in stress-ng hackbench; do
	cp "$top/root/usr/bin/$program" "$top/usr/bin/$program"
done
needed "$top/usr/bin/stress-ng" "$top/usr/bin/hackbench"
mv "$top/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1" "$top/lib/"
rm -rf "$top/root"
say "load: stress-ng and hackbench are ready, $(megabytes "$top")"
