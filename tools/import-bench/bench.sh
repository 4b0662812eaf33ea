#!/bin/sh
# Frames a second of `genie import` against ffmpeg alone writing raw frames of the same size.
#
#   bench.sh GENIE SIZE VIDEO...        e.g.  bench.sh target/release/genie 64x64 video/*
#
# ffmpeg decodes the files one after another with all its threads, at 10 frames a second, into
# /dev/null; the import decodes, cuts, compares, checksums, compresses and writes. Three rounds each,
# in turns, so that a change of the machine's load meets both; the best of each counts.
set -eu
[ $# -ge 3 ] || { sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 2; }
genie=$1; size=$2; shift 2
width=${size%x*}; height=${size#*x}
out=$(mktemp -d); trap 'rm -rf "$out"' EXIT
now() { date +%s.%N; }
fit="scale=w=$width:h=$height:flags=area:force_original_aspect_ratio=increase,format=rgb24,crop=$width:$height"
best_ffmpeg=; best_import=; frames=
for round in 1 2 3; do
    begin=$(now); bytes=0
    for video; do
        one=$(ffmpeg -nostdin -v error -i "$video" -map 0:V:0 -vf "fps=10,$fit" -f rawvideo -pix_fmt rgb24 pipe:1 | wc -c)
        bytes=$((bytes + one))
    done
    seconds=$(echo "$(now) - $begin" | bc -l)
    frames=$((bytes / (width * height * 3)))
    best_ffmpeg=$(echo "a=$seconds; b=${best_ffmpeg:-$seconds}; if (a<b) a else b" | bc -l)
    rm -rf "$out/store.zarr"; begin=$(now)
    "$genie" import "$@" --size "$size" --fps 10 --out "$out/store.zarr" > "$out/log" || { cat "$out/log"; exit 1; }
    seconds=$(echo "$(now) - $begin" | bc -l)
    best_import=$(echo "a=$seconds; b=${best_import:-$seconds}; if (a<b) a else b" | bc -l)
    echo "round $round: ffmpeg and import, best so far: $best_ffmpeg s, $best_import s"
done
cat "$out/log"
echo "$frames frames of $size ($(echo "scale=1; $frames/600" | bc -l) minutes)"
echo "ffmpeg $(echo "$frames/$best_ffmpeg" | bc) frames/s, import $(echo "$frames/$best_import" | bc) frames/s, ratio $(echo "scale=2; $best_ffmpeg/$best_import" | bc -l)"
