#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh BUILD WORK [--quick | count]: the checks of the build in BUILD, in machines of
# several nodes (README.md); or the count of its accesses to memory. Images and kernels go
# to WORK.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$1 work=$2 what=${3:-full}

programs=(lab_leave lab_test lab_calls futex2 topology_test address_tree_test parker_test
    callback_test store_wake_test interrupt_test lifetime_test no_allocation_test futex_test
    deadlines_test wait_any_test kernel_calls_test abi_test tally_test
    stress)

four=("0-1 2-3 4-5 6-7" "512 512 512 512") # CPUs and memory of a machine of four nodes

failed=0

prepare() {
    "$here/kernels.sh" "$work/kernels" "$@"
    "$here/image.sh" "$work/image.cpio" "$here/checks.sh" "${programs[@]/#/$build/bin/}"
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
    machine 6.1 "4 nodes" "${four[@]}" nodes units
    machine 6.12 "4 nodes" "${four[@]}" nodes units storms race=100000
    machine 6.12 "a node without CPUs" "0-1 2-3 4-7 -" "512 512 512 512" nodes
    machine 6.12 "a node without memory" "0-1 2-3 4-5 6-7" "512 512 512 0" nodes
    machine 6.12 "two uneven nodes" "0-5 6-7" "1536 512" nodes
}

# Each pair of nodes: one for the words and who waits on them, one for who wakes.
count() {
    prepare 6.12
    local bytes=$((512 << 20)) layout=$work/layout trace=$work/trace
    # shellcheck disable=SC2016 # the machine's shell expands it
    boot 6.12 "${four[@]}" 'for words in 0 1 2 3; do for caller in 0 1 2 3; do
        /lab/lab_calls $words $caller || exit 1; done; done' \
        -plugin "$build/lib/lab_recorder.so,out=$trace,nodes=$bytes:$bytes:$bytes:$bytes" |
        tr -d '\r' >"$layout"
    "$build/bin/lab_traffic" "$layout" "$trace"
}

mkdir -p "$work"
case $what in
    --quick) quick ;;
    full) full ;;
    count) count ;;
    *)
        echo "lab: no form '$what'" >&2
        exit 2
        ;;
esac
exit "$failed"
