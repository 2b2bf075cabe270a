#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# broken.sh [--search] PATCH SCHEDULES: breaks a copy of the engine's source by a patch, and
# runs the scenario that the patch names, from three seeds with so many schedules each; with
# --search, all schedules of 0, 1, 2, ... preemptions instead, up to the number that has more.
# Passes if every run fails, and prints after how many schedules. A patch that says "Search: too
# many" needs more preemptions than can be searched: it must be found by chance.
# CXX, MODEL_MAIN (main.cpp, compiled) and MODEL_HEADER (relacy's, of which there may be a
# precompiled form beside it) come from the build.
set -euo pipefail

search=no optimised=-O0 # most are found within a few schedules: what takes time is to compile them
if [[ $1 == --search ]]; then search=yes optimised=-O1 && shift; fi
patch=$(readlink -f "$1") schedules=$2
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(readlink -f "$here/../..")

field() { sed -n "s/^$1: //p" "$patch"; }
scenario=$(field Scenario) source=$(field Source)
by="$(basename "$patch" .patch), by $scenario"
if [[ $search == yes ]]; then by+=", by search"; fi

if [[ $search == yes && $(field Search) == "too many" ]]; then
    echo "$by: needs more than can be searched"
    exit
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/src" "$work/src"
patch --quiet --strip=1 --fuzz=0 --directory="$work" <"$patch"
sed "/^const registration</{/(\"$scenario\")/!d}" "$here/$source" >"$work/scenario.cpp"
"$CXX" -std=c++20 $optimised -I"$work/src" -I"$root/include" -I"$root/tests" \
    -w -include "$MODEL_HEADER" "$work/scenario.cpp" "$MODEL_MAIN" -o "$work/model" -pthread

missed=0 story=''
explore() {
    local status=0
    story=$("$work/model" --quiet --schedules "$schedules" "$@" "$scenario") || status=$?
    # 1: a schedule failed. Anything else is a crash of the model itself.
    ((status == 1)) || missed=1
}

found=''
if [[ $search == yes ]]; then
    explore --search
    found=$(sed -E '$!d; s/^.*, preemptions up to ([0-9]+): .* ([0-9]+) schedules: (.*)$/\2 of up to \1 preemptions (\3)/' <<<"$story")
else
    for seed in 1 10000000 20000000; do
        explore --seed "$seed"
        found+=${found:+; }$(sed -E 's/^.*: ([0-9]+) schedules from [0-9]+: (.*)$/\1 (\2)/' <<<"$story")
    done
fi
echo "$by: $found"
((missed == 0)) || echo "not found"
exit "$missed"
