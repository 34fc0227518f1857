#!/usr/bin/env bash
# Subject:   standardwebhooks 1.1.0 (PyPI), the reference library of Standard Webhooks.
# Expected:  Webhook.sign(id, timestamp, data) takes a datetime; an aware one names one moment, whatever its time
#            zone.
# Real:      the time zone is replaced, not converted: 14:00+02:00 is signed as 14:00 UTC. The signature is then made
#            for a moment two hours away from the one that the header names, and the library's own verify() refuses
#            it.
# Matters:   a sender that keeps local aware times (as datetime.now().astimezone() gives them) works on servers that
#            run in UTC and fails on all others, with "No matching signature found" at the receiver and nothing at the
#            sender. Convert to UTC before sign().
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check standardwebhooks==1.1.0

timeout 60 "$folder/python/bin/python" - <<'END'
import base64
import datetime
import importlib.metadata
import secrets
import sys

from standardwebhooks import Webhook, WebhookVerificationError

print("standardwebhooks", importlib.metadata.version("standardwebhooks"))
webhook = Webhook("whsec_" + base64.b64encode(secrets.token_bytes(32)).decode())
body = '{"type": "key.rotated"}'
moment = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)

seen = {}
for hours in 0, 2, -5:
    local = moment.astimezone(datetime.timezone(datetime.timedelta(hours=hours)))
    assert local == moment
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(local.timestamp())),
        "webhook-signature": webhook.sign("msg_1", local, body),
    }
    try:
        webhook.verify(body, headers)
        seen[hours] = "verified"
    except WebhookVerificationError as error:
        seen[hours] = str(error)
    print(f"signed at {local.isoformat()}: {seen[hours]}")

if seen != {0: "verified", 2: "No matching signature found", -5: "No matching signature found"}:
    sys.exit("CHANGED: what becomes of an aware time outside of UTC")
END
