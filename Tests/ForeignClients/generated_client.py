"""A client that openapi-python-client makes of our OpenAPI document, against the real server.

Arguments: a folder to work in, the issuer, an operator key, the identifier of an organization. Prints a line for each step.
"""

import importlib
import subprocess
import sys
import urllib.request

folder, issuer, key, organization = sys.argv[1:]

with urllib.request.urlopen(f"{issuer}/openapi.json") as reply, open(f"{folder}/openapi.json", "wb") as file:
    file.write(reply.read())
made = subprocess.run(
    [sys.executable, "-m", "openapi_python_client", "generate", "--path", f"{folder}/openapi.json", "--meta", "none",
     "--output-path", f"{folder}/made", "--overwrite"],
    capture_output=True, text=True, timeout=600)
warnings = [line for line in made.stdout.splitlines() if line.startswith("WARNING")]
assert made.returncode == 0, made.stdout + made.stderr
assert warnings == [], warnings
print("generated")

sys.path.insert(0, folder)
client = importlib.import_module("made.client")
models = importlib.import_module("made.models")


def call(tag, name):
    return importlib.import_module(f"made.api.{tag}.{name}").sync_detailed


def client_with(token):
    return client.AuthenticatedClient(base_url=issuer, token=token, raise_on_unexpected_status=True)


us, nobody = client_with(key), client_with("nothing")

draft = models.APIKeyDraft(name="Generated", scopes=["data.read"])
reply = call("api_keys", "create_api_key")(organization, client=us, body=draft, idempotency_key="generated-1")
assert reply.status_code == 201 and isinstance(reply.parsed, models.CreatedAPIKey), reply
again = call("api_keys", "create_api_key")(organization, client=us, body=draft, idempotency_key="generated-1")
assert again.parsed == reply.parsed and again.headers["Idempotent-Replayed"] == "true"
print("created")

get, edit = call("api_keys", "get_api_key"), call("api_keys", "edit_api_key")
read = get(organization, reply.parsed.id, client=us)
tag = read.headers["ETag"]
assert read.parsed.last_used_at is None and read.parsed.name == "Generated"
assert get(organization, reply.parsed.id, client=us, if_none_match=tag).status_code == 304
change = models.APIKeyEdit(description="Made by a program")
edited = edit(organization, reply.parsed.id, client=us, body=change, if_match=f'"x", {tag}')
assert edited.parsed.description == "Made by a program", edited
late = edit(organization, reply.parsed.id, client=us, body=change, if_match=tag)
assert late.status_code == 412 and late.parsed.type_ == "urn:claviger:problem:precondition-failed", late
print("edited")

pages, cursor = [], None
while True:
    more = {} if cursor is None else {"cursor": cursor}
    page = call("api_keys", "list_api_keys")(organization, client=us, limit=1, **more).parsed
    pages += [item.id for item in page.items]
    cursor = page.next_cursor
    if cursor is None:
        break
assert reply.parsed.id in pages and len(set(pages)) == len(pages)
print("listed")

refused = call("api_keys", "create_api_key")(
    organization, client=us, body=models.APIKeyDraft(name="", scopes=["no.such"], lifetime_seconds=0))
assert {error.field for error in refused.parsed.errors} == {"name", "scopes.0", "lifetime_seconds"}, refused
assert call("caller", "get_me")(client=nobody).parsed.status == 401
assert call("accounts", "get_account")("org_0000000000000000000001", client=us).parsed.status == 404
for caller in (client.Client(base_url=issuer, raise_on_unexpected_status=True), nobody):
    answer = call("o_auth", "get_user_info")(client=caller)
    assert answer.status_code == 401 and isinstance(answer.parsed, models.UserInfoRefusal), answer
print("refused")

gone = call("api_keys", "delete_api_key")(organization, reply.parsed.id, client=us)
assert gone.status_code == 204, gone
print("deleted")
