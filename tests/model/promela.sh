#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# promela.sh [MODEL.pml...]: has Spin search all states of each model, and of each way in which
# the model names itself broken. Default: all models of promela/. One line a search; fails
# if a model does not hold, if a broken one does, or if a search was cut short. Most searches take
# less time than an optimiser: the compiler is tcc, but for a whole model that says it is "Long".
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
deepest=1000000 # steps of one run
memory=4096     # MiB

(($#)) || set -- "$here"/promela/*.pml
models=()
for model; do
    [[ -r $model ]] || { echo "promela.sh: cannot read '$model'" >&2 && exit 2; }
    models+=("$(readlink -f "$model")")
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

header() { sed -nE "s|^// $1: ||p" "$2"; }

# Searches a model, broken as $2, and leaves what Spin says in ./verdict. False: there was no
# search.
search() {
    local model=$1 broken=${2:-} pan compile=(tcc)
    pan=$(header Pan "$model")
    [[ -n $broken || -z $(header Long "$model") ]] || compile=(gcc -O1)
    rm -f -- *
    spin -a ${broken:+"-D$broken"} "$model" >spin.log 2>&1 || return
    "${compile[@]}" -w ${pan:+"${pan%% *}"} -DSAFETY -DMEMLIM="$memory" -o pan pan.c || return
    ./pan "-m$deepest" -w22 >verdict 2>&1 || true # errors are told in the verdict alone
    grep -q '^Full statespace search' verdict
}

# Of the last search. Spin reports a search that it gives up as one without an error.
states() { sed -nE 's/^ *([0-9.e+]+) states, stored.*/\1/p' verdict; }
holds() {
    grep -q 'errors: 0$' verdict &&
        ! grep -qiE 'not completed|too small|memlim|out of memory|aborting|truncated' verdict
}
refuted() { grep -qE '^pan:1: (assertion violated|invalid end state)' verdict; }
how() {
    sed -nE 's/^pan:1: (assertion [a-z]+|invalid end state).*\(at depth ([0-9]+)\)/\2 steps (\1)/p' \
        verdict
}

# All that a model's source makes depend on a macro is a break that its header names.
check_names() {
    local model=$1 unnamed
    unnamed=$(comm -23 \
        <(sed -nE '/^#(if|elif)/{s/^#[a-z]+//; s/defined|[!&|()]/ /g; p}' "$model" | xargs -n 1 |
            sort -u) \
        <(header Broken "$model" | cut -d ' ' -f 1 | sort))
    [[ -z $unnamed ]] && return
    echo "$(basename "$model"): not named as a break: ${unnamed//$'\n'/ }"
    return 1
}

verdicts() {
    local model=$1 name broken failed=0
    name=$(basename "$model" .pml)
    check_names "$model" || failed=1
    if search "$model" && holds; then
        echo "$name: holds, $(states) states"
    else
        echo "$name: does not hold, or was not searched:"
        cat spin.log verdict 2>/dev/null || true
        failed=1
    fi
    for broken in $(header Broken "$model" | cut -d ' ' -f 1); do
        if search "$model" "$broken" && refuted; then
            echo "$name, $broken: refuted after $(states) states, in $(how)"
        else
            echo "$name, $broken: not refuted"
            failed=1
        fi
    done
    return "$failed"
}

failed=0
for model in "${models[@]}"; do
    verdicts "$model" || failed=1
done
exit "$failed"
