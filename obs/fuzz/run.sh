#!/bin/sh
# fuzz/run.sh SECONDS [BUILD_FOLDER]: builds the fuzzer with clang, makes the seeds, fuzzes for so long.
# Exit code 0: nothing found. What is found lies in BUILD_FOLDER/found; it is kept in fuzz/regress and becomes a test.
set -eu
# Freed memory that the sanitizer keeps back counts as used: a quarter gigabyte of it is no leak.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=32"
seconds=${1:?fuzz/run.sh: wanted a number of seconds}
here=$(dirname "$0")
build=${2:-$here/../../.cache/obs-fuzz}
cmake -S "$here/.." -B "$build" -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=Debug \
  -DLIPCAM_BUILD_PLUGIN=OFF -DLIPCAM_BUILD_FUZZER=ON >"$build.log" 2>&1 || { tail -5 "$build.log" >&2; exit 1; }
cmake --build "$build" >>"$build.log" 2>&1 || { tail -20 "$build.log" >&2; exit 1; }
"${DENO:-deno}" run -A "$here/seeds.ts" "$build/seeds"
mkdir -p "$build/corpus" "$build/found"
exec "$build/fuzz/lipcam_fuzz" -max_total_time="$seconds" -max_len=24000 -rss_limit_mb=2048 -print_final_stats=1 \
  -artifact_prefix="$build/found/" "$build/corpus" "$build/seeds" "$here/regress"
