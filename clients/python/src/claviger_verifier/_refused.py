"""Why a call is not let through, and how to say so over HTTP (RFC 6750 §3)."""

from __future__ import annotations

import json
from typing import List, Optional, Sequence, Tuple


class Refused(Exception):
    """The call is not let through. Nothing in it is secret.

    ``status`` is the HTTP status; ``error`` the code for the reply's body, None where no credential was sent;
    ``www_authenticate`` the text of that header, None where a challenge helps nobody; ``retry_after`` seconds, with 503.
    """

    def __init__(
        self,
        status: int,
        error: Optional[str],
        description: str,
        *,
        www_authenticate: Optional[str] = None,
        retry_after: Optional[int] = None,
    ) -> None:
        super().__init__(status, error, description)
        self.status = status
        self.error = error
        self.description = description
        self.www_authenticate = www_authenticate
        self.retry_after = retry_after

    def __str__(self) -> str:
        return f"{self.status} {self.error or 'no credential'}: {self.description}"

    @property
    def body(self) -> bytes:
        """JSON as of RFC 6749 §5.2; RFC 6750 wants no error code where no credential was sent."""
        members = {"error_description": self.description}
        return json.dumps({"error": self.error, **members} if self.error else members).encode()

    @property
    def headers(self) -> List[Tuple[str, str]]:
        """The header fields of the reply."""
        fields = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(self.body))),
            ("Cache-Control", "no-store"),
        ]
        if self.www_authenticate is not None:
            fields.append(("WWW-Authenticate", self.www_authenticate))
        if self.retry_after is not None:
            fields.append(("Retry-After", str(self.retry_after)))
        return fields


class Refusals:
    """Makes the refusals of one realm."""

    def __init__(self, realm: str) -> None:
        if not realm or any(not " " <= letter <= "~" or letter in '"\\' for letter in realm):
            raise ValueError("realm must be printable ASCII without quotes and backslashes")
        self.realm = realm

    def no_credential(self, wanted: Sequence[str] = ()) -> Refused:
        """No credential was sent: a challenge without an error (RFC 6750 §3.1)."""
        return Refused(401, None, "Send a credential.", www_authenticate=self._challenge(wanted))

    def invalid_request(self, description: str) -> Refused:
        """The credential is sent in a way that is none."""
        challenge = self._challenge((), "invalid_request", description)
        return Refused(400, "invalid_request", description, www_authenticate=challenge)

    def invalid_token(self, wanted: Sequence[str] = ()) -> Refused:
        """Unknown, expired, revoked, or not for this API. Which of them is not told to who may be guessing."""
        challenge = self._challenge(wanted, "invalid_token")
        return Refused(401, "invalid_token", "The credential is not valid.", www_authenticate=challenge)

    def insufficient_scope(self, wanted: Sequence[str]) -> Refused:
        """The credential is good, and for less than this."""
        challenge = self._challenge(wanted, "insufficient_scope")
        description = f"The credential lacks a scope. Needed: {' '.join(wanted)}."
        return Refused(403, "insufficient_scope", description, www_authenticate=challenge)

    def address(self) -> Refused:
        """The credential may not be used from there. No other credential is asked for, so there is no challenge."""
        return Refused(403, "address", "The credential may not be used from this address.")

    def organization(self) -> Refused:
        """The credential is good, and not in the organization that the request names."""
        return Refused(403, "organization", "The credential may not act in this organization.")

    def unavailable(self, retry_after: int = 1) -> Refused:
        """It cannot be known at present."""
        description = "The credential cannot be checked at present; try again later."
        return Refused(503, "temporarily_unavailable", description, retry_after=retry_after)

    def _challenge(
        self, wanted: Sequence[str], error: Optional[str] = None, description: Optional[str] = None
    ) -> str:
        text = f'Bearer realm="{self.realm}"'
        if error is not None:
            text += f', error="{error}"'
        if description is not None:
            text += f', error_description="{description}"'
        if wanted:
            text += f', scope="{" ".join(wanted)}"'
        return text
