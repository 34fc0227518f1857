"""Reads a webhook as a receiver does that uses the reference library. Prints what it makes of each of three secrets, of a body
that was changed, and of another identifier."""
import sys

from standardwebhooks import Webhook, WebhookVerificationError


def verdict(secret, message_id, timestamp, signature, body):
    headers = {"webhook-id": message_id, "webhook-timestamp": timestamp, "webhook-signature": signature}
    try:
        Webhook(secret).verify(body, headers)
    except WebhookVerificationError:
        return "refused"
    return "taken"


first, second, stranger, message_id, timestamp, signature, body = sys.argv[1:]
for secret in (first, second, stranger):
    print(verdict(secret, message_id, timestamp, signature, body))
print(verdict(first, message_id, timestamp, signature, body.replace("credential.expired", "credential.unused")))
print(verdict(first, message_id + "0", timestamp, signature, body))
