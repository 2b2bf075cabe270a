#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh --check: whether each patch applies.
# run.sh [NAME...]: breaks a copy of the project by each patch here and in model/broken (or
# by those named), builds it, and runs the engine's tests until one fails; for those of
# model/broken that no test on the machine finds, the scenario that they name. One line a
# patch: killed, and by which test, or survived. Fails if one survives, or if a patch does
# not apply any more.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(readlink -f "$here/../..")
suites=(address_tree_test parker_test store_wake_test handover_test interrupt_test
    litmus lifetime_test diagnosis_test sync_test shared_sync_test abi_test tally_test) # the slowest last
patience=180 # seconds: a stranded thread is found by this; a busy machine is slow, too
skipped=77   # by litmus, on one CPU

if [[ ${1:-} == --check ]]; then
    stale=0
    for patch in "$here"/*.patch "$root"/tests/model/broken/*.patch; do
        patch --dry-run --quiet --force --strip=1 --fuzz=0 --directory="$root" <"$patch" >/dev/null ||
            { echo "$(basename "$patch"): does not apply" && stale=1; }
    done
    exit "$stale"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$root" && cp -r CMakeLists.txt CMakePresets.json README.md cmake docs examples include src tests "$work")
cmake -S "$work" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O1 \
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_UNITY_BUILD_BATCH_SIZE=20 -DFUTEX2_BUILD_TOOLS=OFF >"$work/log"
export CXX=${CXX:-g++} MODEL_MAIN=$work/main.o MODEL_HEADER=$root/tests/model/instances.hpp

# Prints the first test of the suites that fails, with its program. What is not built any more
# is no mutant: status 2.
first_failure() {
    local suite log=$work/test.log
    for suite in "${suites[@]}"; do
        cmake --build "$work/build" --target "$suite" >"$work/log" 2>&1 || return 2
        FUTEX2_NODES=2 timeout "$patience" "$work/build/bin/$suite" >"$log" 2>&1 && continue
        (($? != skipped)) || continue
        local test
        test=$(sed -nE 's/^\[  FAILED  \] ([^ ,]+).*/\1/p' "$log" | head -1)
        [[ -n $test ]] || test=$(sed -nE 's/^\[ RUN      \] (.*)/\1/p' "$log" | tail -1)
        echo "$suite${test:+: $test}"
        return
    done
}

# By the scenario that the patch names.
found_by_model() {
    [[ -e $MODEL_MAIN ]] || "$CXX" -std=c++20 -O1 -I"$root/tests" \
        -c "$root/tests/model/main.cpp" -o "$MODEL_MAIN"
    "$root/tests/model/broken.sh" "$1" 100000
}

verdict() {
    local patch=$1 killer
    if ! killer=$(first_failure); then
        echo "does not build"
        return 1
    fi
    if [[ -z $killer && $patch == */broken/* ]]; then
        killer=$(found_by_model "$patch") || killer=
        [[ -z $killer ]] || killer="model: ${killer#*, by }"
    fi
    echo "${killer:+killed by $killer}"
    [[ -n $killer ]]
}

patches=()
for patch in "$here"/*.patch "$root"/tests/model/broken/*.patch; do
    name=$(basename "$patch" .patch)
    (($# == 0)) || [[ " $* " == *" $name "* ]] || continue
    patches+=("$patch")
done
((${#patches[@]})) || { echo "run.sh: no such mutant: $*" >&2 && exit 2; }

survived=0
for patch in "${patches[@]}"; do
    name=$(basename "$patch" .patch)
    if ! patch --quiet --no-backup-if-mismatch --strip=1 --fuzz=0 --directory="$work" <"$patch" >"$work/log"; then
        echo "$name: does not apply"
        exit 1
    fi
    if line=$(verdict "$patch"); then
        echo "$name: $line"
    else
        echo "$name: ${line:-survived}"
        survived=$((survived + 1))
    fi
    patch --quiet --no-backup-if-mismatch --strip=1 --reverse --directory="$work" <"$patch"
done
echo "mutants: ${#patches[@]}, survived: $survived"
((survived == 0))
