#!/bin/sh
# ONNX Runtime Web on the same dynamics: makes what it needs, exports, measures. README.md says how to
# read the line of JSON that it prints.
#
#   run.sh [--world FILE] [--page DIST_FOLDER] [--rounds N] [--seconds N] [--backends webgpu,wasm]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
world=$here/../../web/worlds/coinrun.safetensors
if [ "${1:-}" = --world ]; then
    [ $# -ge 2 ] || { echo "--world needs a file" >&2; exit 2; }
    world=$2; shift 2
fi
[ -f "$world" ] || { echo "$world: no such world file" >&2; exit 1; }
python=$here/.venv/bin/python
# The mark is made last, so that an installation that was cut off is made again.
if ! cmp -s "$here/requirements.txt" "$here/.venv/installed"; then
    echo "making tools/peer/.venv (PyTorch: some minutes)" >&2
    ${PYTHON:-python3} -m venv "$here/.venv"
    "$python" -m pip install --quiet --requirement "$here/requirements.txt" >&2
    cp "$here/requirements.txt" "$here/.venv/installed"
fi
for folder in "$here" "$here/../../tests/browser"; do
    [ -d "$folder/node_modules" ] || (cd "$folder" && npm ci --ignore-scripts --silent >&2)
done
rm -rf "$here/build"
"$python" "$here/export.py" "$world" "$here/build" >&2
exec node "$here/run.mjs" "$@"
