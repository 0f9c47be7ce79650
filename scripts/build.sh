#!/usr/bin/env bash
# Builds one flavour into build/NAME: "release" (the program, and the tests of the whole program)
# or "asan" (everything under AddressSanitizer and UBSan, with the unit tests).
# Usage: build.sh release|asan [TARGET...]
set -euo pipefail

root=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.." && pwd)
flavour=${1:?usage: build.sh release|asan [TARGET...]}
shift
case $flavour in
release) options=(-DCMAKE_BUILD_TYPE=Release -DKODAD_UNIT_TESTS=OFF) ;;
asan) options=(-DCMAKE_BUILD_TYPE=Debug -DKODAD_SANITIZE=ON) ;;
*)
  echo "build.sh: unknown flavour '$flavour'; there are release and asan" >&2
  exit 2
  ;;
esac

# Lets ccache see through precompiled headers and fresh checkouts.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
export CCACHE_BASEDIR=$root
export CCACHE_NOHASHDIR=1

tree=$root/build/$flavour
[[ -f $tree/build.ninja ]] ||
  cmake -S "$root" -B "$tree" -G Ninja -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "${options[@]}"
ninja -C "$tree" "$@"
