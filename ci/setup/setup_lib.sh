# SPDX-License-Identifier: GPL-2.0
#
# What the set-up scripts share: messages, retries, and a private apt state that knows arm64 and
# the backports without touching the system's own apt and dpkg. Sourced, never run.
# shellcheck shell=sh

B=$(mkdir -p "${B:-build}" && cd "${B:-build}" && pwd)
mkdir -p "$B/setup"

say()
{
	echo "  SETUP   $*"
}

# die MESSAGE [REMEDY]
die()
{
	echo "setup: error: $1" >&2
	[ $# -lt 2 ] || echo "setup: $2" >&2
	exit 1
}

# Runs a command up to four times: a mirror that hiccups must not end a set-up of ten minutes.
retry()
{
	_try=1
	until "$@"; do
		[ $_try -lt 4 ] || return 1
		say "attempt $_try failed, again in $((_try * 5)) s: $*"
		sleep $((_try * 5))
		_try=$((_try + 1))
	done
}

# progress COMMAND...: shows every 10 s what COMMAND prints, until progress_end. For long steps.
progress()
{
	(
		while sleep 10; do
			say "... $("$@" 2>/dev/null)"
		done
	) &
	_progress=$!
	trap progress_end EXIT
}

progress_end()
{
	[ -z "${_progress-}" ] || kill "$_progress" 2>/dev/null || true
	_progress=
}

megabytes()
{
	echo "$(du -sm "$1" | cut -f 1) MB"
}

apt_dir=$B/setup/apt

# apt_x PROGRAM ARGS...: apt-get or apt-cache on the private state (amd64 and arm64, empty dpkg
# status, main only).
apt_x()
{
	_prog=$1
	shift
	"$_prog" -qq \
		-o Dir::Cache="$apt_dir/cache" \
		-o Dir::State::lists="$apt_dir/lists" \
		-o Dir::State::status="$apt_dir/status" \
		-o Dir::Etc::sourcelist="$apt_dir/sources.list" \
		-o Dir::Etc::sourceparts="$apt_dir/none" \
		-o Dir::Etc::preferencesparts="$apt_dir/none" \
		-o Dir::Etc::preferences="$apt_dir/none/preferences" \
		-o APT::Sandbox::User=root \
		-o APT::Architecture=amd64 \
		-o APT::Architectures::=amd64 -o APT::Architectures::=arm64 \
		-o APT::Install-Recommends=false \
		-o Acquire::Languages=none \
		-o Acquire::Retries=3 \
		"$@"
}

# fetch DIR PACKAGE...: downloads packages of the private state and unpacks them below DIR.
fetch()
{
	_dir=$1
	shift
	mkdir -p "$_dir/debs"
	# Lists that are older than a day may name packages that the mirror no longer has.
	if [ -n "$(find "$apt_dir/lists" -maxdepth 0 -mmin +1440)" ]; then
		retry apt_x apt-get update || true
		touch "$apt_dir/lists"
	fi
	progress megabytes "$_dir/debs"
	(cd "$_dir/debs" && retry apt_x apt-get download "$@") ||
		die "cannot download $*" "check the network, then run make setup again"
	for _deb in "$_dir"/debs/*.deb; do
		dpkg-deb -x "$_deb" "$_dir"
	done
	progress_end
	rm -rf "$_dir/debs"
}
