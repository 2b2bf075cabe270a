#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run.sh DIRECTORY: builds and runs those of libstdc++'s tests in it that `tests` does not leave
# out. From the build: CXX, TESTSUITE (unpacked), INCLUDE (this library's), LIBRARY (static).
# run.sh --adapter: compiles the header that they all include, once.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
compile() {
    # Their warnings are theirs. Assertions are on.
    "$CXX" -std=gnu++20 -O0 -w -pthread -I"$INCLUDE" -I"$TESTSUITE/util" "$@"
}

if [[ $1 == --adapter ]]; then
    cp "$here/adapter.hpp" . # the compiler looks for what is compiled beside it
    compile -x c++-header adapter.hpp -o adapter.hpp.gch
    exit
fi

# With what is done inline done inline, on this machine's nodes.
passes() {
    FUTEX2_CHECK=0 timeout 60 "$1"
}
passes_checks() {
    FUTEX2_CHECK=1 FUTEX2_NODES=4 timeout 60 "$1"
}

# It does not compile, and the compiler says what the test expects at the line where that says
# so, or, with "0 }", anywhere.
is_refused() {
    local messages number line where
    ! messages=$(compile -include adapter.hpp -fsyntax-only "$1" 2>&1) || return
    while IFS=: read -r number line; do
        where="^$1:$number:[0-9]+: "
        [[ $line != *' 0 }'* ]] || where=
        line=$(sed -E 's/.*dg-error "([^"]*)".*/\1/' <<<"$line")
        grep -qE "$where.*$line" <<<"$messages" || {
            echo "$1:$number: the compiler does not say '$line'"
            return 1
        }
    done < <(grep -n dg-error "$1")
}

declare -A count=([run]=0 [unchecked]=0 [compile]=0 [refuse]=0 [-]=0)
failed=()
while read -r test what _; do
    mkdir -p "$(dirname "$test")"
    sed 's/\bstd::/outside::/g' "$TESTSUITE/$test" >"$test"
    program=./${test%.cc}
    case $what in
        run | unchecked)
            {
                compile -include adapter.hpp "$test" "$LIBRARY" -o "$program" &&
                    passes "$program" &&
                    { [[ $what == unchecked ]] || passes_checks "$program"; }
            } || failed+=("$test")
            ;;
        compile) compile -include adapter.hpp -fsyntax-only "$test" || failed+=("$test") ;;
        refuse) is_refused "$test" || failed+=("$test") ;;
        -) ;;
        *) echo "run.sh: $test: not known: '$what'" && exit 2 ;;
    esac
    ((++count[$what]))
done < <(grep "^$1/" "$here/tests")

echo "$1: $((count[run] + count[unchecked])) run, ${count[compile]} only compiled," \
    "${count[refuse]} refused as they must be, ${count[-]} left out"
((${#failed[@]} == 0)) || printf 'failed: %s\n' "${failed[@]}"
((${#failed[@]} == 0))
