#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# throughput.sh BUILD [ROUNDS]: how fast programs are by `futex2 run` and with --trap, as multiples of
# what they are by themselves; prints the table of docs/benchmarks.md. In each of the rounds
# (default: 7) the three take turns; of a round the ratios are taken, and of these the median, with
# the least and the greatest.
# shellcheck disable=SC2016,SC2317 # Markdown's `code`; functions called by name
set -euo pipefail

build=$1 rounds=${2:-7}
futex2=$build/bin/futex2
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server"; rm -rf "$work"' EXIT

# What goes before the measured program.
before=()
set_before() {
    case $1 in
        plain) before=() ;;
        run) before=("$futex2" run --) ;;
        trap) before=("$futex2" run --trap --) ;;
    esac
}

# How often a second a command can be run. Timed by a shell that runs in that way itself, so that
# the start of the command `futex2` does not count.
rate() {
    "${before[@]}" bash -c 'begin=$EPOCHREALTIME; "$@" >/dev/null; echo "$begin $EPOCHREALTIME"' \
        rate "$@" | awk '{ print 1 / ($2 - $1) }'
}

# Each row: what is measured; how: it prints what is better if greater; and what the median for
# `futex2 run` must not be below.

rows=(
    '`true`, by the command, starts a second' starts 0
    '`true`, of a shell that runs so, starts a second' starts_of_children 0
    'no futex call: `gzip -6`, bytes a second of the CPU' no_call 0.95
    '`FUTEX_WAKE` by `syscall()`, nobody waits' wakes_by_function 10
    '`FUTEX_WAKE` by the instruction, nobody waits' wakes_by_instruction 0
    '`xz -T4 -1`, bytes a second' xz_ 0
    '`pigz -p 4`, bytes a second' pigz_ 0
    '`redis-server --io-threads 2`, requests a second' redis_ 0
    '`perf bench futex hash -t 2`, operations a second' hash_ 0
    '`perf bench futex wake -t 64`, 1 / time' wake_ 0
    '`perf bench futex wake-parallel -t 64`, 1 / latency' wake_parallel_ 0
    '`perf bench futex requeue -t 64`, 1 / time' requeue_ 0
    '`perf bench futex lock-pi -t 2`, operations a second' lock_pi_ 0
    '`stress-ng --futex 2` (shared words), operations a second' stress_ng_ 0
)

starts() {
    local begin=$EPOCHREALTIME
    for _ in {1..20}; do "${before[@]}" /bin/true; done
    awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print 20 / (b - a) }'
}
starts_of_children() { rate sh -c 'i=0; while [ $i -lt 100 ]; do /bin/true; i=$((i + 1)); done'; }
# Of the CPU: others' turns do not count.
no_call() {
    "${before[@]}" bash -c 'TIMEFORMAT="%U %S"; time gzip -6 -c "$0" >/dev/null' "$work/text" 2>&1 |
        awk '{ print 1 / ($1 + $2) }'
}
wakes_by_function() { "${before[@]}" "$build/bin/run_program" counted_wakes; }
wakes_by_instruction() { "${before[@]}" "$build/bin/run_inlined" counted_wakes; }
xz_() { rate xz -T4 -1 --block-size=1MiB -c "$work/text"; }
pigz_() { rate pigz -p 4 -c "$work/text"; }

redis_() {
    "${before[@]}" "$work/redis-server" --port 0 --unixsocket "$work/socket" --save '' \
        --io-threads 2 --io-threads-do-reads yes >/dev/null &
    server=$!
    until redis-cli -s "$work/socket" ping >/dev/null 2>&1; do kill -0 "$server"; done
    redis-benchmark -s "$work/socket" -n 200000 -c 16 -P 32 -t incr --csv | sed -nE 's/^"INCR","([0-9.]+)".*/\1/p'
    redis-cli -s "$work/socket" shutdown nosave
    wait "$server"
    server=
}

# The last number that stands before a word.
number_before() { sed -nE "s/^[^[].* ([0-9.]+) $1.*/\1/p" | tail -n 1; }
inverse() { awk '{ print 1 / $1 }'; }
bench() { "${before[@]}" perf bench "$@"; }
hash_() { bench futex hash -r 1 -t 2 | number_before operations; }
wake_() { bench futex wake -t 64 | number_before 'ms \(' | inverse; }
wake_parallel_() { bench futex wake-parallel -t 64 | number_before 'ms \(' | inverse; }
requeue_() { bench futex requeue -t 64 | number_before 'ms \(' | inverse; }
lock_pi_() { bench futex lock-pi -r 1 -t 2 | number_before operations; }
stress_ng_() {
    "${before[@]}" stress-ng --futex 2 --timeout 1 --metrics-brief 2>&1 >/dev/null |
        awk '$4 == "futex" { print $9 }'
}

seq 3000000 >"$work/text"
ln -s "$(command -v redis-check-rdb)" "$work/redis-server" # see programs.sh

# The ratios of two columns of a file with a round a line, in order.
ratios() { awk -v over="$1" '{ print $over / $1 }' "$work/rounds" | sort -g; }
median() { awk '{ r[NR] = $1 } END { print r[int((NR + 1) / 2)] }'; }
# Median (least-greatest).
summary() { awk '{ r[NR] = $1 } END { printf "%.3g (%.3g-%.3g)", r[int((NR + 1) / 2)], r[1], r[NR] }'; }

failed=0
echo '| | `futex2 run` | with `--trap` |'
echo '|---|---|---|'
for ((row = 0; row < ${#rows[@]}; row += 3)); do
    : >"$work/rounds"
    for ((round = 0; round < rounds; ++round)); do
        line=()
        for way in plain run trap; do
            set_before "$way"
            "${rows[row + 1]}" >"$work/number"
            line+=("$(<"$work/number")")
        done
        echo "${line[*]}" >>"$work/rounds"
    done
    echo "| ${rows[row]} | $(ratios 2 | summary) | $(ratios 3 | summary) |"
    awk -v found="$(ratios 2 | median)" -v least="${rows[row + 2]}" 'BEGIN { exit found < least }' && continue
    echo "throughput.sh: ${rows[row]}: below ${rows[row + 2]}" >&2
    failed=1
done
exit "$failed"
