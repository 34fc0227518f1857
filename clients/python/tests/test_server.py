"""Against a real server. It is told by the environment where that is, and is left out without::

    CLAVIGER_BASE_URL         http://127.0.0.1:8080
    CLAVIGER_CLIENT_ID        a resource server, and its secret
    CLAVIGER_CLIENT_SECRET
    CLAVIGER_OPERATOR_KEY     an API key that may change everything
    CLAVIGER_ACCOUNT          the account in which credentials are made
    CLAVIGER_SCOPES           two scopes that they may have, with a blank between them
"""

import base64
import json
import os
import time
import unittest
import urllib.error
import urllib.parse
import urllib.request

from claviger_verifier import Refused, Verifier

from fake_node import eventually

TOLD = {name: os.environ.get(f"CLAVIGER_{name}") for name in ("BASE_URL", "CLIENT_ID", "CLIENT_SECRET", "OPERATOR_KEY", "ACCOUNT")}
SCOPE, OTHER_SCOPE = os.environ.get("CLAVIGER_SCOPES", "data.read reports.read").split()


@unittest.skipUnless(all(TOLD.values()), "needs a server: " + ", ".join(f"CLAVIGER_{name}" for name in TOLD))
class ServerTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.verifier = cls.make()
        cls.addClassCleanup(cls.verifier.close)
        assert cls.verifier.wait_until_remembering(60), "the server's stream is heard"

    @classmethod
    def make(cls, **settings):
        verifier = Verifier(TOLD["BASE_URL"], TOLD["CLIENT_ID"], TOLD["CLIENT_SECRET"], **settings)
        verifier.questions = 0
        ask = verifier._asks.ask

        def counted(*arguments):
            verifier.questions += 1
            return ask(*arguments)

        verifier._asks.ask = counted
        return verifier

    # The management API, as any client has it.

    def sent(self, request):
        """What is answered. A 503 with Retry-After has changed nothing, and is sent again, as every client should."""
        ends = time.monotonic() + 60
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as reply:
                    return json.loads(reply.read() or b"null")
            except urllib.error.HTTPError as refusal:
                if refusal.code != 503 or "Retry-After" not in refusal.headers or time.monotonic() > ends:
                    raise
                time.sleep(1)

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            TOLD["BASE_URL"] + path, method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {TOLD['OPERATOR_KEY']}"})
        if body is not None:
            request.add_header("Content-Type", "application/json")
        return self.sent(request)

    def form(self, path, client, **form):
        basic = base64.b64encode(":".join(client).encode()).decode()
        request = urllib.request.Request(
            TOLD["BASE_URL"] + path, data=urllib.parse.urlencode(form).encode(), headers={"Authorization": f"Basic {basic}"})
        return self.sent(request)

    def key(self, account=None, **members):
        path = f"/api/v1/organizations/{account or TOLD['ACCOUNT']}/api-keys"
        made = self.call("POST", path, {"name": "Proof", "scopes": [SCOPE, OTHER_SCOPE], **members})
        return f"{path}/{made['id']}", made["key"]

    def client(self):
        path = f"/api/v1/organizations/{TOLD['ACCOUNT']}/integrations"
        made = self.call("POST", path, {"label": "Proof", "scopes": [SCOPE]})
        return f"{path}/{made['client_id']}", (made["client_id"], made["client_secret"])

    def token(self, client):
        return self.form("/oauth2/token", client, grant_type="client_credentials")["access_token"]

    # What is said of a credential.

    def status(self, credential, *arguments, **named):
        try:
            self.verifier.check(credential, *arguments, **named)
        except Refused as refused:
            return refused.status
        return 200

    def comes_to(self, status, credential, *arguments, **named):
        return eventually(lambda: self.status(credential, *arguments, **named) == status)

    def check(self, verifier, *arguments, **named):
        """What a check says, asked again while no answer comes within 750 ms, as happens on a machine under load."""
        ends = time.monotonic() + 60
        while True:
            try:
                return verifier.check(*arguments, **named)
            except Refused as refused:
                if refused.status != 503 or time.monotonic() > ends:
                    raise

    def knows(self, credential):
        before = self.verifier.questions
        return self.status(credential, SCOPE) == 200 and self.verifier.questions == before

    def revoked(self, credential, revoke, status):
        """It is known here, is revoked there, and not accepted by any check that begins a second later."""
        self.assertTrue(eventually(lambda: self.knows(credential)), "a good credential is remembered")
        revoke()
        replied = time.monotonic()

        def is_refused():
            began = time.monotonic()
            said = self.status(credential, SCOPE)
            self.assertFalse(said == 200 and began - replied > 1, "accepted a second after the reply to the revocation")
            return said == status

        self.assertTrue(eventually(is_refused))
        self.assertNotEqual(self.status(credential, SCOPE), 200)

    def test_the_caller_is_the_one_that_the_server_means(self):
        path, key = self.key()
        self.assertTrue(self.comes_to(200, key, SCOPE))
        caller = self.check(self.verifier, key, [SCOPE, OTHER_SCOPE])
        self.assertEqual(caller.credential_id, path.rpartition("/")[2])
        self.assertEqual((caller.organization, caller.account), (TOLD["ACCOUNT"], TOLD["ACCOUNT"]))
        self.assertEqual(caller.credential_type, "api_key")
        _, client = self.client()
        token = self.token(client)
        self.assertTrue(self.comes_to(200, token))
        caller = self.check(self.verifier, token)
        self.assertEqual((caller.client_id, caller.credential_type), (client[0], "access_token"))

    def test_a_known_credential_is_no_question(self):
        _, key = self.key()
        self.assertTrue(eventually(lambda: self.knows(key)))
        before = self.verifier.questions
        for _ in range(1_000):
            self.status(key, SCOPE)
        # A machine that stands still for 750 ms has it ask a few times more.
        self.assertLess(self.verifier.questions - before, 500)

    def test_a_scope_that_is_missing_is_named(self):
        _, key = self.key(scopes=[SCOPE])
        self.assertTrue(self.comes_to(403, key, [SCOPE, OTHER_SCOPE]))
        with self.assertRaises(Refused) as raised:
            self.check(self.verifier, key, [OTHER_SCOPE])
        self.assertEqual(raised.exception.status, 403)
        self.assertIn(f'error="insufficient_scope", scope="{OTHER_SCOPE}"', raised.exception.www_authenticate)

    def test_what_is_no_credential(self):
        _, key = self.key()
        for text in ["nothing", key[:-1], key + "x", TOLD["CLIENT_SECRET"]]:
            self.assertTrue(self.comes_to(401, text))

    def test_a_key_that_is_limited_to_addresses(self):
        _, key = self.key(allowed_addresses=["203.0.113.0/24"])
        for address, status in [("203.0.113.9", 200), ("::ffff:203.0.113.9", 200), ("198.51.100.1", 403), (None, 403)]:
            self.assertTrue(self.comes_to(status, key, SCOPE, address), address)

    def test_the_organization_in_which_a_caller_acts(self):
        below = self.call("POST", "/api/v1/organizations", {"name": "Below", "parent_id": TOLD["ACCOUNT"]})["id"]
        _, key = self.key()
        self.assertTrue(self.comes_to(200, key, SCOPE, organization=below))
        self.assertEqual(self.check(self.verifier, key, organization=below).organization, below)
        _, other = self.key(below)
        self.assertTrue(self.comes_to(403, other, SCOPE, organization=TOLD["ACCOUNT"]))
        self.assertTrue(self.comes_to(403, key, SCOPE, organization="nonsense"))

    def test_a_deleted_key(self):
        path, key = self.key()
        self.revoked(key, lambda: self.call("DELETE", path), 401)

    def test_a_disabled_key(self):
        path, key = self.key()
        self.revoked(key, lambda: self.call("POST", path + "/disable"), 401)
        self.call("POST", path + "/enable")
        self.assertTrue(self.comes_to(200, key, SCOPE))

    def test_a_key_without_a_scope_that_it_had(self):
        path, key = self.key()
        self.revoked(key, lambda: self.call("PATCH", path, {"scopes": [OTHER_SCOPE]}), 403)

    def test_a_key_with_a_new_address_rule(self):
        path, key = self.key()
        self.revoked(key, lambda: self.call("PATCH", path, {"allowed_addresses": ["192.0.2.0/24"]}), 403)

    def test_a_rotated_key(self):
        path, key = self.key()
        self.revoked(key, lambda: self.call("POST", path + "/rotate", {"overlap_seconds": 0}), 401)

    def test_a_token_whose_integration_is_deleted(self):
        path, client = self.client()
        self.revoked(self.token(client), lambda: self.call("DELETE", path), 401)

    def test_a_revoked_token(self):
        _, client = self.client()
        token = self.token(client)
        self.revoked(token, lambda: self.form("/oauth2/revoke", client, token=token), 401)

    def test_a_suspended_account(self):
        account = self.call("POST", "/api/v1/accounts", {"name": "Proof"})["id"]
        _, key = self.key(account)
        path = f"/api/v1/accounts/{account}"
        self.revoked(key, lambda: self.call("PATCH", path, {"suspended": True}), 401)
        self.call("PATCH", path, {"suspended": False})
        self.assertTrue(self.comes_to(200, key, SCOPE))

    def test_without_the_stream_each_call_is_a_question(self):
        path, key = self.key()
        with self.make(stream=False) as verifier:
            for _ in range(2):
                before = verifier.questions
                self.assertTrue(self.check(verifier, key).subject)
                self.assertGreater(verifier.questions, before)
            self.assertEqual(verifier.mode, "asking")

    def test_a_wrong_secret_lets_nobody_in(self):
        _, key = self.key()
        with Verifier(TOLD["BASE_URL"], TOLD["CLIENT_ID"], "wrong") as verifier:
            with self.assertRaises(Refused) as raised:
                verifier.check(key)
            self.assertEqual(raised.exception.status, 503)
            self.assertFalse(verifier.wait_until_remembering(0))


if __name__ == "__main__":
    unittest.main()
