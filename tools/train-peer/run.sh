#!/bin/sh
# PyTorch and JAX on the network of `genie bench train`, by turns with it: makes what it needs and
# measures. README.md says how to read the JSON.
#
#   run.sh [--genie PROGRAM] [--widths 128,256] [--rounds N] [--repetitions N] [--threads N] …
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=$here/.venv/bin/python
# The mark is made last, so that an installation that was cut off is made again.
if ! cmp -s "$here/requirements.txt" "$here/.venv/installed"; then
    echo "making tools/train-peer/.venv (PyTorch and JAX: some minutes, some GB)" >&2
    ${PYTHON:-python3} -m venv "$here/.venv"
    "$python" -m pip install --quiet --requirement "$here/requirements.txt" >&2
    cp "$here/requirements.txt" "$here/.venv/installed"
fi
if [ "${1:-}" = --genie ]; then
    [ $# -ge 2 ] || { echo "--genie needs a program" >&2; exit 2; }
    genie=$2; shift 2
else
    (cd "$here/../.." && cargo build --release) >&2
    genie=${CARGO_TARGET_DIR:-$here/../../target}/release/genie
fi
exec "$python" "$here/compare.py" --genie "$genie" "$@"
