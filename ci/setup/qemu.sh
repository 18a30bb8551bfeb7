#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Fetches QEMU 10 from bookworm-backports, with every library that it needs, into build/qemu. The
# system's own QEMU and libraries are neither used nor changed. Result:
#   build/qemu/qemu-system-aarch64	a wrapper: own libraries, own firmware directory
set -eu
. "$(dirname "$0")/setup_lib.sh"

top=$B/qemu
rm -rf "$top"
mkdir -p "$top/root"

# With an empty dpkg status apt's simulated installation is the complete closure of dependencies.
plan=$(apt_x apt-get install -s -t bookworm-backports qemu-system-arm |
	awk '/^Inst/ { v = $3; sub(/^\(/, "", v); print $2 "=" v }')
[ -n "$plan" ] || die "bookworm-backports has no qemu-system-arm" "run make distclean setup"
# Of the closure, programs and data of the base system are not needed to run QEMU.
take=$(printf '%s\n' "$plan" | grep -E '^(lib|qemu-system-(arm|common|data)|ipxe-qemu|zlib1g|seabios)' |
	grep -vE '^(libc6|libgcc-s1|libstdc|libc-bin|libpam|libsystemd-shared|libperl)')
say "qemu: downloading $(printf '%s\n' "$take" | wc -l) packages"
# shellcheck disable=SC2086
fetch "$top/root" $take

cat >"$top/qemu-system-aarch64" <<'END'
#!/bin/sh
# Made by ci/setup/qemu.sh.
top=$(dirname "$(readlink -f "$0")")/root
lib=$top/usr/lib/x86_64-linux-gnu
LD_LIBRARY_PATH=$lib:$top/lib/x86_64-linux-gnu:$lib/pulseaudio QEMU_MODULE_DIR=$lib/qemu \
	exec "$top/usr/bin/qemu-system-aarch64" -L "$top/usr/share/qemu" "$@"
END
chmod +x "$top/qemu-system-aarch64"
if ! text=$("$top/qemu-system-aarch64" --version 2>&1); then
	die "the unpacked QEMU does not start: $text"
fi
case $text in
*"version 10."*)	say "qemu: $(printf '%s\n' "$text" | head -n 1)" ;;
*)			die "this is not QEMU 10: $text" ;;
esac
