#!/usr/bin/env bash
# Subject:   libfaketime 0.9.10 (Debian 12), preloaded into a program in Swift 6.
# Expected:  a program that believes another time is the same program in all else.
# Real:      CommandLine.arguments is empty, even without the program's own name, and nothing says so. A program in C with the same
#            library preloaded gets its arguments.
# Matters:   a server in Swift that is tried with its clock ahead, to see certificates and tokens expire, starts without any of its
#            flags: by its defaults, on another address and another database than the test believes. Give it its settings by
#            environment or file there, or have it refuse to start where it has no argument at all.
set -euo pipefail

command -v swiftc >/dev/null && command -v cc >/dev/null || { echo "needs Swift and a compiler for C"; exit 2; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
timeout 120 apt-get download -q libfaketime >/dev/null 2>&1 || { echo "needs Debian's package libfaketime"; exit 2; }
dpkg -x libfaketime_*.deb debian
library=$(find "$PWD/debian" -name libfaketime.so.1)

cat >asked.swift <<'SWIFT'
import Glibc
print(CommandLine.arguments.count, time(nil))
SWIFT
cat >asked.c <<'C'
#include <stdio.h>
#include <time.h>
int main(int count, char **arguments) { printf("%d %ld\n", count, (long)time(NULL)); return 0; }
C
timeout 120 swiftc -o in-swift asked.swift
cc -o in-c asked.c

# How many arguments a program sees, and whether it believes that it is a day later.
ask() {
    local count time day=no
    read -r count time < <(timeout 20 env "${@:2}" "$1" --listen 127.0.0.1:1)
    [ "$time" -lt "$(($(date +%s) + 80000))" ] || day=yes
    echo "$count arguments, a day later: $day"
}
echo "$(basename libfaketime_*.deb), $(swiftc --version 2>/dev/null | sed -n 's/.*\(Swift version [0-9.]*\).*/\1/p' | head -n 1)"
faked=(LD_PRELOAD="$library" FAKETIME=+1d)
plain=$(ask ./in-swift A=b)
swift=$(ask ./in-swift "${faked[@]}")
c=$(ask ./in-c "${faked[@]}")
printf '%-28s %s\n' 'Swift' "$plain" 'Swift with libfaketime' "$swift" 'C with libfaketime' "$c"

[ "$plain" = "3 arguments, a day later: no" ] && [ "$c" = "3 arguments, a day later: yes" ] ||
    { echo "CHANGED: the programs to compare with"; exit 1; }
[ "$swift" = "0 arguments, a day later: yes" ] || { echo "CHANGED: a program in Swift sees: $swift"; exit 1; }
