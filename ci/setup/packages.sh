#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Installs the Debian packages of packages.txt that are missing, and nothing else.
# Changes nothing (and needs no root) when all of them are there.
set -eu
. "$(dirname "$0")/setup_lib.sh"

want=$(sed 's/#.*//' "$(dirname "$0")/packages.txt" | tr -s ' \t' '\n' | grep -v '^$')
missing=
for p in $want; do
	dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed ||
		missing="$missing $p"
done
if [ -z "$missing" ]; then
	say "all Debian packages are installed"
	exit 0
fi

[ "$(id -u)" = 0 ] ||
	die "these Debian packages are missing, and only root can install them:$missing" \
	    "run as root: apt-get install$missing"

say "updating the package lists"
retry apt-get -qq update
say "installing$missing"
export DEBIAN_FRONTEND=noninteractive
# Output goes to a file; its last line is shown now and then, and its end after a failure.
log=$B/setup/packages.log
progress tail -n 1 "$log"
# shellcheck disable=SC2086
if ! retry apt-get -y -o Dpkg::Use-Pty=0 --no-install-recommends install $missing >"$log" 2>&1; then
	tail -20 "$log" >&2
	die "apt-get could not install the packages; the whole log is in $log"
fi
progress_end
say "installed $(printf '%s\n' $missing | wc -l) packages"
