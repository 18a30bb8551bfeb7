#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Makes the private apt state: the mirrors are those of the system, whatever they are, with arm64
# and bookworm-backports added. The system's own lists and architectures stay as they are.
set -eu
. "$(dirname "$0")/setup_lib.sh"

targets()
{
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' \
		'Created-By: Packages' 'Origin: Debian' 'Component: main'
}

mkdir -p "$apt_dir/none" "$apt_dir/lists/partial" "$apt_dir/cache/archives/partial"
: >"$apt_dir/status"
if [ -z "$(targets)" ]; then
	say "updating the package lists"
	retry apt-get -qq update
fi
targets | awk '
	{ site[$2] = $1 }
	END {
		if (!("bookworm-backports" in site))
			site["bookworm-backports"] = site["bookworm"]
		for (suite in site)
			if (site[suite] != "")
				print "deb", site[suite], suite, "main"
	}' >"$apt_dir/sources.list"
grep -q ' bookworm main' "$apt_dir/sources.list" ||
	die "apt knows no source for Debian 12 (bookworm)" \
	    "run this on Debian 12, with bookworm in the apt sources"
say "fetching the arm64 and backports package lists"
retry apt_x apt-get update || die "cannot fetch the package lists" "check the network"
