#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# boot.sh KERNEL IMAGE CPUS MEMORY COMMAND [QEMU ARGUMENT...]: boots a machine of several
# nodes under emulation, and runs a shell command in it; the exit status is the command's,
# or 125 where the machine did not hand one over.
#
# CPUS and MEMORY have a word for each node: "0-1 2-5 -" and "512 0 512" (MiB); "-" is no
# CPU, 0 no memory. They are in LAB_CPUS and LAB_MEMORY in the machine.
#
# LAB_CLOCK=instructions: the machine's time is the number of instructions that it has run, so
# that the host's load does not matter, and one thread emulates all CPUs in turn.
set -euo pipefail

kernel=$1 image=$2 command=$5
read -ra cpus <<<"$3"
read -ra memory <<<"$4"
shift 5

patience=480 # seconds: a machine that hangs is found by this

clock=() threads=multi
case ${LAB_CLOCK:-host} in
    host) ;;
    instructions)
        threads=single
        clock=(-icount 'shift=1,sleep=off' -rtc 'base=2024-01-01,clock=vm')
        ;;
    *)
        echo "lab: no clock '$LAB_CLOCK'" >&2
        exit 125
        ;;
esac

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/lab"
printf '%s\n' "export LAB_CPUS='${cpus[*]}' LAB_MEMORY='${memory[*]}'" "$command" >"$work/lab/run"
(cd "$work" && echo lab/run | cpio --quiet --create --format=newc --owner=0:0) >"$work/run.cpio"
cat "$image" "$work/run.cpio" >"$work/initramfs"

nodes=() all_cpus=0 all_memory=0
for ((node = 0; node < ${#cpus[@]}; ++node)); do
    this=node,nodeid=$node
    if [[ ${cpus[node]} != - ]]; then
        this+=,cpus=${cpus[node]}
        last=${cpus[node]#*-}
        all_cpus=$((last + 1))
    fi
    if ((memory[node] > 0)); then
        nodes+=(-object "memory-backend-ram,id=ram$node,size=${memory[node]}M")
        this+=,memdev=ram$node
    fi
    nodes+=(-numa "$this")
    all_memory=$((all_memory + memory[node]))
done

# No balancing of pages between nodes: pages are to lie where the library puts them.
boot() {
    timeout --kill-after=5 "$patience" qemu-system-x86_64 \
        -nodefaults -no-user-config -display none -no-reboot -monitor none -serial stdio \
        -machine q35 -accel tcg,thread=$threads -cpu max \
        -smp "$all_cpus,sockets=$all_cpus,cores=1,threads=1" -m "${all_memory}M" "${nodes[@]}" \
        -kernel "$kernel" -initrd "$work/initramfs" \
        -append "console=ttyS0 quiet panic=-1 numa_balancing=disable" \
        "${clock[@]}" -device isa-debug-exit,iobase=0xf4,iosize=1 "$@" </dev/null
}

# QEMU before 8.1, where a thread emulates each CPU, at times runs what the kernel's code was
# while the kernel changed it: a breakpoint that it knows of no more, and dies of
# (lkml.org, "qemu-x86_64 booting with 8.0.0 stil see int3", July 2023). No program can bring a
# kernel there.
emulated_wrongly() { grep -q 'int3: 0000 \[#1\]' "$work/console"; }

for ((boots_left = 2; ; --boots_left)); do
    status=0
    boot "$@" | tee "$work/console" || status=$?
    if ((status >= 3 && status % 2 == 1)); then exit $((status / 2 - 1)); fi
    echo "lab: the machine ended without an exit status (QEMU's: $status)" >&2
    ((boots_left > 0)) && emulated_wrongly || exit 125
    echo "lab: its kernel was emulated wrongly: once more" >&2
done
