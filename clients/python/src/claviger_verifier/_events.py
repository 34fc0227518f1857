"""Server-sent events, of the format what the feed uses, with bounds."""

from __future__ import annotations

from typing import Iterator, List, NamedTuple, Optional

from ._memory import FeedBroken

#: The bytes of one event with all its lines.
LARGEST_EVENT = 512 * 1024


class Event(NamedTuple):
    """An event that is complete."""

    name: str
    data: str
    id: Optional[str]


class EventReader:
    """Takes bytes as they come and gives complete events. What is not complete at the end of a stream is nothing."""

    def __init__(self, largest: int = LARGEST_EVENT) -> None:
        self._largest = largest
        self._rest = b""
        self._size = 0
        self._name = ""
        self._data: List[str] = []
        self._id: Optional[str] = None
        #: How many lines were complete.
        self.lines = 0

    def feed(self, data: bytes) -> Iterator[Event]:
        """Raises FeedBroken for what is no such stream, or too large."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self.lines += 1
            self._size += len(line)
            self._check(0)
            event = self._line(line)
            if event is not None:
                yield event
        self._check(len(self._rest))

    def _check(self, pending: int) -> None:
        if self._size + pending > self._largest:
            raise FeedBroken("an event that is too large")

    def _line(self, line: bytes) -> Optional[Event]:
        try:
            text = line.decode()
        except UnicodeDecodeError:
            raise FeedBroken("an event that is not UTF-8") from None
        if text.endswith("\r"):
            text = text[:-1]
        if not text:
            event = Event(self._name, "\n".join(self._data), self._id) if self._data else None
            self._size, self._name, self._data, self._id = 0, "", [], None
            return event
        if text.startswith(":"):
            # A comment belongs to no event.
            if not (self._data or self._name or self._id):
                self._size = 0
            return None
        field, _, value = text.partition(":")
        value = value[1:] if value.startswith(" ") else value
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        elif field == "id":
            self._id = value
        return None
