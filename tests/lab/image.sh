#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# image.sh IMAGE FILE...: an initramfs of busybox, the lab's init, and the files, programs
# with their shared libraries, in /lab.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
image=$1
shift

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir "$root/bin" "$root/lab"
cp /bin/busybox "$root/bin/busybox"
install -m 755 "$here/init" "$root/init"
cp "$@" "$root/lab"

# Nothing for what is not a program, or is linked statically.
libraries_of() { ldd "$@" 2>/dev/null | sed -nE 's/^\t(.* => )?(\/[^ ]+) .*/\2/p' | sort -u; }

for library in $(libraries_of "$@"); do
    install -D "$library" "$root$library"
done
(cd "$root" && find . -mindepth 1 | cpio --quiet --create --format=newc --owner=0:0) >"$image"
