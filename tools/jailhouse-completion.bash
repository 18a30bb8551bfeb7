# SPDX-License-Identifier: GPL-2.0
# bash completion for the jailhouse command. Installed as
# /usr/share/bash-completion/completions/jailhouse

_jailhouse_sysfs=${JAILHOUSE_SYSFS:-/sys/devices/jailhouse}

_jailhouse_words() {
	COMPREPLY+=($(compgen -W "$1" -- "$cur"))
}

# Files whose names end in $1, and folders to descend into.
_jailhouse_files() {
	local file
	while IFS= read -r file; do
		if [[ -d $file ]]; then
			COMPREPLY+=("$file/")
		elif [[ $file == *$1 ]]; then
			COMPREPLY+=("$file")
		fi
	done < <(compgen -f -- "$cur")
	compopt -o nospace 2>/dev/null
	[[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} != */ ]] && compopt +o nospace 2>/dev/null
	return 0
}

# Ids and names of the cells; the root cell only if $1 is "root". Names with
# blanks cannot be offered.
_jailhouse_names() {
	local cell name
	for cell in "$_jailhouse_sysfs"/cells/*; do
		[[ -r $cell/name ]] || continue
		[[ ${cell##*/} == 0 && $1 != root ]] && continue
		read -r name <"$cell/name"
		[[ $name == *[[:space:]]* ]] || _jailhouse_words "$name"
		[[ $2 == names ]] || _jailhouse_words "${cell##*/}"
	done
}

# The position of the first word after the cell; 0 if the cell is not complete.
_jailhouse_after_cell() {
	local at=3
	[[ ${COMP_WORDS[3]} == --name ]] && at=4
	((COMP_CWORD > at)) && echo $((at + 1)) || echo 0
}

_jailhouse_cell_id() {
	if [[ ${COMP_WORDS[3]} == --name && $COMP_CWORD -eq 4 ]]; then
		_jailhouse_names "$1" names
	elif ((COMP_CWORD == 3)); then
		_jailhouse_names "$1"
		_jailhouse_words --name
	fi
}

_jailhouse_load() {
	local first
	first=$(_jailhouse_after_cell)
	if ((first == 0)); then
		_jailhouse_cell_id
		return
	fi
	case $prev in
	-s | --string | -a | --address)
		return
		;;
	esac
	if [[ $cur == -* ]]; then
		_jailhouse_words "-s --string"
		((COMP_CWORD > first)) && _jailhouse_words "-a --address"
	else
		_jailhouse_files ""
	fi
}

_jailhouse_cell() {
	if ((COMP_CWORD == 2)); then
		_jailhouse_words "create list load start shutdown destroy linux stats"
		return
	fi
	case ${COMP_WORDS[2]} in
	create)
		((COMP_CWORD == 3)) && _jailhouse_files .cell
		;;
	load)
		_jailhouse_load
		;;
	start | shutdown | destroy)
		_jailhouse_cell_id
		;;
	stats)
		if [[ $cur == -* && $COMP_CWORD -gt 3 ]]; then
			_jailhouse_words "--once --json -i --interval"
		else
			_jailhouse_cell_id root
		fi
		;;
	linux)
		if ((COMP_CWORD == 3)); then
			_jailhouse_files .cell
		elif [[ $cur == -* ]]; then
			_jailhouse_words "-d --dtb -i --initrd -c --cmdline -w --write-params -h"
		else
			_jailhouse_files ""
		fi
		;;
	esac
}

_jailhouse() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	COMPREPLY=()

	if ((COMP_CWORD == 1)); then
		_jailhouse_words "enable disable console cell config hardware selftest --help --version"
		return
	fi
	case ${COMP_WORDS[1]} in
	enable)
		((COMP_CWORD == 2)) && _jailhouse_files .cell
		;;
	console)
		((COMP_CWORD == 2)) && _jailhouse_words "-f --follow"
		;;
	cell)
		_jailhouse_cell
		;;
	config)
		if ((COMP_CWORD == 2)); then
			_jailhouse_words "check create collect"
		elif [[ ${COMP_WORDS[2]} == check ]]; then
			_jailhouse_files .cell
		fi
		;;
	hardware)
		((COMP_CWORD == 2)) && _jailhouse_words check
		;;
	selftest)
		if [[ $cur == -* ]]; then
			_jailhouse_words "--seed --probes --timeout --image"
		else
			_jailhouse_files .cell
		fi
		;;
	esac
	return 0
}

complete -F _jailhouse jailhouse
