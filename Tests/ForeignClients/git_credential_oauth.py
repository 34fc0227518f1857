"""git-credential-oauth, by which git signs in to a forge: a public app, whose verifier is padded with `=`."""

import os
import re
import subprocess
import tempfile
import urllib.parse
import urllib.request

from visit import approved, told

from proof.again import opened

case = told()
with tempfile.TemporaryDirectory(prefix="claviger-git.") as home:
    environment = os.environ | {"HOME": home, "XDG_CONFIG_HOME": home, "BROWSER": "true"}
    host = case.issuer.removeprefix("http://")
    for name, value in {
        "oauthClientId": case.client_id, "oauthScopes": case.scope, "oauthAuthURL": "/oauth2/authorize",
        "oauthTokenURL": "/oauth2/token",
    }.items():
        subprocess.run(
            ["git", "config", "--global", f"credential.{case.issuer}.{name}", value], check=True, env=environment)
    helper = subprocess.Popen(
        ["git-credential-oauth", "get"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment)
    helper.stdin.write(f"protocol=http\nhost={host}\n\n")
    helper.stdin.close()
    said = ""
    while not (found := re.search(r"https?://\S+/oauth2/authorize\S*", said)):
        line = helper.stderr.readline()
        assert line, said
        said += line
    with urllib.request.urlopen(approved(case, found[0]), timeout=60) as answer:
        assert answer.status == 200, answer.status
    helper.wait(timeout=60)
    token = re.search(r"^password=(\S+)$", helper.stdout.read(), re.MULTILINE)
    assert helper.returncode == 0 and token, helper.stderr.read()
request = urllib.request.Request(
    f"{case.issuer}/verify?scope=data.read", headers={"Authorization": f"Bearer {token[1]}"})
with opened(request) as answer:
    assert answer.status == 200, answer.status
print("verified")
