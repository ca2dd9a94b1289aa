#!/bin/sh
# Makes .venv and fills it from one lock: ./setup.sh requirements.txt. Called by the Makefile, safe to repeat.
set -eu
cd "$(dirname "$0")"
lock=$1
venv=.venv

say() { printf '%s\n' "$*" >&2; }
stop() { say "imagebot: $*"; exit 1; }

newest_python() {
    # 3.14 comes late because the tests run on 3.11 to 3.13; $PYTHON overrules the order.
    for name in ${PYTHON:-python3.13 python3.12 python3.11 python3.14 python3}; do
        if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
}

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(newest_python)
    [ -n "$python" ] || stop "Python 3.11 or newer is needed, and none is on the PATH (PYTHON=/path/to/python make run names one)."
    say "Making $venv with $("$python" --version) ..."
    rm -rf "$venv"
    "$python" -m venv "$venv" || {
        rm -rf "$venv"
        stop "$python cannot make virtual environments; on Debian and Ubuntu: sudo apt install python3-venv"
    }
fi

export PIP_DISABLE_PIP_VERSION_CHECK=1
pip="$venv/bin/python -m pip"
$pip install --quiet --require-hashes -r requirements-setup.txt || stop "uv could not be installed; is a package index in reach?"

# uv reads none of pip's settings, and a mirror or a company's certificate is mostly written down for pip alone.
index=${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-${PIP_INDEX_URL:-$($pip config get global.index-url 2>/dev/null || true)}}}
[ -z "$index" ] || export UV_DEFAULT_INDEX="$index"
cert=${SSL_CERT_FILE:-${PIP_CERT:-$($pip config get global.cert 2>/dev/null || true)}}
[ -z "$cert" ] || export SSL_CERT_FILE="$cert"

say "Installing what $lock names ..."
uv="$venv/bin/uv pip install --quiet --python $venv/bin/python"
$uv --require-hashes -r "$lock" || {
    say "uv did not manage; trying pip, which knows settings that uv does not."
    $pip install --quiet --require-hashes -r "$lock"
}
$uv --no-deps --no-build-isolation --editable .
