#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# programs.sh PROGRAM FUTEX2 HOW...: runs one of others' programs by itself, and in each of these
# ways: "run", by `futex2 run`, and "trap", with --trap. Passes if what is to be the same each
# time is; 77: it is not installed.
set -euo pipefail

program=$1 futex2=$2
shift 2
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server"; rm -rf "$work"' EXIT

# With the log of what was run.
fail() {
    echo "programs.sh: $program: $*"
    cat "$work/log" "$work/errors"
    exit 1
}

need() {
    command -v "$1" >/dev/null && return
    echo "programs.sh: SKIPPED: no $1: install $2"
    exit 77
}

# What goes before a program's name, as `how` says. On the standard error is what the library did.
set_before() {
    case $how in
        plain) before=() ;;
        run) before=("$futex2" run --stats --) ;;
        trap) before=("$futex2" run --stats --trap --) ;;
    esac
}
as() { "${before[@]}" "$@" 2>>"$work/errors"; }

# Fails where the library took no call of a program that makes some in this way. xz has closed
# its standard error by then, and stress-ng's processes end by _exit().
check_taken() {
    case $program-$how in
        perf-run | perf-trap | pigz-trap | redis-trap)
            grep -qE '^ *from node [0-9]+ +[1-9]' "$work/errors" || fail "$how: no call was taken"
            ;;
    esac
}

# Each leaves in `result` what is to be the same.

run_xz() {
    as xz -T4 -1 --block-size=512KiB -c "$work/text" >"$work/packed"
    as xz -T4 -dc "$work/packed" | cmp - "$work/text"
    cp "$work/packed" "$work/result"
}

run_pigz() {
    as pigz -p 4 -c "$work/text" >"$work/packed"
    as pigz -p 4 -dc "$work/packed" | cmp - "$work/text"
    cp "$work/packed" "$work/result"
}

# What it says, but for the numbers; it must have woken and moved all threads.
run_perf() {
    local suite
    for suite in 'futex hash -r 1 -t 2' 'futex wake -t 4' 'futex wake-parallel -t 4' \
        'futex requeue -t 4' 'futex requeue -t 4 --broadcast' 'futex lock-pi -r 1 -t 2'; do
        # shellcheck disable=SC2086 # a suite and its options
        as perf bench -r 2 $suite >>"$work/log" || fail "$how: $suite"
    done
    (($(grep -cE '(Wokeup|Requeued) 4 of 4 threads' "$work/log") == 9)) || fail "$how: not all threads"
    sed -E 's/0x[0-9a-f]+|[0-9]+(\.[0-9]+)?/N/g; s/ +/ /g' "$work/log" >"$work/result"
}

# Processes and threads that come and go, waits with masks, programs with filters and handlers
# of their own. One after the other: together they wait for each other's priorities. It looks
# at its own results. Not mutex and sem: with a number of operations they go wrong by themselves.
run_stress-ng() {
    local stressor operations
    while read -r stressor operations; do
        as stress-ng --verify --metrics-brief "--$stressor" 2 "--$stressor-ops" "$operations" \
            >"$work/log" </dev/null || fail "$how: $stressor"
        # Its workers may each do one more.
        awk -v name="$stressor" -v least="$operations" \
            '$4 == name && $5 >= least { found = 1 } END { exit !found }' "$work/errors" ||
            fail "$how: not $operations of $stressor"
        echo "$stressor"
    done >"$work/result" <<'END'
futex 500
pthread 50
vfork 100
fork 50
daemon 50
sigsuspend 200
signest 500
seccomp 5
exit-group 10
END
}

# The server is the same file as redis-check-rdb, by another name: so no package is needed that
# starts a service. What it has in the end, of 40 connections through three of its threads and
# two of the benchmark's.
run_redis() {
    local socket=$work/socket
    ln -sf "$(command -v redis-check-rdb)" "$work/redis-server"
    "${before[@]}" "$work/redis-server" --port 0 --unixsocket "$socket" --save '' --io-threads 3 \
        --io-threads-do-reads yes --lazyfree-lazy-user-del yes \
        >>"$work/log" 2>>"$work/errors" &
    server=$!
    until redis-cli -s "$socket" ping >/dev/null 2>&1; do
        kill -0 "$server" || fail "$how: no server"
    done
    as redis-benchmark -s "$socket" -n 2000 -c 40 -P 4 -t incr,lpush,sadd --threads 2 -q \
        >>"$work/log" || fail "$how: redis-benchmark"
    {
        redis-cli -s "$socket" mget counter:__rand_int__
        redis-cli -s "$socket" lrange mylist 0 -1
        redis-cli -s "$socket" smembers myset
        redis-cli -s "$socket" del mylist
    } >"$work/result"
    redis-cli -s "$socket" shutdown nosave
    wait "$server" || fail "$how: the server's end"
    server=
}

case $program in
    xz) need xz xz-utils ;;
    pigz) need pigz pigz ;;
    perf) need perf linux-perf ;;
    stress-ng) need stress-ng stress-ng ;;
    redis) need redis-check-rdb redis-tools ;;
    *) fail "no such program" ;;
esac

seq 400000 >"$work/text"

for how in plain "$@"; do
    : >"$work/log"
    : >"$work/errors"
    set_before
    "run_$program"
    check_taken
    cksum <"$work/result" | sed "s/^/$how: /"
    [[ $how != plain ]] || mv "$work/result" "$work/wanted"
    [[ $how == plain ]] || diff "$work/wanted" "$work/result" || fail "$how: not as plain"
done
