"""A node that speaks the contract over real sockets, and breaks it on demand."""

import collections
import http.server
import json
import queue
import threading
import time
import urllib.parse

from claviger_verifier._clock import default_clock

CREDENTIAL = "clv_key_0123456789"


def eventually(holds, within=60.0):
    """Whether it comes to hold. Most of the time it waits for milliseconds."""
    ends = time.monotonic() + within
    while time.monotonic() < ends:
        if holds():
            return True
        time.sleep(0.005)
    return False


def active(scope="data.read", watch=("fingerprint-of-key",), **members):
    """What introspection says of a good credential."""
    return {
        "active": True, "scope": scope, "sub": "key_1", "credential_type": "api_key", "credential_id": "key_1",
        "organization_id": "org_2", "organization_path": "org_1/org_2", "account_id": "org_1",
        "exp": int(time.time()) + 3600, "claviger_watch": list(watch), "claviger_age": 0, **members,
    }


class Timeline:
    """The present, and what a test leaves out: node and client share it, so nobody waits for trust to be gained or lost."""

    def __init__(self):
        self._clock = default_clock()
        self._ahead = 0

    def __call__(self):
        return self._clock() + self._ahead

    def skip(self, milliseconds):
        self._ahead += milliseconds * 1_000_000


class Stream:
    """A stream that is being listened to."""

    def __init__(self, headers):
        self.headers = headers
        self.says = queue.Queue()

    def say(self, text):
        self.says.put(text.encode() if isinstance(text, str) else text)

    def end(self):
        self.says.put(None)


class FakeNode:
    """Use as a context. Proofs go out by themselves while ``proves``."""

    def __init__(self, name="n1"):
        self.name = name
        self.clock = Timeline()
        self.known = {CREDENTIAL: active()}
        self.questions = []
        self.introspection = None  # A function of the handler, in place of the answer.
        self.feed = None  # The same for the feed.
        self.proves = True
        self.hello = None  # A function of the stream to its first event, in place of ours.
        self.streams = []
        self.requests_for_streams = 0
        self._announced = collections.deque(maxlen=100)
        self._sequence = 0
        self._lock = threading.Lock()
        self._is_done = threading.Event()

    def __enter__(self):
        node = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *arguments):
                pass

            def do_POST(self):
                node._introspect(self)

            def do_GET(self):
                node._listen(self)

            def answer(self, status, body=b"", **headers):
                self.send_response(status)
                for field, value in headers.items():
                    self.send_header(field.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128

            def handle_error(self, request, client_address):
                pass  # A client that went away.

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._threads = [threading.Thread(target=self.server.serve_forever, args=(0.02,)), threading.Thread(target=self._prove)]
        for thread in self._threads:
            thread.daemon = True
            thread.start()
        return self

    def __exit__(self, *failure):
        self._is_done.set()
        self.drop()
        self.server.shutdown()
        self.server.server_close()

    def announce(self, *fingerprints):
        with self._lock:
            self._sequence += 1
            event = f"event: forget\nid: {self.name}.{self._sequence}\ndata: {' '.join(fingerprints)}\n\n"
            self._announced.append((self._sequence, event))
            self._say(event)

    def say(self, event):
        with self._lock:
            self._say(event)

    def drop(self):
        """Ends all streams, as a node that is killed does."""
        with self._lock:
            for stream in self.streams:
                stream.end()

    def _say(self, event):
        for stream in self.streams:
            stream.say(event)

    def _prove(self):
        while not self._is_done.wait(0.05):
            if self.proves:
                self.say(f"event: proof\ndata: {self.clock() // 1000}\n\n")

    def _introspect(self, handler):
        form = handler.rfile.read(int(handler.headers["Content-Length"])).decode()
        form = dict(urllib.parse.parse_qsl(form))
        with self._lock:
            self.questions.append(form)
        if self.introspection is not None:
            return self.introspection(handler)
        reply = self.known.get(form["token"], {"active": False})
        if form.get("claviger_organization", "org_2") != "org_2":
            reply = {"active": False}
        handler.answer(200, json.dumps(reply).encode(), Content_Type="application/json", Cache_Control="no-store")

    def _listen(self, handler):
        self.requests_for_streams += 1
        if self.feed is not None:
            return self.feed(handler)
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Connection", "close")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        stream = Stream(handler.headers)
        with self._lock:
            name, _, sequence = handler.headers.get("Last-Event-ID", "").partition(".")
            resumed = name == self.name and sequence.isdigit()
            said = {"node": self.name, "now": self.clock() // 1000, "resumed": resumed}
            identifier = "" if resumed else f"id: {self.name}.{self._sequence}\n"
            stream.say(self.hello(stream) if self.hello else f"event: hello\n{identifier}data: {json.dumps(said)}\n\n")
            for number, event in self._announced:
                if resumed and number > int(sequence):
                    stream.say(event)
            self.streams.append(stream)
        try:
            while True:
                said = stream.says.get()
                if said is None:
                    break
                handler.wfile.write(b"%x\r\n%s\r\n" % (len(said), said))
        finally:
            with self._lock:
                self.streams.remove(stream)
            handler.close_connection = True
