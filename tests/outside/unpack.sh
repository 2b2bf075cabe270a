#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# unpack.sh ARCHIVE FOLDER: unpacks the futex selftests and what they include from an archive
# of the kernel's source (.tar.xz), unless FOLDER holds those of this very archive.
set -euo pipefail

archive=$1 folder=$2
if [[ ! -r $archive ]]; then
    echo "unpack.sh: no $archive: install $(basename "$archive" .tar.xz), or set FUTEX2_LINUX_SOURCE" >&2
    exit 2
fi

identity=$(stat --printf '%n %s %Y' "$archive")
[[ ! -r $folder/archive || $(<"$folder/archive") != "$identity" ]] || exit 0

rm -rf "$folder"
mkdir -p "$folder"
tar --extract --xz --file="$archive" --directory="$folder" --strip-components=4 --wildcards \
    '*/tools/testing/selftests/futex' '*/tools/testing/selftests/kselftest.h'
echo "$identity" >"$folder/archive"
