"""What is revoked, and how: the kinds of the proof."""

import asyncio
import dataclasses
import json
from time import monotonic as now

from proof.setting import give_up
from proof.wire import request

SCOPE, OTHER_SCOPE = "data.read", "data.write"
# Accounts hold at most 500 API keys and as many integrations; some room is left.
PER_ACCOUNT = 400
TOKENS_PER_INTEGRATION = 200
# How long what must succeed is tried, in seconds.
PATIENCE = 60


@dataclasses.dataclass
class Credential:
    """What can be revoked: how it is used, what revokes it, and if it can be had back, what does that."""
    use: bytes
    revoke: bytes
    restore: bytes = None


class Desk:
    """The operator, who makes credentials and spreads them over accounts."""

    def __init__(self, nodes, key):
        self.nodes, self.key = nodes, key
        self.accounts, self.integrations = {}, {}
        self.turn = 0

    async def make(self, path, body=None, form=None, client=None):
        """What a POST makes, on one node after the other."""
        bearer = self.key if client is None else None
        begin = now()
        while True:
            self.turn += 1
            status, text = await self.nodes[self.turn % len(self.nodes)].ask(
                request("POST", path, bearer=bearer, body=body, form=form, client=client))
            if 200 <= status < 300:
                return json.loads(text)
            if status not in (0, 429, 503) or now() - begin > PATIENCE:
                give_up(f"POST {path} was answered {status}: {text[:300].decode(errors='replace')}")
            await asyncio.sleep(0.1)

    def call(self, method, path, body=None):
        return request(method, path, bearer=self.key, body=body)

    async def account(self, kind):
        """An account with room for one more of a kind."""
        held = self.accounts.get(kind)
        if held is None or held[1] == PER_ACCOUNT:
            making = asyncio.ensure_future(self.make("/api/v1/accounts", {"name": "Proof"}))
            held = self.accounts[kind] = [making, 0]
        held[1] += 1
        return (await held[0])["id"]

    async def api_key(self, account=None):
        """The path of a fresh API key, and how it is used."""
        account = account or await self.account("api-keys")
        path = f"/api/v1/organizations/{account}/api-keys"
        made = await self.make(path, {"name": "Proof", "lifetime_seconds": 86400, "scopes": [SCOPE, OTHER_SCOPE]})
        return f"{path}/{made['id']}", request("GET", f"/verify?scope={SCOPE}", bearer=made["key"])

    async def integration(self):
        """The path of a fresh integration, and its client id and secret."""
        path = f"/api/v1/organizations/{await self.account('integrations')}/integrations"
        made = await self.make(path, {"label": "Proof", "scopes": [SCOPE]})
        return f"{path}/{made['id']}", (made["client_id"], made["client_secret"])

    async def token(self, client):
        made = await self.make("/oauth2/token", form="grant_type=client_credentials", client=client)
        return made["access_token"]

    # One method a kind.

    async def api_key_deleted(self):
        path, use = await self.api_key()
        return Credential(use, self.call("DELETE", path))

    async def api_key_disabled(self):
        path, use = await self.api_key()
        return Credential(use, self.call("POST", path + "/disable"))

    async def scope_removed(self):
        path, use = await self.api_key()
        return Credential(use, self.call("PATCH", path, {"scopes": [OTHER_SCOPE]}))

    async def address_rule_added(self):
        path, use = await self.api_key()
        return Credential(use, self.call("PATCH", path, {"allowed_addresses": ["192.0.2.0/24"]}))

    async def api_key_rotated(self):
        path, use = await self.api_key()
        return Credential(use, self.call("POST", path + "/rotate", {"overlap_seconds": 0}))

    async def integration_deleted(self):
        path, client = await self.integration()
        use = request("GET", f"/verify?scope={SCOPE}", bearer=await self.token(client))
        return Credential(use, self.call("DELETE", path))

    async def secret_rotated(self):
        path, client = await self.integration()
        use = request("POST", "/oauth2/token", form="grant_type=client_credentials", client=client)
        return Credential(use, self.call("POST", path + "/rotate", {"overlap_seconds": 0}))

    async def token_revoked(self):
        held = self.integrations.get("tokens")
        if held is None or held[1] == TOKENS_PER_INTEGRATION:
            held = self.integrations["tokens"] = [asyncio.ensure_future(self.integration()), 0]
        held[1] += 1
        _, client = await held[0]
        token = await self.token(client)
        return Credential(
            request("GET", f"/verify?scope={SCOPE}", bearer=token),
            request("POST", "/oauth2/revoke", form=f"token={token}", client=client))

    async def organization_suspended(self):
        account = (await self.make("/api/v1/accounts", {"name": "Proof"}))["id"]
        _, use = await self.api_key(account)
        path = f"/api/v1/accounts/{account}"
        return Credential(
            use, self.call("PATCH", path, {"suspended": True}), self.call("PATCH", path, {"suspended": False}))


KINDS = {
    "API key deleted": Desk.api_key_deleted,
    "API key disabled": Desk.api_key_disabled,
    "API key rotated": Desk.api_key_rotated,
    "scope removed": Desk.scope_removed,
    "address rule added": Desk.address_rule_added,
    "integration deleted": Desk.integration_deleted,
    "client secret rotated": Desk.secret_rotated,
    "access token revoked": Desk.token_revoked,
    "organization suspended": Desk.organization_suspended,
}
# A client's secret is for our token endpoint, and an access token outlives the one that it was got with.
SHOWN_TO_NO_BACKEND = {"client secret rotated"}
