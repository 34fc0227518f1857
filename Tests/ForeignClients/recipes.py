"""The recipes of docs/clients.md, each with the real program against one demonstration: `scripts/test-clients`.

A recipe is what is registered, and the settings that the page names. Each has three minutes, all together half an hour. Prints
a line for each, and ends with status 1 if any failed.
"""

import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from visit import free_port

from proof.again import opened

HERE = pathlib.Path(__file__).resolve().parent
SECONDS_EACH, SECONDS_ALL = 180, 1800
SIGN_IN = "openid profile email"


def app(script, redirect, settings=None, scope=SIGN_IN, **registered):
    """A recipe of an app: beside what is given it is registered with what the API takes for granted."""
    return {
        "script": script, "kind": "apps", "redirect_uri": f"http://127.0.0.1{redirect}", "settings": settings or {},
        "scope": scope, "registered": registered,
    }


def integration(script, **registered):
    return {"script": script, "kind": "integrations", "registered": registered}


ALLAUTH, MOZILLA = "/accounts/oidc/claviger/login/callback/", "/oidc/callback/"
RECIPES = {
    "django-allauth": app("django_allauth_app.py", ALLAUTH, {"oauth_pkce_enabled": True}),
    "django-allauth, by Basic": app(
        "django_allauth_app.py", ALLAUTH,
        {"oauth_pkce_enabled": True, "token_auth_method": "client_secret_basic"},
        token_endpoint_auth_method="client_secret_basic"),
    "mozilla-django-oidc": app("mozilla_django_oidc_app.py", MOZILLA, {"OIDC_USE_PKCE": True}),
    "mozilla-django-oidc, without PKCE": app("mozilla_django_oidc_app.py", MOZILLA, require_pkce=False),
    "social-auth": app(
        "social_auth_app.py", "/complete/oidc/",
        {"SOCIAL_AUTH_OIDC_USE_PKCE": True, "SOCIAL_AUTH_OIDC_JWT_ALGORITHMS": ["ES256"]}),
    "social-auth, without PKCE, by RS256": app(
        "social_auth_app.py", "/complete/oidc/", require_pkce=False, id_token_signed_response_alg="RS256"),
    "flask-dance": app(
        "flask_dance_app.py", "/login/claviger/authorized", {"use_pkce": True, "code_challenge_method": "S256"}),
    "Authlib for Flask": app("authlib_flask_app.py", "/callback", {"code_challenge_method": "S256"}),
    "Authlib for Flask, without PKCE": app("authlib_flask_app.py", "/callback", require_pkce=False),
    "JupyterHub": app(
        "jupyterhub_app.py", "/hub/oauth_callback",
        {"username_claim": "preferred_username", "scope": ["openid", "profile"]}),
    "httpx-oauth": app("httpx_oauth_app.py", "/callback"),
    "Authlib, client credentials": integration("authlib_integration.py"),
    "requests-oauthlib, client credentials": integration("requests_oauthlib_integration.py"),
    "git-credential-oauth": app(
        "git_credential_oauth.py", "", scope="data.read", token_endpoint_auth_method="none"),
    "MCP": app("mcp_client.py", "/callback", scope="data.read"),
    "Dovecot": app("dovecot_resource_server.py", "/callback"),
    "Prometheus": integration("prometheus_integration.py"),
    "PyIceberg": integration("pyiceberg_integration.py"),
    "Kafka": integration("kafka_client.py", token_format="jwt"),
}


def main(server, names):
    unknown = set(names) - set(RECIPES)
    if unknown:
        sys.exit(f"no such recipe: {', '.join(sorted(unknown))}; there are: {', '.join(RECIPES)}")
    with tempfile.TemporaryDirectory(prefix="claviger-clients.") as folder:
        port = free_port()
        credentials = pathlib.Path(folder) / "credentials.json"
        with open(pathlib.Path(folder) / "log", "wb") as log:
            demo = subprocess.Popen(
                [
                    server, "demo", "--listen", f"127.0.0.1:{port}", "--database", f"sqlite:{folder}/claviger.sqlite",
                    "--credentials-file", str(credentials),
                ], stdout=log, stderr=log, cwd=folder)
        try:
            ended = time.monotonic() + SECONDS_ALL
            failed = [name for name in names or RECIPES if not run(name, told(credentials, demo), folder, ended)]
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(timeout=60)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


def told(credentials, demo):
    """What the demonstration says of itself, once it listens."""
    for _ in range(600):
        if demo.poll() is not None:
            sys.exit("the demonstration ended")
        try:
            demonstration = json.loads(credentials.read_text())
            with urllib.request.urlopen(f"{demonstration['issuer']}/readyz", timeout=60):
                return demonstration
        except (OSError, ValueError):
            time.sleep(0.1)
    sys.exit("the demonstration does not answer")


def run(name, demo, folder, ended):
    recipe = RECIPES[name]
    is_app = recipe["kind"] == "apps"
    body = {"name": name, "redirect_uris": [recipe["redirect_uri"]], "scopes": recipe["scope"].split()} if is_app else {
        "label": name, "scopes": ["data.read"]}
    made = post(demo, recipe["kind"], body | recipe["registered"])
    case = pathlib.Path(folder) / "told.json"
    case.write_text(
        json.dumps(
            {
                "issuer": demo["issuer"], "email": demo["admin"]["email"], "password": demo["admin"]["password"],
                "client_id": made["client_id"], "client_secret": made["client_secret"],
                "redirect_uri": recipe.get("redirect_uri"), "scope": recipe.get("scope"),
                "settings": recipe.get("settings", {}), "resource_server": demo["resource_server"],
                "operator_key": demo["operator_key"],
            }))
    seconds = min(SECONDS_EACH, ended - time.monotonic())
    started = time.monotonic()
    try:
        script = subprocess.run(
            [sys.executable, str(HERE / recipe["script"]), str(case)], capture_output=True, text=True,
            timeout=max(seconds, 0.1))
        works, said = script.returncode == 0, script.stderr
    except subprocess.TimeoutExpired as late:
        works, said = False, f"took longer than {seconds:.0f} s\n{(late.stderr or b'').decode(errors='replace')}"
    print(f"{'ok    ' if works else 'FAILED'}  {name}  {time.monotonic() - started:.1f} s", flush=True)
    if not works:
        print(said[-2000:], flush=True)
    return works


def post(demo, kind, body):
    request = urllib.request.Request(
        f"{demo['issuer']}/api/v1/organizations/{demo['account_id']}/{kind}", json.dumps(body).encode(),
        {"Authorization": f"Bearer {demo['operator_key']}", "Content-Type": "application/json"})
    with opened(request) as answer:
        return json.load(answer)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
