# shellcheck shell=bash
# What the scripts share; sourced, not run. Everything here writes to standard error: standard output belongs to the
# program that a script runs in the end.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { echo "weir: $*" >&2; }

install_sets() { "$top/scripts/install-dependencies" "$@"; }

# kept PRESET NAME DEFAULT: -DNAME=VALUE with the value that the build folder already has, so that two scripts which
# share a folder do not turn each other's parts off.
kept() {
  local cache=$top/build/$1/CMakeCache.txt value=
  [[ ! -f $cache ]] || value=$(sed -n "s/^$2:[A-Z]*=//p" "$cache")
  echo "-D$2=${value:-$3}"
}

# configure PRESET [-DNAME=VALUE...]: only where it was not done, was done otherwise, or the presets have changed since.
# Changed CMakeLists.txt are the business of the build itself.
configure() {
  local preset=$1 folder=$top/build/$1 setting name needed=0
  shift
  [[ -f $folder/build.ninja && ! $top/CMakePresets.json -nt $folder/build.ninja ]] || needed=1
  for setting in "$@"; do
    name=${setting#-D} name=${name%%=*}
    grep -qs "^$name:[A-Z]*=${setting#*=}\$" "$folder/CMakeCache.txt" || needed=1
  done
  [[ $needed == 1 ]] || return 0
  say "configuring build/$preset"
  cmake --preset "$preset" -S "$top" "$@" >&2
}

# build PRESET [TARGET...]: quiet where there is nothing to do.
build() {
  local preset=$1 folder=$top/build/$1
  shift
  [[ "$(ninja -C "$folder" -n "$@" 2>/dev/null)" != *"no work to do"* ]] || return 0
  say "building ${*:-everything} in build/$preset"
  # As many jobs as processors: Ninja's own choice is two more, and a template-heavy file takes up to a gigabyte.
  cmake --build "$folder" --parallel "$(nproc)" ${1+--target "$@"} >&2
}
