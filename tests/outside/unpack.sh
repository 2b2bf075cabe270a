#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# unpack.sh ARCHIVE HINT FOLDER STRIP MEMBER...: unpacks these members (patterns) of an archive
# (.tar.xz; a pattern, of which the last match counts), without the first STRIP parts of their
# names, unless FOLDER holds those of this very archive. HINT: what to do where there is none.
set -euo pipefail

pattern=$1 hint=$2 folder=$3 strip=$4
shift 4
archive=$(compgen -G "$pattern" | sort -V | tail -n 1) || archive=
if [[ ! -r $archive ]]; then
    echo "unpack.sh: no $pattern: $hint" >&2
    exit 2
fi

identity=$(stat --printf '%n %s %Y' "$archive")" $*"
[[ ! -r $folder/archive || $(<"$folder/archive") != "$identity" ]] || exit 0

rm -rf "$folder"
mkdir -p "$folder"
tar --extract --xz --file="$archive" --directory="$folder" --strip-components="$strip" \
    --wildcards "$@"
echo "$identity" >"$folder/archive"
