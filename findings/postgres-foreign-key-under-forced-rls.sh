#!/usr/bin/env bash
# Subject:   PostgreSQL 15 (Debian's package postgresql-15): ALTER TABLE … ADD FOREIGN KEY under FORCE ROW LEVEL
#            SECURITY.
# Expected:  a constraint that is added without NOT VALID holds for the rows that are there; otherwise the command
#            fails. The documentation says that referential integrity checks bypass row security.
# Real:      for the owner of a table with FORCE ROW LEVEL SECURITY the check of the rows that are there sees what the
#            policy shows, which in a migration, without a tenant, is nothing. The command succeeds, the catalogue
#            calls the constraint validated, and the orphan stays.
# Matters:   migrations run as the owner. the restore of a later backup fails at this constraint, and queries that
#            rely on it lose rows. Migrate with NO FORCE ROW LEVEL SECURITY in the same transaction, or as a role with
#            BYPASSRLS.
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
    timeout 30 "$bin/psql" --no-psqlrc --quiet --tuples-only --no-align --host "$folder" "$@" 2>&1
}

"$bin/postgres" --version
ask --username admin postgres <<'SQL'
create role desk login;
create database desk owner desk;
SQL
ask --username desk desk <<'SQL'
create table organizations (id bigint primary key, account bigint not null);
create table keys (id bigint primary key, account bigint not null, organization bigint not null);
insert into organizations values (1, 7);
insert into keys values (1, 7, 1), (2, 7, 99);
alter table organizations enable row level security;
alter table keys enable row level security;
create policy own on organizations using (account = nullif(current_setting('app.account', true), '')::bigint);
create policy own on keys using (account = nullif(current_setting('app.account', true), '')::bigint);
SQL

add="alter table keys add constraint known foreign key (organization) references organizations"
without=$(ask --username desk desk <<<"$add" || true)
echo "enabled alone: ${without:-done}"
ask --username desk desk <<'SQL'
alter table organizations force row level security;
alter table keys force row level security;
SQL
forced=$(ask --username desk desk <<<"$add" || true)
echo "forced, no tenant set: ${forced:-done}"
catalogue=$(ask --username admin desk <<<"select convalidated from pg_constraint where conname = 'known'")
orphans=$(ask --username admin desk <<'SQL'
select count(*) from keys where organization not in (select id from organizations)
SQL
)
echo "validated by the catalogue: $catalogue, orphans: $orphans"
later=$(ask --username desk desk <<<"set app.account = '7'; insert into keys values (3, 7, 98)" || true)
echo "a new orphan, with its tenant set: $(head -n 1 <<<"$later")"
"$bin/pg_dump" --host "$folder" --username admin desk >"$folder/dump.sql"
ask --username admin postgres <<<"create database restored"
restored=$(ask --username admin restored <"$folder/dump.sql" || true)
echo "restoring a dump: $(grep ERROR <<<"$restored" || echo done)"

changed() { echo "CHANGED: $1" >&2; exit 1; }
grep -q "violates foreign key constraint" <<<"$without" || changed "the constraint without FORCE"
[ -z "$forced" ] || changed "the constraint under FORCE is refused"
[ "$catalogue $orphans" = "t 1" ] || changed "catalogue or orphans"
grep -q "violates foreign key constraint" <<<"$later" || changed "a new orphan"
grep -q "violates foreign key constraint" <<<"$restored" || changed "the restore passes"
