#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# kernels.sh FOLDER SERIES...: for each series of Debian's kernels (6.1, 6.12; 6.18, of which
# trixie-backports has packages, but no metapackage) the newest that apt offers, as
# FOLDER/SERIES/vmlinux, and its release in FOLDER/SERIES/release. Downloaded and unpacked,
# not installed.
set -euo pipefail

declare -A metapackages=([6.1]=linux-image-cloud-amd64 [6.12]=linux-image-6.12-cloud-amd64)

say() { printf '%s\n' "lab: $*" >&2; }

# Prints the number of so many bytes at an offset of a file.
number_at() { od -An -tu"$3" -j "$2" -N "$3" "$1" | tr -d ' '; }

# Unpacks the kernel proper from a bzImage: QEMU starts it at once, where the image's own
# unpacking takes 10 s of emulation. The boot header says where it lies
# (Documentation/arch/x86/boot.rst: setup_sects, payload_offset, payload_length).
unpack_image() {
    local image=$1 begin length
    begin=$((512 * ($(number_at "$image" $((0x1f1)) 1) + 1) + $(number_at "$image" $((0x248)) 4)))
    length=$(($(number_at "$image" $((0x24c)) 4) - 4)) # behind it: the unpacked size
    local magic
    magic=$(od -An -tx1 -j "$begin" -N 4 "$image" | tr -d ' ')
    head -c $((begin + length)) "$image" | tail -c "$length" |
        case $magic in
            02214c18) lz4 -dcq ;;
            28b52ffd) zstd -dcq ;;
            fd377a58) xz -dc ;;
            *)
                say "$image: packed by an unknown program ($magic)"
                return 1
                ;;
        esac
}

# Prints the newest package of a series, or nothing.
package_of() {
    local series=$1 metapackage=${metapackages[$1]-}
    if [[ -n $metapackage ]]; then
        apt-cache depends --important "$metapackage" 2>/dev/null |
            sed -nE 's/^ *Depends: (linux-image-[0-9].*)/\1/p' | head -1
    else
        apt-cache search --names-only "^linux-image-${series/./\\.}[.0-9]*\+deb[0-9]+-cloud-amd64\$" |
            cut -d ' ' -f 1 | sort -V | tail -1
    fi
}

fetch() {
    local folder=$1 package=$2
    rm -rf "$folder"
    mkdir -p "$folder"
    # As root apt would download as a user of its own, who may not write here.
    (cd "$folder" && apt-get download -qq -o APT::Sandbox::User=root "$package" >&2)
    dpkg-deb --fsys-tarfile "$folder"/*.deb | tar -x -C "$folder" --wildcards './boot/vmlinuz-*'
    unpack_image "$folder"/boot/vmlinuz-* >"$folder/vmlinux"
    rm -r "${folder:?}"/*.deb "${folder:?}/boot"
    echo "${package#linux-image-}" >"$folder/release" # last: all of it is there
}

folder=$1
shift
for series; do
    package=$(package_of "$series")
    if [[ -z $package ]]; then
        [[ -e $folder/$series/release ]] && continue # without apt's lists: what is there will do
        say "apt offers no kernel of the series $series"
        exit 1
    fi
    [[ $(cat "$folder/$series/release" 2>/dev/null) == "${package#linux-image-}" ]] && continue
    say "downloading $package"
    fetch "$folder/$series" "$package"
done
