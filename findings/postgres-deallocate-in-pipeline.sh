#!/usr/bin/env bash
# Subject:   PostgreSQL 15 (Debian's package postgresql-15) and psycopg 3.2.13 (PyPI) in pipeline mode.
# Expected:  DEALLOCATE ALL reads nothing and begins no transaction of the session, so a BEGIN with an isolation level
#            may follow it in a pipeline as it may follow it in a session of single statements.
# Real:      between two synchronisation points all statements share an implicit transaction, and DEALLOCATE takes a
#            snapshot in it: BEGIN ISOLATION LEVEL SERIALIZABLE fails with 25001. A BEGIN without a level passes, and so
#            does one that has a synchronisation point before it.
# Matters:   a client that forgets its prepared statements now and then, to bound them, fails one transaction out of
#            hundreds, far from the line that is to blame, with an error that nobody repeats on. Send a synchronisation
#            point behind DEALLOCATE.
set -euo pipefail

bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
[ -x "${bin:-}/initdb" ] || { echo "needs Debian's package postgresql"; exit 2; }
folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
as=()
if [ "$(id -u)" -eq 0 ]; then
    as=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
    chown postgres "$folder"
fi
end() {
    "${as[@]}" "$bin/pg_ctl" stop --silent --mode immediate --pgdata "$folder/data" >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap end EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'psycopg[binary]==3.2.13'
cd "$folder"
"${as[@]}" "$bin/initdb" --pgdata "$folder/data" --username admin --auth trust --no-sync >/dev/null
# On a socket in the folder alone.
"${as[@]}" "$bin/pg_ctl" start --silent --wait --timeout 30 --pgdata "$folder/data" --log "$folder/log" \
    --options "-c listen_addresses= -c fsync=off -k $folder" </dev/null >/dev/null

timeout 60 "$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys

import psycopg

connection = psycopg.connect(host=sys.argv[1], user="admin", dbname="postgres", autocommit=True)
version = connection.info.server_version
print(f"psycopg {psycopg.__version__}, PostgreSQL {version // 10000}.{version % 10000}")


def outcome(*statements):
    """The state of the first error, "passes" without one; None among the statements is a synchronisation point."""
    try:
        with connection.pipeline() as pipeline:
            for statement in statements:
                if statement is None:
                    pipeline.sync()
                else:
                    connection.execute(statement)
    except psycopg.Error as error:
        return error.sqlstate
    finally:
        connection.rollback()
    return "passes"


serializable = "BEGIN ISOLATION LEVEL SERIALIZABLE"
found = {
    "DEALLOCATE ALL, then BEGIN with a level": outcome("DEALLOCATE ALL", serializable),
    "DEALLOCATE ALL, then BEGIN without one": outcome("DEALLOCATE ALL", "BEGIN"),
    "DEALLOCATE ALL, a synchronisation point, BEGIN with a level": outcome("DEALLOCATE ALL", None, serializable),
    "BEGIN with a level alone": outcome(serializable),
}
for what, came in found.items():
    print(f"{what}: {came}")
if list(found.values()) != ["25001", "passes", "passes", "passes"]:
    sys.exit("CHANGED")
PYTHON
