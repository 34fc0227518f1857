"""The two middlewares and ``requires``, with a verifier that knows one credential."""

import asyncio
import io
import json
import threading
import unittest
import wsgiref.util
import wsgiref.validate

from claviger_verifier import CALLER_KEY, ASGIVerification, WSGIVerification, current_caller, requires
from claviger_verifier._current import current

from fake_node import CREDENTIAL
from test_verifier import VerifierCase

GOOD = f"Bearer {CREDENTIAL}"

#: What a request sends, and what it is told. None: it gets through.
CASES = [
    (None, 401, 'Bearer realm="Carbon"'),
    ("", 401, 'Bearer realm="Carbon"'),
    ("Basic YTpi", 401, 'Bearer realm="Carbon"'),
    ("Bearer", 400, None),
    ("Bearer ", 400, None),
    ("Bearer a b", 400, None),
    (f"{GOOD},{GOOD}", 400, None),
    (f"{GOOD}, Basic YTpi", 400, None),
    (f"Bearer: {CREDENTIAL}", 400, None),
    (f"Bearer:{CREDENTIAL}", 400, None),
    ("Bearer clv_key_guessed", 401, 'Bearer realm="Carbon", error="invalid_token"'),
    (f"bEARER   {CREDENTIAL} ", None, None),
    (GOOD, None, None),
]


@requires("data.write")
def write():
    return "written"


@requires()
def read():
    return current_caller().subject


class WSGITests(VerifierCase):
    def setUp(self):
        super().setUp()
        self.trust()

    def app(self, environ, start_response):
        said = {"/write": write, "/read": read}.get(environ["PATH_INFO"], lambda: str(environ[CALLER_KEY]))()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [said.encode()]

    def call(self, authorization=GOOD, path="/read", app=None, **settings):
        told = []
        environ = {"PATH_INFO": path, "REMOTE_ADDR": "192.0.2.1", "wsgi.input": io.BytesIO(), "SCRIPT_NAME": "", "QUERY_STRING": ""}
        if authorization is not None:
            environ["HTTP_AUTHORIZATION"] = authorization
        wsgiref.util.setup_testing_defaults(environ)
        environ[CALLER_KEY] = "forged"

        def start_response(status, headers, failure=None):
            if failure and told:
                raise failure[1]
            told[:] = [int(status[:3]), dict(headers)]
            return lambda data: None

        judged = WSGIVerification(app or self.app, self.verifier, **settings)
        body = wsgiref.validate.validator(judged)(environ, start_response)
        try:
            text = b"".join(body).decode()
        finally:
            body.close()
        return (*told, text)

    def test_what_gets_through_and_what_is_told(self):
        for authorization, status, challenge in CASES:
            with self.subTest(authorization=authorization):
                told, headers, body = self.call(authorization)
                self.assertEqual(told, status or 200)
                if status is None:
                    self.assertEqual(body, "key_1")
                    continue
                if challenge is None:
                    self.assertIn('error="invalid_request"', headers["WWW-Authenticate"])
                else:
                    self.assertEqual(headers["WWW-Authenticate"], challenge)
                self.assertEqual(headers["Cache-Control"], "no-store")
                self.assertIn("error_description", json.loads(body))
                self.assertNotIn(CREDENTIAL, body + str(headers))

    def test_the_callers_address_is_the_peers_or_what_is_said(self):
        self.answers.said[CREDENTIAL]["claviger_addresses"] = ["203.0.113.0/24"]
        self.assertEqual(self.call()[0], 403)
        self.assertEqual(self.call(address=lambda environ: "203.0.113.9")[0], 200)
        self.assertEqual(self.call(address=lambda environ: None)[0], 403)

    def test_the_organization_is_what_is_said(self):
        self.assertEqual(self.call(organization=lambda environ: "org_3")[0], 200)
        self.assertEqual(self.call(organization=lambda environ: "org_1")[0], 403)
        self.assertEqual(self.answers.questions, [(CREDENTIAL, "org_3"), (CREDENTIAL, "org_1"), (CREDENTIAL, None)])

    def test_a_route_can_want_more(self):
        status, headers, _ = self.call(path="/write")
        self.assertEqual(status, 403)
        self.assertEqual(
            headers["WWW-Authenticate"], 'Bearer realm="Carbon", error="insufficient_scope", scope="data.write"')

    def test_the_whole_application_can_want_more(self):
        self.assertEqual(self.call(scopes="data.read")[0], 200)
        self.assertEqual(self.call(scopes=["data.write"])[0], 403)
        self.assertEqual(self.call(None, scopes=["data.write"])[1]["WWW-Authenticate"], 'Bearer realm="Carbon", scope="data.write"')

    def test_optional_lets_through_who_sends_nothing_and_no_caller(self):
        self.assertEqual(self.call(None, "/", optional=True)[::2], (200, "None"))
        self.assertEqual(self.call(None, "/read", optional=True)[0], 401)
        self.assertEqual(self.call("Bearer clv_key_guessed", "/", optional=True)[0], 401)
        self.assertEqual(self.call("", "/", optional=True)[0], 401)

    def test_a_generator_is_judged_while_it_is_read(self):
        def app(environ, start_response):
            said = write() if environ["PATH_INFO"] == "/write" else read()
            start_response("200 OK", [("Content-Type", "text/plain")])
            yield said.encode()
            yield read().encode()

        self.assertEqual(self.call(app=app)[::2], (200, "key_1key_1"))
        self.assertEqual(self.call(path="/write", app=app)[0], 403)

    def test_nothing_is_left_in_the_thread(self):
        self.call()
        self.call(path="/write")
        self.assertIsNone(current.get())
        with self.assertRaises(RuntimeError):
            current_caller()

    def test_503_says_when_to_come_again(self):
        self.answers.failure = RuntimeError("a bug")
        status, headers, _ = self.call()
        self.assertEqual((status, headers["Retry-After"]), (503, "1"))
        self.assertNotIn("WWW-Authenticate", headers)


class ASGITests(VerifierCase):
    def setUp(self):
        super().setUp()
        self.trust()
        # Known, so that no busy machine has the question fail.
        self.verifier.check(CREDENTIAL)

    async def app(self, scope, receive, send):
        if scope["type"] == "lifespan":
            return
        said = {"/write": write, "/read": read}.get(scope["path"], lambda: str(scope[CALLER_KEY]))()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": said.encode()})

    def call(self, *authorization, path="/read", kind="http", app=None, extensions=None, **settings):
        sent = []

        async def send(message):
            sent.append(message)

        scope = {
            "type": kind, "path": path, "client": ("192.0.2.1", 1), "extensions": extensions, CALLER_KEY: "forged",
            "headers": [(b"x-other", b"\xff"), *((b"authorization", text.encode()) for text in authorization)],
        }
        asyncio.run(ASGIVerification(app or self.app, self.verifier, **settings)(scope, None, send))
        return sent

    def told(self, *authorization, **named):
        start, body = self.call(*authorization, **named)
        return start["status"], dict(start["headers"]), body["body"]

    def test_what_gets_through_and_what_is_told(self):
        for authorization, status, challenge in CASES:
            with self.subTest(authorization=authorization):
                told, headers, body = self.told(*([] if authorization is None else [authorization]))
                if told == 503 and "guessed" in str(authorization):
                    continue  # Its question took 750 ms on a busy machine.
                self.assertEqual(told, status or 200)
                if status is None:
                    self.assertEqual(body, b"key_1")
                elif challenge is None:
                    self.assertIn(b'error="invalid_request"', headers[b"www-authenticate"])
                else:
                    self.assertEqual(headers[b"www-authenticate"], challenge.encode())

    def test_two_fields_are_refused_also_if_they_are_the_same(self):
        for pair in [(GOOD, GOOD), (GOOD, "Basic YTpi"), ("", GOOD)]:
            status, headers, _ = self.told(*pair)
            self.assertEqual(status, 400)
            self.assertIn(b'error="invalid_request"', headers[b"www-authenticate"])

    def test_a_route_can_want_more(self):
        status, headers, _ = self.told(GOOD, path="/write")
        self.assertEqual(status, 403)
        self.assertEqual(
            headers[b"www-authenticate"], b'Bearer realm="Carbon", error="insufficient_scope", scope="data.write"')
        self.assertEqual(self.told(GOOD, scopes="data.write")[0], 403)

    def test_optional(self):
        self.assertEqual(self.told(path="/", optional=True)[::2], (200, b"None"))
        self.assertEqual(self.told(path="/read", optional=True)[0], 401)
        self.assertEqual(self.told("Bearer a b", path="/", optional=True)[0], 400)

    def test_a_socket_is_refused_before_it_is_accepted(self):
        self.assertEqual([message["type"] for message in self.call(kind="websocket")], ["websocket.close"])
        start, body = self.call(kind="websocket", extensions={"websocket.http.response": {}})
        self.assertEqual((start["type"], start["status"]), ("websocket.http.response.start", 401))
        self.assertEqual(body["type"], "websocket.http.response.body")

    def test_what_is_neither_is_refused(self):
        with self.assertRaises(RuntimeError):
            self.call(kind="webtransport")
        self.assertEqual(self.call(kind="lifespan"), [])

    def test_asynchronous_handlers_and_their_threads_know_the_caller(self):
        @requires("data.read")
        async def handler():
            return current_caller().subject, await asyncio.to_thread(read)

        async def app(scope, receive, send):
            self.assertEqual(await handler(), ("key_1", "key_1"))
            self.assertEqual(await asyncio.create_task(handler()), ("key_1", "key_1"))
            await self.app(scope, receive, send)

        self.assertEqual(self.told(GOOD, app=app)[0], 200)

    def test_nothing_is_left_in_the_task(self):
        async def send(message):
            pass

        async def run():
            for path in ("/read", "/write"):
                scope = {"type": "http", "path": path, "headers": [(b"authorization", GOOD.encode())]}
                await ASGIVerification(self.app, self.verifier)(scope, None, send)
                self.assertIsNone(current.get())

        asyncio.run(run())

    def test_a_refusal_after_the_reply_began_ends_the_connection(self):
        async def app(scope, receive, send):
            await self.app({**scope, "path": "/read"}, receive, send)
            write()

        with self.assertRaises(Exception):
            self.call(GOOD, app=app)

    def test_concurrent_requests_do_not_see_each_others_callers(self):
        self.answers.said["other"] = {**self.answers.said[CREDENTIAL], "sub": "key_2"}
        self.verifier.check("other")
        seen = {}

        async def app(scope, receive, send):
            for _ in range(5):
                await asyncio.sleep(0)
                seen.setdefault(scope["path"], set()).add(current_caller().subject)

        async def run():
            judged = ASGIVerification(app, self.verifier)
            await asyncio.gather(*(
                judged({"type": "http", "path": text, "headers": [(b"authorization", b"Bearer " + text.encode())]}, None, None)
                for text in [CREDENTIAL, "other"] * 5))

        asyncio.run(run())
        self.assertEqual(seen, {CREDENTIAL: {"key_1"}, "other": {"key_2"}})


class RequiresTests(unittest.TestCase):
    def test_without_a_middleware_nobody_gets_through(self):
        for handler in (read, write):
            with self.assertRaises(RuntimeError):
                handler()
        failures = []

        def run():
            try:
                read()
            except RuntimeError as failure:
                failures.append(failure)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        self.assertEqual(len(failures), 1)

    def test_what_runs_later_cannot_be_judged(self):
        def generator():
            yield

        async def asynchronous():
            yield

        for handler in (generator, asynchronous):
            with self.assertRaises(TypeError):
                requires("data.read")(handler)

    def test_scopes_that_are_none_are_a_mistake_of_the_code(self):
        with self.assertRaises(ValueError):
            requires('a"b')


if __name__ == "__main__":
    unittest.main()
