#!/usr/bin/env bash
# Subject:   PostgreSQL 15 (Debian's package postgresql-15): FOR UPDATE SKIP LOCKED in a SERIALIZABLE transaction.
# Expected:  two workers who claim rows of a queue with SKIP LOCKED take different rows and stay out of each other's way;
#            that is what it is for.
# Real:      they do take different rows, and under READ COMMITTED both commit. Under SERIALIZABLE, where the question
#            reads the table to sort it, whoever commits second fails with 40001: each has read what the other has
#            changed. A row that was claimed and committed since the snapshot is not locked any more, so it is not
#            passed over either: 40001 at once.
# Matters:   a service whose transactions are all serializable has its workers fail each other, and the longer a claim
#            lasts, the surer. Claim in one short statement and try again, or claim under READ COMMITTED.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "${bin:-}/initdb" ] || { echo "needs Debian's package postgresql"; exit 2; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
as=()
if [ "$(id -u)" -eq 0 ]; then
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
    chown postgres "$folder"
fi
cd "$folder"
end() {
    "${as[@]}" "$bin/pg_ctl" stop --silent --mode immediate --pgdata "$folder/data" >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap end EXIT
"${as[@]}" "$bin/initdb" --pgdata "$folder/data" --username admin --auth trust --no-sync >/dev/null
# On a socket in the folder alone.
"${as[@]}" "$bin/pg_ctl" start --silent --wait --timeout 30 --pgdata "$folder/data" --log "$folder/log" \
    --options "-c listen_addresses= -c fsync=off -k $folder" </dev/null >/dev/null
psql=("$bin/psql" --no-psqlrc --quiet --tuples-only --no-align --set VERBOSITY=sqlstate --host "$folder" --username admin postgres)

# Two workers; each line that one is told is answered, in the end by "ok".
coproc first { exec "${psql[@]}" 2>&1; }
exec {first_in}>&"${first[1]}" {first_out}<&"${first[0]}"
{ coproc second { exec "${psql[@]}" 2>&1; }; } 2>/dev/null
exec {second_in}>&"${second[1]}" {second_out}<&"${second[0]}"

# What a worker answers to a statement, on one line.
tell() {
    local name=$1 line said=
    local -n in=${name}_in out=${name}_out
    printf '%s\n\\echo ok\n' "$2" >&"$in"
    while IFS= read -r -t 30 line <&"$out" && [ "$line" != ok ]; do said+="$line "; done
    echo "${said% }"
}

claim="update job set worker = pg_backend_pid() where id in
       (select id from job where worker is null order by due, id limit 2 for update skip locked) returning id;"
tell first "create table job (id int primary key, due int default 0, worker int);" >/dev/null

both() {
    tell first "truncate job; insert into job select generate_series(1, 4);" >/dev/null
    tell first "begin isolation level $1;" >/dev/null
    tell second "begin isolation level $1;" >/dev/null
    local taken="$(tell first "$claim") and $(tell second "$claim")"
    echo "$taken taken, commits: first $(tell first "commit;"), second $(tell second "commit;")"
}

late() {
    tell first "truncate job; insert into job select generate_series(1, 4);" >/dev/null
    tell second "begin isolation level $1; select 'snapshot';" >/dev/null
    tell first "$claim" >/dev/null
    tell second "$claim"
    tell second "rollback;" >/dev/null
}

"$bin/postgres" --version
committed=$(both "read committed")
serializable=$(both "serializable")
echo "read committed: $committed"
echo "serializable:   $serializable"
late_committed=$(late "read committed")
late_serializable=$(late "serializable")
echo "a claim after another was committed since the snapshot: read committed: $late_committed; serializable: $late_serializable"
changed() { echo "CHANGED: $1" >&2; exit 1; }
[[ $committed == "1 2 and 3 4 taken, commits: first , second " ]] || changed "two claims under READ COMMITTED"
[[ $serializable == "1 2 and 3 4 taken, commits: first , second "*40001* ]] || changed "two claims under SERIALIZABLE"
[[ $late_committed == "3 4" ]] || changed "a late claim under READ COMMITTED"
[[ $late_serializable == *40001* ]] || changed "a late claim under SERIALIZABLE"
