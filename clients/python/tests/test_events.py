"""Server-sent events from bytes in any pieces."""

import unittest

from claviger_verifier._events import Event, EventReader
from claviger_verifier._memory import FeedBroken

STREAM = (
    b'event: hello\ndata: {"now":1}\n\n: nothing\n\nevent: forget\r\nid: n.1\r\ndata: abc def\r\n\r\n'
    b"retry: 100\n\nevent:proof\ndata:5\n\ndata\n\nevent: half\ndata: never"
)
EVENTS = [
    Event("hello", '{"now":1}', None), Event("forget", "abc def", "n.1"), Event("proof", "5", None), Event("", "", None),
]


class EventTests(unittest.TestCase):
    def test_the_pieces_do_not_matter(self):
        for size in range(1, len(STREAM) + 1):
            reader = EventReader()
            pieces = [STREAM[start : start + size] for start in range(0, len(STREAM), size)]
            self.assertEqual([event for piece in pieces for event in reader.feed(piece)], EVENTS, f"{size} bytes")

    def test_lines_and_events_are_bounded(self):
        for piece in [b"x" * 10, b"data: x\n", b"data: x\n: comment\n"]:
            reader = EventReader(largest=1_000)
            with self.subTest(piece=piece), self.assertRaises(FeedBroken):
                for _ in range(200):
                    list(reader.feed(piece))

    def test_comments_between_events_go_on_for_ever(self):
        reader = EventReader(largest=1_000)
        for _ in range(2_000):
            list(reader.feed(b":\n"))
        self.assertEqual(reader.lines, 2_000)

    def test_what_is_not_utf_8_breaks_the_stream(self):
        with self.assertRaises(FeedBroken):
            list(EventReader().feed(b"data: \xff\n"))


if __name__ == "__main__":
    unittest.main()
