"""What schemathesis does not know by itself, and what it is not to try. Named by `schemathesis.toml`."""

import schemathesis

schemathesis.serializer.alias("text/csv", "text/plain")


@schemathesis.hook
def filter_case(context, case):
    """Query parameters that nobody asks for are ignored, so that callers may add some of their own."""
    return "x-schemathesis-unknown-property" not in (case.query or {})
