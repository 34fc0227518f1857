#!/usr/bin/env bash
# Subject:   SQLite 3.54.1, through apsw 3.54.1.0 (PyPI): the online backup, in steps.
# Expected:  a backup that copies 100 pages at a time takes a little longer while others write, and ends.
# Real:      each write by another connection has the next step begin again at the first page. With one write between
#            two steps the backup never gets past its first hundred pages. Writes through the very connection that is
#            copied from are carried over instead, and one step for all pages ends at once.
# Matters:   a server that is busy day and night is the one whose nightly backup never ends, without any error. Copy
#            in one step (step(-1), in WAL mode writers are not held up), or use VACUUM INTO.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check apsw==3.54.1.0

timeout 60 "$folder/python/bin/python" - "$folder" <<'END'
import sys

import apsw

folder = sys.argv[1]
STEPS, PAGES = 200, 100

source = apsw.Connection(f"{folder}/source.db")
source.pragma("journal_mode", "wal")
source.execute("create table uses(text)")
source.execute("with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000) "
               "insert into uses select hex(randomblob(250)) from n")
other = apsw.Connection(f"{folder}/source.db")
print("SQLite", apsw.sqlite_lib_version(), "pages:", source.pragma("page_count"))


def copy(name, write):
    target = apsw.Connection(f"{folder}/{name}.db")
    fewest = None
    with target.backup("main", source, "main") as backup:
        for steps in range(1, STEPS + 1):
            backup.step(PAGES)
            fewest = backup.remaining if fewest is None else min(fewest, backup.remaining)
            if backup.done:
                break
            write()
        done, total = backup.done, backup.page_count
    target.close()
    print(f"{name:12} {'done' if done else 'not done'} after {steps} steps of {PAGES} pages; "
          f"at best {fewest} of {total} pages were left")
    return done, steps, fewest


insert = "insert into uses values ('one more')"
quiet = copy("quiet", lambda: None)
same = copy("same", lambda: source.execute(insert))
others = copy("other", lambda: other.execute(insert))

target = apsw.Connection(f"{folder}/whole.db")
with target.backup("main", source, "main") as backup:
    backup.step(-1)
    whole = backup.done
print("one step for all pages:", "done" if whole else "not done")

if not (quiet[0] and same[0] and same[1] <= quiet[1] + 1 and whole):
    sys.exit("CHANGED: backups that used to end")
if others[0] or others[1] != STEPS or others[2] < 100:
    sys.exit("CHANGED: a write by another connection no longer has the backup begin again")
END
