#!/usr/bin/env bash
# Subject:   PostgreSQL 15 (Debian's package postgresql-15): a setting of one's own, set with SET LOCAL.
# Expected:  after the transaction the setting is as it was before: never set, so current_setting('app.account', true)
#            is NULL.
# Real:      it is an empty text for the rest of the session. NULL comes back only with a new connection.
# Matters:   the usual row-level policy, account = current_setting('app.account', true)::bigint, hides all rows on a
#            fresh connection, and raises "invalid input syntax for type bigint" on one from the pool. So a query
#            without a tenant behaves in one way in tests and in another in production. Write
#            nullif(current_setting('app.account', true), '').
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
"${as[@]}" "$bin/initdb" --pgdata "$folder/data" --username desk --auth trust --no-sync >/dev/null
# On a socket in the folder alone.
"${as[@]}" "$bin/pg_ctl" start --silent --wait --timeout 30 --pgdata "$folder/data" --log "$folder/log" \
    --options "-c listen_addresses= -c fsync=off -k $folder" </dev/null >/dev/null

ask() {
    timeout 30 "$bin/psql" --no-psqlrc --quiet --tuples-only --no-align --pset null=NULL \
        --host "$folder" --username desk --dbname postgres 2>&1
}

"$bin/postgres" --version
answers=$(ask <<'SQL'
select 'never set: ' || coalesce(quote_literal(current_setting('app.account', true)), 'NULL');
begin;
set local app.account = '42';
select 'inside: ' || quote_literal(current_setting('app.account', true));
commit;
select 'after commit: ' || coalesce(quote_literal(current_setting('app.account', true)), 'NULL');
begin;
set local app.tenant = '42';
rollback;
select 'another, after rollback: ' || coalesce(quote_literal(current_setting('app.tenant', true)), 'NULL');
reset app.account;
select 'after reset: ' || coalesce(quote_literal(current_setting('app.account', true)), 'NULL');
select 'as a number: ' || current_setting('app.account', true)::bigint;
SQL
)
echo "$answers"
fresh=$(ask <<<"select 'on a new connection: ' || coalesce(current_setting('app.account', true), 'NULL')")
echo "$fresh"

changed() { echo "CHANGED: $1" >&2; exit 1; }
grep -qx "never set: NULL" <<<"$answers" || changed "a setting that was never set"
grep -qx "after commit: ''" <<<"$answers" || changed "after commit"
grep -q 'invalid input syntax for type bigint: ""' <<<"$answers" || changed "the empty text as a number"
[ "$fresh" = "on a new connection: NULL" ] || changed "a new connection"
