#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# broken.sh PATCH SCHEDULES: breaks a copy of the engine's source by a patch, and runs
# the scenario that the patch names, from three seeds with so many schedules each, and then
# by search, with twice as many for each number of preemptions. Passes if each of the four
# fails, and prints after how many schedules. A patch that says "Search: too many" needs more
# preemptions than can be searched: it must be found by chance. CXX and MODEL_MAIN (main.cpp, compiled) come
# from the build.
set -euo pipefail

patch=$(readlink -f "$1") schedules=$2
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(readlink -f "$here/../..")

field() { sed -n "s/^$1: //p" "$patch"; }
scenario=$(field Scenario) source=$(field Source)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$root/src" "$work/src"
patch --quiet --strip=1 --directory="$work" <"$patch"
sed "/^const registration</{/(\"$scenario\")/!d}" "$here/$source" >"$work/scenario.cpp"
# Most are found within a few schedules: what takes time is to compile them.
"$CXX" -std=c++20 -O0 -no-pie -I"$work/src" -I"$root/include" -I"$root/tests" \
    -w "$work/scenario.cpp" "$MODEL_MAIN" -o "$work/model" -pthread

missed=0 story=''
explore() {
    local status=0
    story=$("$work/model" --quiet "$@") || status=$?
    # 1: a schedule failed. Anything else is a crash of the model itself.
    ((status == 1)) || missed=1
}

found=()
for seed in 1 10000000 20000000; do
    explore --schedules "$schedules" --seed "$seed" "$scenario"
    found+=("$(sed -E 's/^.*: ([0-9]+) schedules from [0-9]+: (.*)$/\1 (\2)/' <<<"$story")")
done
if [[ $(field Search) == "too many" ]]; then
    found+=("not searched")
else
    explore --search --schedules $((2 * schedules)) "$scenario"
    found+=("$(sed -E '$!d; s/^.*, preemptions up to ([0-9]+): .* ([0-9]+) schedules: (.*)$/\2 of up to \1 preemptions (\3)/' <<<"$story")")
fi
printf '%s, by %s: %s; %s; %s; %s\n' "$(basename "$patch" .patch)" "$scenario" "${found[@]}"
((missed == 0)) || echo "not found from every seed and by search"
exit "$missed"
