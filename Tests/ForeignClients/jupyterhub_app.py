"""JupyterHub with oauthenticator's generic authenticator: a user of a hub signs in with Claviger."""

import os
import pathlib
import subprocess
import sys
import tempfile
import time
import urllib.parse

import requests

from visit import approved, free_port, told

case = told()
# The hub itself listens at the address that the app is registered with; a proxy, which a hub has in front, is not in question.
hub, front = free_port(), free_port()
case.redirect_uri = f"http://127.0.0.1:{hub}{urllib.parse.urlsplit(case.redirect_uri).path}"
with tempfile.TemporaryDirectory(prefix="claviger-hub.") as folder:
    (pathlib.Path(folder) / "jupyterhub_config.py").write_text(
        f"""
from jupyterhub.proxy import Proxy


class NoProxy(Proxy):
    should_start = False

    async def add_route(self, *_):
        pass

    async def delete_route(self, *_):
        pass

    async def get_all_routes(self):
        return {{}}


c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.bind_url = "http://127.0.0.1:{front}"
c.JupyterHub.hub_port = {hub}
c.JupyterHub.authenticator_class = "generic-oauth"
c.GenericOAuthenticator.client_id = {case.client_id!r}
c.GenericOAuthenticator.client_secret = {case.client_secret!r}
c.GenericOAuthenticator.oauth_callback_url = {case.redirect_uri!r}
c.GenericOAuthenticator.authorize_url = "{case.issuer}/oauth2/authorize"
c.GenericOAuthenticator.token_url = "{case.issuer}/oauth2/token"
c.GenericOAuthenticator.userdata_url = "{case.issuer}/oauth2/userinfo"
c.GenericOAuthenticator.allow_all = True
for name, value in {case.settings!r}.items():
    setattr(c.GenericOAuthenticator, name, value)
""")
    with open(pathlib.Path(folder) / "log", "w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", "jupyterhub_config.py"], cwd=folder, stdout=log, stderr=log,
            env=os.environ | {"PATH": f"{pathlib.Path(sys.executable).parent}:{os.environ['PATH']}"})
    try:
        browser = requests.Session()
        for _ in range(600):
            try:
                if browser.get(f"http://127.0.0.1:{hub}/hub/health", timeout=60).status_code == 200:
                    break
            except requests.ConnectionError:
                pass
            time.sleep(0.1)
        asked = browser.get(f"http://127.0.0.1:{hub}/hub/oauth_login", allow_redirects=False, timeout=60)
        answer = browser.get(approved(case, asked.headers["Location"]), allow_redirects=False, timeout=60)
        log_text = (pathlib.Path(folder) / "log").read_text()
        assert answer.status_code == 302, (answer.status_code, answer.text[:400], log_text[-2000:])
        assert f"User logged in: {case.email}" in (pathlib.Path(folder) / "log").read_text(), log_text[-2000:]
    finally:
        process.terminate()
        process.wait(timeout=60)
print("signed in")
