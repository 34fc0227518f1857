"""Verifier and node over real sockets, and what can go wrong between them."""

import asyncio
import json
import logging
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import unittest.mock

from claviger_verifier import Refused, Verifier
from claviger_verifier import _feed

from fake_node import CREDENTIAL, FakeNode, active, eventually


class NodeCase(unittest.TestCase):
    def setUp(self):
        log = logging.getLogger("claviger_verifier")
        log.setLevel(logging.CRITICAL)
        self.addCleanup(log.setLevel, logging.NOTSET)
        self.node = self.enterContextOf(FakeNode())
        self.verifier = self.make()

    def enterContextOf(self, manager):
        value = manager.__enter__()
        self.addCleanup(manager.__exit__, None, None, None)
        return value

    def make(self, **settings):
        verifier = Verifier(self.node.url, "rs:1", "se cret", clock=self.node.clock, **settings)
        self.addCleanup(verifier.close)
        return verifier

    def status(self, credential=CREDENTIAL, *arguments):
        try:
            self.verifier.check(credential, *arguments)
        except Refused as refused:
            return refused.status
        return 200

    def answers(self, status, credential=CREDENTIAL):
        """Comes to answer so. A machine that is too busy for 750 ms gives 503 in between."""
        return eventually(lambda: self.status(credential) == status)

    def knows(self):
        """Whether a check is answered without a question."""
        before = len(self.node.questions)
        return self.status() == 200 and len(self.node.questions) == before

    def remember(self):
        """A stream that has lasted, and a credential that is known."""
        self.assertTrue(self.verifier.wait_until_remembering(60))
        self.node.clock.skip(800)
        self.assertTrue(eventually(self.knows))

    def is_listened_to(self, times):
        return eventually(lambda: len(self.node.streams) == times)


class ListeningTests(NodeCase):
    def test_a_known_credential_is_no_question_and_a_revoked_one_is_refused(self):
        self.remember()
        form = self.node.questions[-1]
        self.assertEqual((form["token"], form["claviger_watch"]), (CREDENTIAL, "true"))
        self.assertEqual(self.verifier.mode, "remembering")
        del self.node.known[CREDENTIAL]
        self.assertTrue(self.knows(), "nothing was announced yet")
        self.node.announce("fingerprint-of-other", "fingerprint-of-key")
        self.assertTrue(self.answers(401))

    def test_who_calls_is_told_so_that_made_up_credentials_count_as_that_ones(self):
        for address, told in [("::ffff:192.0.2.1", "192.0.2.1"), ("nonsense", None), (None, None)]:
            self.assertEqual(self.status("made-up", (), address), 401)
            self.assertEqual(self.node.questions[-1].get("client_address"), told)
            self.node.clock.skip(1_001)
        answered = asyncio.run(self.status_async("made-up", "192.0.2.2"))
        self.assertEqual((answered, self.node.questions[-1].get("client_address")), (401, "192.0.2.2"))

    async def status_async(self, credential, address):
        try:
            await self.verifier.check_async(credential, (), address)
        except Refused as refused:
            return refused.status
        return 200

    def test_it_says_who_it_is_as_rfc_6749_has_it(self):
        self.assertTrue(self.is_listened_to(0))
        self.verifier.start()
        self.assertTrue(self.is_listened_to(1))
        headers = self.node.streams[0].headers
        self.assertEqual(headers["Authorization"], "Basic cnMlM0ExOnNlK2NyZXQ=")
        self.assertEqual(headers["Accept"], "text/event-stream")
        self.assertNotIn("Last-Event-ID", headers)

    def test_everything_is_forgotten_on_demand_and_when_something_is_said_that_is_not_understood(self):
        for name in ["forget-everything", "something-new"]:
            with self.subTest(name=name):
                self.node.known[CREDENTIAL] = active()
                self.remember()
                self.node.known[CREDENTIAL] = {"active": False}
                self.node.say(f"event: {name}\nid: n1.9\ndata: {{}}\n\n")
                self.assertTrue(self.answers(401))

    def test_a_stream_that_is_resumed_brings_what_was_missed_and_the_rest_stays_known(self):
        self.node.known["other"] = active(watch=["fingerprint-of-2"])
        self.remember()
        self.assertTrue(eventually(lambda: self.status("other") == 200))
        self.node.announce("something-else")
        self.assertTrue(eventually(lambda: self.verifier._listener._last_id == "n1.1"))
        del self.node.known[CREDENTIAL]
        self.node.feed = lambda handler: handler.answer(503, Retry_After="0")
        self.node.drop()
        self.assertTrue(self.is_listened_to(0))
        self.node.announce("fingerprint-of-key")
        self.node.feed = None
        self.assertTrue(self.is_listened_to(1))
        self.assertEqual(self.node.streams[0].headers["Last-Event-ID"], "n1.1")
        self.assertTrue(self.answers(401))

        def is_known():
            before = len(self.node.questions)
            return self.status("other") == 200 and len(self.node.questions) == before

        self.assertTrue(eventually(is_known))

    def test_a_stream_of_another_node_begins_with_nothing(self):
        self.remember()
        self.node.announce("something-else")
        self.assertTrue(eventually(lambda: self.verifier._listener._last_id == "n1.1"))
        self.node.name = "n2"
        self.node.known[CREDENTIAL] = {"active": False}  # Announced to others, while nobody listened.
        self.node.drop()
        self.assertTrue(self.answers(401))
        self.assertTrue(self.is_listened_to(1))
        self.assertTrue(eventually(lambda: self.verifier._listener._last_id == "n2.1"))

    def test_who_says_resumed_without_being_asked_to_is_not_believed(self):
        self.remember()
        self.node.hello = lambda stream: (
            f'event: hello\ndata: {{"node":"n2","now":{self.node.clock() // 1000},"resumed":true}}\n\n')
        self.node.known[CREDENTIAL] = {"active": False}
        self.node.drop()
        self.assertTrue(self.answers(401))

    def test_goodbye_is_answered_by_another_connection(self):
        self.remember()
        self.node.say("event: goodbye\ndata: {}\n\n")
        self.assertTrue(eventually(lambda: self.node.requests_for_streams == 2))
        self.assertTrue(eventually(lambda: self.verifier.mode == "remembering"))

    def test_without_the_stream_it_asks_each_time_and_says_so_once(self):
        with self.assertLogs("claviger_verifier", logging.INFO) as logged:
            logging.getLogger("claviger_verifier").setLevel(logging.INFO)
            self.verifier = self.make(stream=False)
            for _ in range(3):
                self.assertTrue(self.answers(200))
        self.assertEqual(len(logged.output), 1, logged.output)
        self.assertGreaterEqual(len(self.node.questions), 3)
        self.assertEqual(self.node.requests_for_streams, 0)

    def test_after_the_end_it_does_not_listen(self):
        self.remember()
        self.verifier.close()
        self.node.announce("anything")  # A node notices when it writes.
        self.assertTrue(self.is_listened_to(0))
        self.assertEqual(self.verifier.mode, "asking")
        self.assertTrue(self.answers(200))
        self.assertFalse(self.verifier.wait_until_remembering(0))


class BrokenStreamTests(NodeCase):
    """Whatever happens to the stream, trust ends by its age, and each call becomes a question."""

    def asks_and_says_so(self):
        self.node.clock.skip(1_000)
        self.assertTrue(eventually(lambda: self.verifier.mode == "asking"))
        before = len(self.node.questions)
        self.assertTrue(self.answers(200))
        self.assertGreater(len(self.node.questions), before)

    def test_it_is_frozen(self):
        self.remember()
        self.node.proves = False
        self.asks_and_says_so()
        self.assertTrue(eventually(lambda: self.node.requests_for_streams > 1), "silence is a loss")
        self.node.proves = True
        self.assertTrue(eventually(lambda: self.verifier.mode == "remembering"))

    def test_it_only_keeps_the_connection(self):
        self.remember()
        self.node.proves = False
        self.node.say(":\n")
        self.asks_and_says_so()
        self.assertEqual(self.node.requests_for_streams, 1)

    def test_it_ends_in_the_middle_of_an_event(self):
        self.remember()
        self.node.proves = False
        self.node.feed = lambda handler: handler.answer(503)
        self.node.say("event: forget\nid: n1.1\ndata: fingerprint-of-")
        self.node.drop()
        self.assertTrue(self.is_listened_to(0))
        self.asks_and_says_so()
        self.assertEqual(self.verifier._listener._last_id, "n1.0")

    def test_it_sends_one_byte_at_a_time(self):
        self.remember()
        for byte in b"event: forget\ndata: fingerprint-of-key\n\n":
            self.node.proves = False
            self.node.say(bytes([byte]))
        del self.node.known[CREDENTIAL]
        self.assertTrue(self.answers(401))

    def test_it_breaks_the_contract(self):
        self.remember()
        now = self.node.clock() // 1000
        for said in [
            "data: " + "x" * (_feed.EventReader()._largest + 10) + "\n\n",
            "x" * (_feed.EventReader()._largest + 10),
            "event: forget\ndata: what is this?\n\n",
            "event: forget\ndata: \n\n",
            "event: forget\nid: n1 1\ndata: fingerprint\n\n",
            "event: proof\ndata: soon\n\n",
            "event: proof\ndata: -1\n\n",
            f"event: proof\ndata: {now + 10_000_000}\n\n",
            f'event: hello\ndata: {{"node":"n1","now":{now},"resumed":true}}\n\n',
            b"data: \xff\xfe\n\n",
        ]:
            with self.subTest(said=said[:60]):
                before = self.node.requests_for_streams
                self.verifier._listener._failures = 0
                self.node.say(said)
                self.assertTrue(eventually(lambda: self.node.requests_for_streams > before))
                self.assertTrue(self.is_listened_to(1))
                self.assertNotIn("Last-Event-ID", self.node.streams[0].headers)
        self.assertTrue(eventually(lambda: self.verifier.mode == "remembering"))

    def test_it_does_not_begin_as_it_should(self):
        hellos = iter([
            "event: proof\ndata: 1\n\n", "event: hello\ndata: []\n\n", "event: hello\ndata: {\n\n",
            'event: hello\ndata: {"node":"n","now":true,"resumed":false}\n\n',
            'event: hello\ndata: {"node":"n","now":1}\n\n', 'event: goodbye\ndata: {}\n\n',
        ])

        def hello(stream):
            # A pause after each failure would only make the test slow.
            self.verifier._listener._failures = 0
            said = next(hellos, None)
            if said is None:
                self.node.hello = None
                return f'event: hello\ndata: {{"node":"n1","now":{self.node.clock() // 1000},"resumed":false}}\n\n'
            return said

        self.node.hello = hello
        self.verifier.start()
        self.assertTrue(eventually(lambda: self.node.requests_for_streams == 7))
        self.assertTrue(eventually(lambda: self.verifier.mode == "remembering"))

    def test_one_that_begins_too_late_to_prove_anything_in_time_is_asked_for_anew(self):
        def hello(stream):
            self.node.hello = None
            self.node.clock.skip(501)
            return f'event: hello\ndata: {{"node":"n1","now":{self.node.clock() // 1000},"resumed":false}}\n\n'

        self.node.hello = hello
        self.assertTrue(self.verifier.wait_until_remembering(60))
        self.assertEqual(self.node.requests_for_streams, 2)

    def test_it_is_not_served(self):
        for answer, least in [
            (lambda handler: handler.answer(401, WWW_Authenticate="Basic"), _feed._LONGEST_PAUSE),
            (lambda handler: handler.answer(404), _feed._LONGEST_PAUSE),
            (lambda handler: handler.answer(503, Retry_After="30"), 30),
            (lambda handler: handler.answer(429, Retry_After="999999999"), 60),
            (lambda handler: handler.answer(307, Location="http://127.0.0.1:1/"), _feed._LONGEST_PAUSE),
            (lambda handler: handler.answer(200, b"hello", Content_Type="text/html"), _feed._LONGEST_PAUSE),
        ]:
            self.node.feed = answer
            self.verifier = self.make()
            listener = self.listener()
            with self.subTest(least=least):
                self.assertGreaterEqual(listener._pause_after_stream(), least)
                self.assertTrue(self.answers(200))
                self.assertEqual(self.verifier.mode, "asking")

    def test_a_node_that_drains_is_left_alone_for_a_while(self):
        self.node.hello = lambda stream: (
            f'event: hello\ndata: {{"node":"n1","now":{self.node.clock() // 1000},"resumed":false}}\n\n'
            "event: goodbye\ndata: {}\n\n")
        listener = self.listener()
        for failures in range(1, 4):
            self.assertGreater(listener._pause_after_stream(), 0.09)
            self.assertEqual(listener._failures, failures)

    def test_pauses_grow_to_a_bound_and_are_left_to_chance(self):
        listener = self.listener()
        pauses = [[listener._failed("is lost") for _ in range(2)][0] for _ in range(50)]
        self.assertLess(pauses[0], 0.3)
        self.assertLessEqual(max(pauses), _feed._LONGEST_PAUSE)
        self.assertGreater(min(pauses[20:]), _feed._LONGEST_PAUSE / 2 - 0.001)
        self.assertGreater(len(set(pauses[20:])), 20)

    def test_a_stream_that_never_ends_is_left(self):
        self.remember()
        self.node.clock.skip(11 * 60 * 1000)
        self.assertTrue(eventually(lambda: self.node.requests_for_streams == 2))

    def test_loss_and_return_are_said_once_each(self):
        with self.assertLogs("claviger_verifier", logging.INFO) as logged:
            logging.getLogger("claviger_verifier").setLevel(logging.INFO)
            self.remember()
            self.node.proves = False
            self.asks_and_says_so()
            for _ in range(3):
                self.status()
            self.node.proves = True
            self.assertTrue(eventually(lambda: self.verifier.mode == "remembering"))
            self.assertTrue(eventually(lambda: logged.output[-1].endswith("from memory")))
        changes = [line.rpartition(":")[2] for line in logged.output if "verification" in line]
        for said, next_said in zip(changes, changes[1:]):
            self.assertNotEqual(said, next_said)
        self.assertNotIn(CREDENTIAL, str(logged.output))
        self.assertNotIn("se cret", str(logged.output))

    def listener(self):
        """One whose thread is not started."""
        return _feed.Listener(
            self.verifier._origin, "/api/v1/revocation-feed", self.verifier._authorization, self.verifier._memory,
            self.node.clock, lambda: None)


class BrokenQuestionTests(NodeCase):
    def test_whatever_is_no_answer_is_503(self):
        self.verifier = self.make(stream=False)
        released = threading.Event()
        self.addCleanup(released.set)

        def dripping(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n")
            while not released.wait(0.05):
                handler.wfile.write(b" ")

        def raw(text):
            def answer(handler):
                handler.wfile.write(text)
                handler.close_connection = True

            return answer

        for name, answer in {
            "an error": lambda handler: handler.answer(500),
            "too many": lambda handler: handler.answer(429, Retry_After="5"),
            "our secret is wrong": lambda handler: handler.answer(401),
            "elsewhere": lambda handler: handler.answer(307, Location=self.node.url + "/elsewhere"),
            "no JSON": lambda handler: handler.answer(200, b"<html>"),
            "too large": lambda handler: handler.answer(200, b" " * 300_000 + b'{"active":false}'),
            "half": raw(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"active":true,"sub":"a"}'),
            "half a chunk": raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n19\r\n{"active":true,"sub":"a"}'),
            "no HTTP": raw(b"hello\r\n\r\n"),
            "nothing": raw(b""),
            "an endless header": raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000),
            "one byte at a time": dripping,
            "never": lambda handler: released.wait(30),
        }.items():
            with self.subTest(name):
                self.node.introspection = answer
                self.assertEqual(self.status(), 503)
        self.node.introspection = None
        self.assertTrue(self.answers(200))
        self.assertNotIn({}, self.node.questions)

    def test_an_answer_about_another_organization_is_none(self):
        self.verifier = self.make(stream=False)
        self.assertTrue(eventually(lambda: self.status(CREDENTIAL, (), None, "org_3") == 403))
        body = json.dumps(active()).encode()
        self.node.introspection = lambda handler: handler.answer(200, body)
        self.assertEqual(self.status(CREDENTIAL, (), None, "org_3"), 503)
        self.assertTrue(eventually(lambda: self.status(CREDENTIAL, (), None, "org_2") == 200))

    def test_nobody_is_there(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.verifier = Verifier(f"http://127.0.0.1:{free.getsockname()[1]}", "a", "b")
            self.addCleanup(self.verifier.close)
            self.assertEqual(self.status(), 503)
            self.assertEqual(self.verifier.mode, "asking")

    def test_the_look_up_of_a_host_is_not_waited_for_longer_than_an_answer(self):
        self.verifier = self.make(stream=False)
        look_up, may_end, asked = socket.getaddrinfo, threading.Event(), []

        def slow(*arguments, **named):
            asked.append(arguments)
            may_end.wait(30)
            return look_up(*arguments, **named)

        with unittest.mock.patch("socket.getaddrinfo", slow):
            began = time.monotonic()
            self.assertEqual([self.status(), self.status()], [503, 503])
            self.assertLess(time.monotonic() - began, 10)
            self.assertEqual(len(asked), 1)
            may_end.set()
            self.assertTrue(self.answers(200))

    def test_connections_are_kept_and_one_that_was_closed_meanwhile_is_no_error(self):
        self.verifier = self.make(stream=False)
        self.assertTrue(self.answers(200))
        kept = self.verifier._asks._connections
        (_, connection), = kept._idle
        self.assertTrue(self.answers(200))
        self.assertIs(kept._idle[0][1], connection)
        connection._wire._socket.shutdown(socket.SHUT_RDWR)
        self.verifier._asks.ask(CREDENTIAL, None, time.monotonic() + 60)
        self.assertNotIn(connection, [kept for _, kept in kept._idle])

    def test_a_reply_that_ends_its_connection_is_read_to_its_end(self):
        self.verifier = self.make(stream=False)
        body = json.dumps(active()).encode()

        def closing(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            handler.wfile.write(body)
            handler.close_connection = True

        self.node.introspection = closing
        self.assertTrue(self.answers(200))
        self.assertEqual(self.verifier._asks._connections._idle, [])


@unittest.skipUnless(shutil.which("openssl"), "a certificate is made by openssl")
class TLSTests(NodeCase):
    def setUp(self):
        super().setUp()
        folder = self.enterContextOf(tempfile.TemporaryDirectory())
        self.certificate = os.path.join(folder, "certificate.pem")
        key = os.path.join(folder, "key.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", self.certificate],
            check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        server = self.node.server
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)

    def url(self, host):
        return f"https://{host}:{self.node.server.server_port}"

    def test_a_node_that_cannot_prove_who_it_is_is_told_nothing(self):
        trusting = ssl.create_default_context(cafile=self.certificate)
        for url, context in [(self.url("localhost"), None), (self.url("127.0.0.1"), trusting)]:
            self.verifier = Verifier(url, "rs:1", "se cret", clock=self.node.clock, ssl_context=context)
            self.addCleanup(self.verifier.close)
            self.assertEqual(self.status(), 503)
        self.assertEqual((self.node.questions, self.node.requests_for_streams), ([], 0))

    def test_one_that_can_is_heard(self):
        trusting = ssl.create_default_context(cafile=self.certificate)
        self.verifier = Verifier(
            self.url("localhost"), "rs:1", "se cret", clock=self.node.clock, ssl_context=trusting)
        self.addCleanup(self.verifier.close)
        self.remember()
        del self.node.known[CREDENTIAL]
        self.node.announce("fingerprint-of-key")
        self.assertTrue(self.answers(401))


@unittest.skipUnless(hasattr(os, "fork"), "this system does not fork")
class ForkTests(NodeCase):
    def test_a_child_listens_for_itself_and_the_parent_goes_on(self):
        self.remember()
        before = self.node.requests_for_streams
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            said = b"nothing"
            try:
                starts = self.verifier.mode
                said = f"{starts}, {self.verifier.wait_until_remembering(60)}, {self.status()}".encode()
            finally:
                os.write(writing, said)
                os._exit(0)
        os.close(writing)
        with open(reading) as line:
            said = line.read()
        os.waitpid(child, 0)
        self.assertIn(said, ("asking, True, 200", "asking, True, 503"))
        self.assertEqual(self.node.requests_for_streams, before + 1)
        self.assertTrue(eventually(self.knows))
        self.node.announce("fingerprint-of-key")
        del self.node.known[CREDENTIAL]
        self.assertTrue(self.answers(401))
        self.assertEqual(self.node.requests_for_streams, before + 1)


if __name__ == "__main__":
    unittest.main()
