"""Requests that are sent again where a server asks for it: a 503 with Retry-After has changed nothing, and on a busy machine or beside other
transactions it is an honest answer. Not for what is asked of a server that is meant to be away."""

import time
import urllib.error
import urllib.request

# How often one is sent at most.
TRIES = 30
# How long a pause is at most, in seconds, whatever the server says.
LONGEST = 5


def pause(status, headers):
    """For how many seconds an answer asks to wait; None where it does not."""
    seconds = headers.get("Retry-After") or ""
    return min(int(seconds), LONGEST) if status == 503 and seconds.isdecimal() else None


def settled(ask):
    """The answer of `ask`, a status, headers and whatever else, once it is another one; the last where it never is."""
    for _ in range(TRIES - 1):
        answer = ask()
        seconds = pause(*answer[:2])
        if seconds is None:
            return answer
        time.sleep(seconds)
    return ask()


def opened(request):
    """What `urlopen` gives, or raises."""
    def ask():
        try:
            answer = urllib.request.urlopen(request, timeout=60)
            return answer.status, answer.headers, answer, None
        except urllib.error.HTTPError as error:
            return error.code, error.headers, None, error
    _, _, answer, error = settled(ask)
    if error:
        raise error
    return answer
