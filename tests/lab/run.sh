#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh BUILD WORK [--quick | count | locks]: the checks of the build in BUILD, in machines
# of several nodes (README.md); or the count of its accesses to memory, or of what its locks
# move between nodes. Images and kernels go to WORK.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$1 work=$2 what=${3:-full}

programs=(lab_leave lab_test futex2 topology_test address_tree_test parker_test
    handover_test store_wake_test interrupt_test lifetime_test no_allocation_test futex_test
    deadlines_test wait_any_test kernel_calls_test abi_test tally_test
    stress run_program run_inlined run_without_calls)

four=("0-1 2-3 4-5 6-7" "512 512 512 512") # CPUs and memory of a machine of four nodes

failed=0

prepare() {
    "$here/kernels.sh" "$work/kernels" "$@"
    "$here/image.sh" "$work/image.cpio" "$here/checks.sh" "${programs[@]/#/$build/bin/}" \
        "$build/lib/libfutex2_run.so"
}

# boot SERIES CPUS MEMORY COMMAND [QEMU ARGUMENT...]
boot() {
    local series=$1
    shift
    "$here/boot.sh" "$work/kernels/$series/vmlinux" "$work/image.cpio" "$@"
}

# machine SERIES NAME CPUS MEMORY SET...: boots it, and runs these checks in it.
machine() {
    local series=$1 name="Linux $1, $2" cpus=$3 memory=$4 status=0
    shift 4
    boot "$series" "$cpus" "$memory" "sh /lab/checks.sh '$name' $*" || status=$?
    ((status == 0)) && return
    ((status == 1)) || echo "lab: $name: FAILED, the machine ended with status $status"
    failed=1
}

quick() {
    prepare 6.12
    machine 6.12 "4 nodes" "${four[@]}" nodes race=2000
}

full() {
    prepare 6.1 6.12
    machine 6.1 "4 nodes" "${four[@]}" nodes units programs
    machine 6.12 "4 nodes" "${four[@]}" nodes units storms race=100000
    machine 6.12 "a node without CPUs" "0-1 2-3 4-7 -" "512 512 512 512" nodes
    machine 6.12 "a node without memory" "0-1 2-3 4-5 6-7" "512 512 512 0" nodes
    machine 6.12 "two uneven nodes" "0-5 6-7" "1536 512" nodes
}

machine_of_four() {
    printf '4 nodes of 2 CPUs, '
    qemu-system-x86_64 --version | sed -nE 's/.*version ([0-9.]+).*/QEMU \1/p'
}

# record_in SERIES NAME COMMAND: what the programs that it runs access. Leaves layout.NAME and
# trace.NAME.
record_in() {
    local series=$1 name=$2 command=$3 bytes=$((512 << 20))
    # On node 0 lie what a program touches before it goes to its nodes, and its stack in the
    # kernel.
    LAB_CLOCK=instructions boot "$series" "${four[@]}" "echo kernel \$(uname -r); taskset 1 sh -c '$command'" \
        -plugin "$build/lib/lab_recorder.so,out=$work/trace.$name,nodes=$bytes:$bytes:$bytes:$bytes,cpus=0:0:1:1:2:2:3:3" |
        tr -d '\r' >"$work/layout.$name"
}

# count_in SERIES ENGINE...: what the engines' calls access, for each pair of nodes: one for
# the words and who waits on them, one for who wakes.
count_in() {
    local series=$1
    shift
    record_in "$series" "$series" "
        for engine in $*; do for words in 0 1 2 3; do for caller in 0 1 2 3; do
            /lab/lab_calls \$engine \$words \$caller || exit 1
        done; done; done"
}

# The traces are large.
count() {
    local programs=(lab_leave lab_calls)
    local recordings=("$work"/{layout,trace}.6.12) status=0
    prepare 6.12
    count_in 6.12 user kernel
    if "$here/kernels.sh" "$work/kernels" 6.18; then
        count_in 6.18 kernel2
        recordings+=("$work"/{layout,trace}.6.18)
    else
        echo "lab: without it, the kernel's FUTEX2_NUMA (engine kernel2) is not counted" >&2
    fi
    "$build/bin/lab_traffic" "$work/traffic.json" "$here/servers.json" "$(machine_of_four)" "${recordings[@]}" || status=$?
    rm "$work"/trace.*
    ((status == 0)) || exit "$status"
    echo "lab: the numbers by node are in $work/traffic.json" >&2
}

# The pairs are pauses: with the lock, and without it in the mean (locks.cpp). First the one
# in which the other thread of a node waits again when the lock is given back.
locks() {
    local programs=(lab_leave lab_locks) status=0
    prepare 6.12
    record_in 6.12 locks "
        for pauses in 16:4 4:8; do for lock in mutex numa_mutex pthread; do
            /lab/lab_locks \$lock 4400 \$pauses || exit 1
        done; done"
    "$build/bin/lab_contention" "$(machine_of_four)" "$work"/{layout,trace}.locks || status=$?
    rm "$work"/trace.*
    return "$status"
}

mkdir -p "$work"
case $what in
    --quick) quick ;;
    full) full ;;
    count) count ;;
    locks) locks || failed=$? ;;
    *)
        echo "lab: no form '$what'" >&2
        exit 2
        ;;
esac
exit "$failed"
