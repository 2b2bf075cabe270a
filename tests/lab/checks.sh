#!/bin/busybox sh
# shellcheck shell=dash
# SPDX-License-Identifier: MIT
# checks.sh MACHINE SET...: runs the checks of the sets in the machine; a result line for
# each, and what a check has printed if it failed. Status 1 if one has failed.
cd /lab || exit 1
machine=$1
shift
failed=0
patience=240 # seconds: a check that hangs is found by this

# check NAME COMMAND...
check() {
    name=$1
    shift
    read -r begin _ </proc/uptime
    timeout "$patience" "$@" >/tmp/log 2>&1
    status=$?
    read -r end _ </proc/uptime
    # A filter that matches no test any more.
    grep -q 'Running 0 tests' /tmp/log && status='0 tests'
    took=$(awk "BEGIN { printf \"%.1f\", $end - $begin }")
    if [ "$status" = 0 ]; then
        echo "lab: $machine: $name: passed, $took s"
    else
        echo "lab: $machine: $name: FAILED ($status), $took s"
        grep -vE '^\[(  SKIPPED |       OK |-+|=+)' /tmp/log | tail -30
        failed=1
    fi
}

# The nodes themselves: every machine.
nodes() {
    check "a table's pages lie on its node" ./lab_test --gtest_filter='Memory.EveryPage*'
    check "a thread's parker and entry lie on its node" ./lab_test --gtest_filter='Memory.AThread*'
    check "a thread's node follows its CPU" ./lab_test --gtest_filter='Node.*'
    check "and without rseq" env GLIBC_TUNABLES=glibc.pthread.rseq=0 ./lab_test --gtest_filter='Node.*'
    # It fails where a word does not lie on its node, or a hint does not stay.
    check "bench numa" ./futex2 bench numa --engine user --warmup 0 --repeat 1 -r 0.05
    check "hints take the number of each node" ./lab_test --gtest_filter='Hint/*'
}

# Where more CPUs spin than the host has, a spin lasts as long as the host's time slice: what
# spins much has one CPU of each of two nodes.
two_cpus=0x5

units() {
    for test in topology_test address_tree_test parker_test handover_test store_wake_test \
        no_allocation_test futex_test deadlines_test wait_any_test kernel_calls_test; do
        check "$test" "./$test"
    done
    for test in interrupt_test lifetime_test; do
        check "$test" taskset "$two_cpus" "./$test"
    done
    # Its document tests read a file that is not in the machine; two sizes of word, of four, take
    # half of the time.
    check abi_test taskset "$two_cpus" ./abi_test --gtest_filter=-'semantics_document.*:*u16*:*u64*'
}

# Programs that know nothing of this library and need what this kernel lacks: the calls 454 to
# 456, words of 8, 16 and 64 bits, NUMA words, and futex_waitv() of these. Not cancellation:
# thousands of threads, and half a minute of emulation, with and without this library.
programs() {
    export FUTEX2_RUN_LIBRARY=/lab/libfutex2_run.so
    check "the kernel does not run them by itself" sh -c '! ./run_program words && ! ./run_inlined words'
    for scenario in words old_calls left_to_kernel signals nested_waits calls_in_handlers; do
        check "futex2 run: $scenario" ./futex2 run -- ./run_program "$scenario"
        check "futex2 run: $scenario, without futex_waitv" \
            ./run_without_calls ./futex2 run -- ./run_program "$scenario"
    done
    for scenario in words old_calls signals masks; do
        check "futex2 run --trap: $scenario" ./futex2 run --trap -- ./run_inlined "$scenario"
    done
}

# In short form.
storms() {
    check tally_test taskset "$two_cpus" ./tally_test --gtest_filter='*/u8:*/u32_numa'
    for storm in affinity crowd deadlines exits forks freed limits signals signals-flood; do
        check "storm of $storm" taskset "$two_cpus" ./stress --seed 1 --operations 2000 "$storm"
    done
}

race() {
    check "$1 first-waiter races" \
        env FUTEX2_SPIN=0 taskset "$two_cpus" ./futex2 bench race --engine user --warmup 0 --repeat 1 --starts "$1"
    # It fails if a waiter was stranded; a hint that was left is in what it prints.
    grep -q '^hints not -1 at the end: 0 ' /tmp/log ||
        check "hints are -1 behind all races" false
}

for set; do
    case $set in
        nodes) nodes ;;
        units) units ;;
        programs) programs ;;
        storms) storms ;;
        race=*) race "${set#race=}" ;;
        *) check "the set '$set' is known" false ;;
    esac
done
exit "$failed"
