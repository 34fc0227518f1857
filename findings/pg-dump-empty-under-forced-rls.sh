#!/usr/bin/env bash
# Subject:   pg_dump of PostgreSQL 15 (Debian's package postgresql-15), as the owner of tables with row-level
#            security.
# Expected:  the owner's pg_dump holds the owner's tables. If it cannot, it fails.
# Real:      with FORCE ROW LEVEL SECURITY it fails at first, and its hint names the policy of the table. With
#            --enable-row-security, the option that makes the error go away, it exits with 0 and writes tables without
#            a single row, as no tenant is set for the session of pg_dump.
# Matters:   the backup is complete in everything but the data, has a plausible size (the schema), and every check of
#            exit code and file passes. Back up as a role with BYPASSRLS, and try a restore by counting rows.
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

ask() {
    timeout 30 "$bin/psql" --no-psqlrc --quiet --set ON_ERROR_STOP=1 --host "$folder" "$@"
}
dump() {
    timeout 30 "$bin/pg_dump" --host "$folder" "$@" desk
}
rows() {
    grep -c 'example key' "$1" || true
}

"$bin/pg_dump" --version
ask --username admin postgres <<'SQL'
create role desk login;
create database desk owner desk;
create role backup login bypassrls;
grant pg_read_all_data to backup;
SQL
ask --username desk desk <<'SQL'
create table keys (id bigint primary key, account bigint not null, name text not null);
insert into keys select i, i % 3, 'example key ' || i from generate_series(1, 100) i;
alter table keys enable row level security;
alter table keys force row level security;
create policy own on keys using (account = nullif(current_setting('app.account', true), '')::bigint);
SQL

plain=0
dump --username desk >"$folder/plain.sql" 2>"$folder/plain.err" || plain=$?
echo "owner: exit $plain, $(rows "$folder/plain.sql") of 100 rows; $(head -n 1 "$folder/plain.err")"
enabled=0
dump --username desk --enable-row-security >"$folder/enabled.sql" 2>"$folder/enabled.err" || enabled=$?
echo "owner, --enable-row-security: exit $enabled, $(rows "$folder/enabled.sql") of 100 rows," \
    "$(wc -c <"$folder/enabled.sql") bytes, $(wc -c <"$folder/enabled.err") bytes of warnings"
bypass=0
dump --username backup >"$folder/bypass.sql" 2>"$folder/bypass.err" || bypass=$?
echo "role with BYPASSRLS: exit $bypass, $(rows "$folder/bypass.sql") of 100 rows"

changed() { echo "CHANGED: $1" >&2; exit 1; }
[ "$plain" -ne 0 ] || changed "the owner's plain dump passes"
[ "$enabled" -eq 0 ] && [ "$(rows "$folder/enabled.sql")" -eq 0 ] && [ ! -s "$folder/enabled.err" ] ||
    changed "the dump with --enable-row-security fails, warns or holds rows"
[ "$bypass" -eq 0 ] && [ "$(rows "$folder/bypass.sql")" -eq 100 ] || changed "the dump with BYPASSRLS"
