#!/usr/bin/env bash
# Subject:   dpkg-shlibdeps 1.21.22 (Debian 12, dpkg-dev), which writes the dependencies of a package.
# Expected:  a library that a program needs and that no package has ends it with an error, as it does for libanswer.so.1.
# Real:      a library whose name has no version, libanswer.so, is passed over: a warning among others, status 0, and dependencies
#            without it. So are all libraries of Swift's runtime (libswiftCore.so, libFoundation.so), and those of many plug-in hosts.
# Matters:   a package of a server that was linked against such a runtime by mistake builds, installs, satisfies every dependency, and does
#            not start on a machine without that runtime. Hold what the program needs (readelf -d, NEEDED) against what Debian's
#            packages have, or try it in a bare root.
set -euo pipefail

for program in cc readelf dpkg-shlibdeps; do
    command -v "$program" >/dev/null || { echo "needs $program (Debian's packages gcc, binutils, dpkg-dev)"; exit 2; }
done
folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir debian
printf 'Source: asks\nMaintainer: Nobody <nobody@example.com>\n\nPackage: asks\nArchitecture: any\nDescription: asks\n' >debian/control
echo 'int answer(void) { return 42; }' >answer.c
echo 'int answer(void); int main(void) { return answer() - 42; }' >asks.c

# A program that needs a library by this name, and what the tool says of it.
look() {
    local name=$1
    mkdir "$name"
    cc -shared -fPIC -Wl,-soname,"$name" -o "$name/$name" answer.c
    cc -o "$name/asks" asks.c "$name/$name"
    status=0
    said=$(timeout 60 dpkg-shlibdeps -O "-l$name" "-e$name/asks" 2>"$name/errors") || status=$?
    [ "$status" -eq 0 ] || status="an error"
    printf '%-16s needs %s: %s, %s\n' "$name" "$(readelf -d "$name/asks" | sed -n 's/.*NEEDED.*\[\(libanswer[^]]*\)\]/\1/p')" \
        "$status" "${said:-no dependencies}"
}
dpkg-shlibdeps --version | head -n 1
look libanswer.so
unversioned=$status:$said
look libanswer.so.1
versioned=$status

[ "$versioned" = "an error" ] || { echo "CHANGED: a library of nobody's with a version is no error"; exit 1; }
case $unversioned in
    0:*libc6*) ;;
    *) echo "CHANGED: a library of nobody's without a version: $unversioned"; exit 1 ;;
esac
