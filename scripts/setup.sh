#!/bin/sh
# Installs a lock file into .venv, made with the given Python when it is not there.
# What is missing on the machine is said in one line, with what to do about it.
# Usage: scripts/setup.sh PYTHON LOCK_FILE STAMP GOAL   (GOAL: the make goal to name in that line)
set -eu

python=$1
lock=$2
stamp=$3
goal=$4
venv=.venv
log=$venv/setup.log

fail() {
    printf '%s\n' "$1" >&2
    exit 1
}

check_version() {
    version=$("$python" --version 2>&1) || version=none
    version=$(printf '%s\n' "$version" | sed -n 's/^Python \([0-9]*\.[0-9]*\).*/\1/p;q')
    retry="Install it and run: make PYTHON=python3.11 $goal"
    [ -n "$version" ] || fail "Easel needs Python 3.11 or later; '$python' is not there. $retry"
    major=${version%%.*}
    minor=${version#*.}
    if [ "$major" -lt 3 ] || { [ "$major" -eq 3 ] && [ "$minor" -lt 11 ]; }; then
        fail "Easel needs Python 3.11 or later; found $version. $retry"
    fi
}

# Debian and Ubuntu split venv and ensurepip off into a package named after the interpreter.
check_venv() {
    case $(basename "$python") in
        python3*) package=$(basename "$python")-venv ;;
        *) package=python3-venv ;;
    esac
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        fail "$package is missing: sudo apt install $package (elsewhere: the package with Python's venv and ensurepip)"
}

# One that works is kept; one made by an older Python, or broken by the system's upgrade, is made anew.
make_venv() {
    "$venv/bin/python" -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && return
    check_version
    check_venv
    "$python" -m venv --clear "$venv" || fail "The folder $venv could not be made here: is the disk full or read-only?"
}

install_lock() {
    printf 'Installing %s into %s (once; may take a minute) ...\n' "$lock" "$venv"
    PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 \
        "$venv/bin/python" -m pip install --quiet --require-hashes -r "$lock" >"$log" 2>&1 && return
    grep -i '^error' "$log" >&2 || tail -n 5 "$log" >&2
    fail "The packages of $lock could not be installed: check the network and run make $goal again. All of pip's words: $log"
}

make_venv
install_lock
touch "$stamp"
