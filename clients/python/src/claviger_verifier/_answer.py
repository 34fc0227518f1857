"""What introspection says of a credential (RFC 7662 §2.2), read strictly: what cannot be read is no answer."""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import re
from typing import Any, Dict, FrozenSet, Mapping, Optional, Tuple, Union

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
Network = Union[ipaddress.IPv4Network, ipaddress.IPv6Network]

FINGERPRINT = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)

#: An entry that depends on more than this, or is limited to more addresses, is asked about each time.
_MOST_WATCHED = 256
_MOST_NETWORKS = 4_096


@dataclasses.dataclass(frozen=True)
class Caller:
    """Who calls. It names the credential by its identifier and does not hold its text."""

    #: Who acts: the API key, the integration, the user, or the contact.
    subject: str
    #: The organization in which it acts, the path down to it from the account, and the account.
    organization: Optional[str]
    organization_path: Optional[str]
    account: Optional[str]
    scopes: FrozenSet[str]
    #: None for an API key.
    client_id: Optional[str]
    credential_id: Optional[str]
    #: ``api_key`` or ``access_token``.
    credential_type: Optional[str]
    contact: Optional[str]
    username: Optional[str]
    audiences: Tuple[str, ...]
    #: Seconds since 1970, None for one that does not expire.
    expires_at: Optional[int]


@dataclasses.dataclass(frozen=True)
class Active:
    """The credential is good, as far as the one who asked may know."""

    caller: Caller
    #: What to listen for. None where nothing was named, so it cannot be remembered.
    watch: Optional[Tuple[str, ...]]
    #: From where alone it may be used, None for anywhere.
    networks: Optional[Tuple[Network, ...]]
    #: For how many seconds from the question on it can be remembered.
    remaining: float
    #: How many milliseconds older than the question it may be, None where the node did not say.
    age: Optional[int] = None

    def admits(self, address: Optional[Address]) -> bool:
        """Whether it may be used from there. An unknown address is in no list."""
        if self.networks is None:
            return True
        return address is not None and any(address in network for network in self.networks)


class Inactive:
    """The credential is not good, for whatever reason."""


INACTIVE = Inactive()

Answer = Union[Active, Inactive]


class Unreadable(Exception):
    """What came is no answer."""


def parsed_address(text: Union[str, Address, None]) -> Optional[Address]:
    """The address, None for what is none. An IPv4-mapped IPv6 address is the IPv4 address that it maps."""
    if text is None:
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if getattr(address, "scope_id", None) is not None:
            # A zone means something on its own host alone.
            return ipaddress.IPv6Address(int(address))
    return address


def parsed_answer(body: bytes, now: float) -> Answer:
    """Reads the reply of introspection.

    ``now`` is the time of day at the node when it answered, seconds since 1970. Raises Unreadable.
    """
    try:
        reply = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("no JSON") from None
    if not isinstance(reply, dict) or not isinstance(reply.get("active"), bool):
        raise Unreadable("no introspection reply")
    if not reply["active"]:
        return INACTIVE
    expires_at = _integer(reply, "exp")
    return Active(
        caller=Caller(
            subject=_required(reply, "sub"),
            organization=_text(reply, "organization_id"),
            organization_path=_text(reply, "organization_path"),
            account=_text(reply, "account_id"),
            scopes=frozenset((_text(reply, "scope") or "").split()),
            client_id=_text(reply, "client_id"),
            credential_id=_text(reply, "credential_id"),
            credential_type=_text(reply, "credential_type"),
            contact=_text(reply, "contact_id"),
            username=_text(reply, "username"),
            audiences=_audiences(reply),
            expires_at=expires_at,
        ),
        watch=_watch(reply),
        networks=_networks(reply),
        # `exp` ends what is remembered, and does not refuse: then the node is asked. So it may end early, and never late:
        # the node's time came in whole seconds. Without `exp` nothing says for how long, so nothing is remembered.
        remaining=0.0 if expires_at is None else expires_at - now - 1.0,
        age=_integer(reply, "claviger_age"),
    )


def _text(reply: Mapping[str, Any], name: str) -> Optional[str]:
    value = reply.get(name)
    if value is not None and not isinstance(value, str):
        raise Unreadable(f"{name} is no text")
    return value


def _required(reply: Mapping[str, Any], name: str) -> str:
    value = _text(reply, name)
    if not value:
        raise Unreadable(f"{name} is missing")
    return value


def _integer(reply: Mapping[str, Any], name: str) -> Optional[int]:
    value = reply.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 1 << 53:
        raise Unreadable(f"{name} is no number of ours")
    return value


def _texts(reply: Mapping[str, Any], name: str) -> Optional[Tuple[str, ...]]:
    value = reply.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Unreadable(f"{name} is no list of texts")
    return tuple(value)


def _audiences(reply: Dict[str, Any]) -> Tuple[str, ...]:
    value = reply.get("aud")
    return (value,) if isinstance(value, str) else _texts(reply, "aud") or ()


def _watch(reply: Mapping[str, Any]) -> Optional[Tuple[str, ...]]:
    watch = _texts(reply, "claviger_watch")
    if not watch or len(watch) > _MOST_WATCHED:
        return None
    if not all(FINGERPRINT.fullmatch(fingerprint) for fingerprint in watch):
        raise Unreadable("claviger_watch has something else than fingerprints")
    return tuple(dict.fromkeys(watch))


def _networks(reply: Mapping[str, Any]) -> Optional[Tuple[Network, ...]]:
    texts = _texts(reply, "claviger_addresses")
    if texts is None:
        return None
    if len(texts) > _MOST_NETWORKS:
        raise Unreadable("claviger_addresses is too long")
    try:
        return tuple(ipaddress.ip_network(text, strict=False) for text in texts)
    except ValueError:
        raise Unreadable("claviger_addresses has something else than networks") from None
