#!/usr/bin/env bash
# Subject:   MSAL 1.39.0 (PyPI), oidc_authority, which is for any OpenID provider.
# Expected:  an issuer such as https://id.example, the shortest that OpenID Connect Discovery and RFC 8414 know, is as
#            good as https://id.example/tenant.
# Real:      it is refused with ValueError before anything is asked: the address must have "a minimum of one segment
#            in a path". A trailing slash does not help.
# Matters:   an issuer is hard to change later, as every token and every client carries it. A server that wants
#            Microsoft's clients needs a path in its issuer from the first day, and has to answer discovery and
#            endpoints below it.
set -euo pipefail

folder=$(mktemp -d "${TMPDIR:-/tmp}/finding.XXXXXX")
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
timeout 300 "$folder/python/bin/pip" install --quiet --disable-pip-version-check msal==1.39.0

timeout 60 "$folder/python/bin/python" - <<'END'
import json
import sys
import types

import msal

print("msal", msal.__version__)


class Provider:
    """Answers for each issuer, without a network."""

    def __init__(self, issuer, endpoints):
        self.issuer, self.endpoints, self.asked = issuer, endpoints, []

    def get(self, url, **_):
        self.asked.append(url)
        value = {"issuer": self.issuer, "authorization_endpoint": f"{self.endpoints}/authorize",
                 "token_endpoint": f"{self.endpoints}/token"}
        return types.SimpleNamespace(status_code=200, headers={}, text=json.dumps(value), raise_for_status=lambda: None)

    def post(self, url, **_):
        self.asked.append(url)
        value = {"access_token": "token", "token_type": "Bearer", "expires_in": 600}
        return types.SimpleNamespace(status_code=200, headers={}, text=json.dumps(value), raise_for_status=lambda: None)

    def close(self):
        pass


seen = {}
for issuer in "https://id.example", "https://id.example/", "https://id.example/tenant":
    provider = Provider(issuer, "https://id.example/oauth2")
    try:
        client = msal.ConfidentialClientApplication(
            "client", client_credential="secret", oidc_authority=issuer, http_client=provider)
        seen[issuer] = "access_token" in client.acquire_token_for_client(scopes=["data.read"])
        outcome = "a token"
    except ValueError as error:
        seen[issuer] = False
        outcome = f"ValueError: {str(error)[:130]}…"
        if provider.asked:
            sys.exit(f"CHANGED: it is refused after {provider.asked}")
    print(f"{issuer:26} {outcome}")

if list(seen.values()) != [False, False, True]:
    sys.exit(f"CHANGED: {seen}")
END
