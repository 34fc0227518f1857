#!/usr/bin/env bash
# Subject:   PgBouncer 1.18.0 (Debian 12) in transaction mode, before PostgreSQL 15 (Debian's package postgresql-15).
# Expected:  what transaction mode cannot do is refused: LISTEN is an error there.
# Real:      LISTEN is answered like any command, with no error and no warning. The client that asked hears nothing
#            while it waits. In session mode the same program hears it.
# Matters:   a cache that forgets on NOTIFY (revoked keys, changed rights) starts without an error behind a pooler,
#            never hears of a change, and serves what was revoked. A listener needs a connection of its own past the
#            pooler, and a heartbeat of its own over the same channel that tells it that it hears.
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
bouncer=
end() {
    [ -z "$bouncer" ] || kill "$bouncer" 2>/dev/null || true
    "${as[@]}" "$bin/pg_ctl" stop --silent --mode immediate --pgdata "$folder/data" >/dev/null 2>&1 || true
    wait
    rm -rf "$folder"
}
trap end EXIT

mkdir "$folder/packages"
(cd "$folder/packages" && timeout 120 apt-get download -q pgbouncer libevent-2.1-7 libc-ares2 >/dev/null 2>&1) ||
    { echo "needs Debian's packages pgbouncer, libevent-2.1-7, libc-ares2"; exit 2; }
for package in "$folder"/packages/*.deb; do dpkg -x "$package" "$folder/debian"; done
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check psycopg==3.3.9 psycopg-binary==3.3.9

"${as[@]}" "$bin/initdb" --pgdata "$folder/data" --username desk --auth trust --no-sync >/dev/null
# Both on sockets in the folder alone.
"${as[@]}" "$bin/pg_ctl" start --silent --wait --timeout 30 --pgdata "$folder/data" --log "$folder/log" \
    --options "-c listen_addresses= -c fsync=off -k $folder" </dev/null >/dev/null
cat >"$folder/pgbouncer.ini" <<INI
[databases]
transaction = host=$folder port=5432 dbname=postgres user=desk pool_mode=transaction pool_size=1
session = host=$folder port=5432 dbname=postgres user=desk pool_mode=session pool_size=2
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = $folder
auth_type = any
INI
LD_LIBRARY_PATH=$(dirname "$(find "$folder/debian" -name 'libevent-2.1.so.7' | head -n 1)")
export LD_LIBRARY_PATH
"$folder/debian/usr/sbin/pgbouncer" --version | head -n 1
"${as[@]}" "$folder/debian/usr/sbin/pgbouncer" --quiet "$folder/pgbouncer.ini" >"$folder/pgbouncer.log" 2>&1 &
bouncer=$!
unset LD_LIBRARY_PATH
for _ in $(seq 50); do [ -S "$folder/.s.PGSQL.6432" ] && break; sleep 0.1; done

timeout 60 "$folder/python/bin/python" - "$folder" <<'END'
import sys

import psycopg

folder = sys.argv[1]
direct = psycopg.connect(host=folder, user="desk", dbname="postgres", autocommit=True)
print("PostgreSQL", direct.execute("show server_version").fetchone()[0])
heard = {}
for mode in "session", "transaction":
    listener = psycopg.connect(host=folder, port=6432, user="desk", dbname=mode, autocommit=True)
    status = listener.execute("listen revoked").statusmessage
    direct.execute("select pg_notify('revoked', 'key_1')")
    heard[mode] = [note.payload for note in listener.notifies(timeout=2, stop_after=1)]
    print(f"{mode} mode: answer to LISTEN: {status}; heard within 2 s: {heard[mode] or 'nothing'}")
    listener.close()
direct.close()
if heard != {"session": ["key_1"], "transaction": []}:
    sys.exit(f"CHANGED: heard {heard}")
END
