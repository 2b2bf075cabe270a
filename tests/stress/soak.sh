#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# soak.sh STRESS MINUTES: runs each storm of that program in turn, on 1 to 4 virtual nodes
# from round to round and with a new seed each time, for so many minutes. What each run says
# goes to stderr, a line for each storm and one for all to stdout. Fails if a run fails.
set -euo pipefail

stress=$1 minutes=$2
mapfile -t storms < <("$stress" --list | cut -d ' ' -f 1)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Every storm has its turn on every number of nodes, however short the time.
seconds=$(awk -v minutes="$minutes" -v runs=$((4 * ${#storms[@]})) \
    'BEGIN { s = minutes * 60 / runs; if (s > 5) s = 5; printf "%.1f", s }')

runs=0 failed=()
run() {
    local storm=$1 nodes=$2 seed=$SRANDOM status=0
    FUTEX2_NODES=$nodes "$stress" --seconds "$seconds" --seed "$seed" "$storm" |
        tee -a "$log" >&2 || status=$?
    runs=$((runs + 1))
    ((status == 0)) && return
    ((status != 2)) || exit 2 # not a storm's failure: it was called wrongly
    failed+=("FUTEX2_NODES=$nodes stress --seconds $seconds --seed $seed $storm")
    echo "soak: status $status: ${failed[-1]}" >&2
}

for ((round = 0; round < 4 || SECONDS < 60 * minutes; ++round)); do
    echo "soak: round $((round + 1)), $((SECONDS / 60)) of $minutes minutes" >&2
    for storm in "${storms[@]}"; do
        ((round < 4 || SECONDS < 60 * minutes)) || break
        run "$storm" $((round % 4 + 1))
    done
done

awk -v runs="$runs" '
    function line(name) {
        printf "%s: %.0f operations, %.0f wakes, %.0f waits woken, %.0f timeouts, lost: %.0f\n",
            name, sum[name, 1], sum[name, 2], sum[name, 3], sum[name, 4], sum[name, 5]
    }
    {
        name = substr($1, 1, length($1) - 1)
        split($2 " " $4 " " $6 " " $9 " " $12, field, " ")
        if (!(name in seen)) names[++n] = name
        seen[name] = 1
        for (i = 1; i <= 5; ++i) { sum[name, i] += field[i]; sum["all", i] += field[i] }
    }
    END {
        for (i = 1; i <= n; ++i) line(names[i])
        line("all")
    }' "$log"
echo "soak: $runs runs in $SECONDS s, ${#failed[@]} failed"
((${#failed[@]} == 0)) || printf 'soak: failed: %s\n' "${failed[@]}"
((${#failed[@]} == 0))
