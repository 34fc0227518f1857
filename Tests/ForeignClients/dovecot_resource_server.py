"""Dovecot lets a user in by an access token: it asks Claviger as a resource server, by introspection and by userinfo."""

import base64
import hashlib
import json
import os
import pathlib
import pwd
import secrets
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request

from visit import approved, told

case = told()


def access_token():
    """A token of a user, as a mail program would have it."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    url = f"{case.issuer}/oauth2/authorize?" + urllib.parse.urlencode(
        {
            "response_type": "code", "client_id": case.client_id, "redirect_uri": case.redirect_uri, "scope": case.scope,
            "code_challenge": challenge, "code_challenge_method": "S256", "state": "s",
        })
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(approved(case, url)).query)["code"][0]
    form = {
        "grant_type": "authorization_code", "code": code, "redirect_uri": case.redirect_uri, "code_verifier": verifier,
        "client_id": case.client_id, "client_secret": case.client_secret,
    }
    with urllib.request.urlopen(f"{case.issuer}/oauth2/token", urllib.parse.urlencode(form).encode()) as answer:
        return json.load(answer)["access_token"]


MODES = {
    "post": f"""
introspection_mode = post
introspection_url = {case.issuer}/oauth2/introspect
client_id = {case.resource_server["client_id"]}
client_secret = {case.resource_server["client_secret"]}
username_attribute = username
""",
    "auth": f"""
introspection_mode = auth
introspection_url = {case.issuer}/oauth2/userinfo
username_attribute = email
""",
}


def lets_in(mode, user, token):
    with tempfile.TemporaryDirectory(prefix="claviger-dovecot.") as folder:
        os.chmod(folder, 0o755)
        person = pwd.getpwuid(os.getuid()).pw_name
        path = pathlib.Path(folder)
        (path / "oauth2.conf.ext").write_text(MODES[mode])
        (path / "dovecot.conf").write_text(
            f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = no
protocols =
default_login_user = {person}
default_internal_user = {person}
default_internal_group = {subprocess.run(["id", "-gn"], capture_output=True, text=True).stdout.strip()}
auth_mechanisms = plain
auth_debug = yes
first_valid_uid = 0
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
passdb {{
  driver = oauth2
  mechanisms = plain
  args = {folder}/oauth2.conf.ext
}}
userdb {{
  driver = static
  args = uid=0 gid=0 home={folder}
}}
""")
        dovecot = subprocess.Popen(
            ["dovecot", "-F", "-c", f"{folder}/dovecot.conf"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            for _ in range(1200):
                if (path / "run" / "auth-client").exists():
                    break
                time.sleep(0.05)
            test = subprocess.run(
                ["doveadm", "-c", f"{folder}/dovecot.conf", "auth", "test", user, token], capture_output=True, text=True,
                timeout=60)
            said = test.stdout + test.stderr
            assert "auth succeeded" in said or "auth failed" in said, said + (path / "log").read_text()[-2000:]
            return "auth succeeded" in said, said + (path / "log").read_text()[-3000:]
        finally:
            dovecot.terminate()
            dovecot.wait(timeout=60)


token = access_token()
for mode in MODES:
    is_in, said = lets_in(mode, case.email, token)
    assert is_in, (mode, said)
    is_in, said = lets_in(mode, "somebody@else.example", token)
    assert not is_in, (mode, said)
    is_in, said = lets_in(mode, case.email, token[:-1])
    assert not is_in, (mode, said)
    print(f"let in by {mode}")
