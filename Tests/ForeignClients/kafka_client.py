"""librdkafka's own way to fetch tokens (`sasl.oauthbearer.method=oidc`): it reads the token that it gets, and says why where
it cannot. No broker is needed for that."""


from visit import told

from confluent_kafka import Producer

case = told()
errors, lines = [], []


class Lines:
    def log(self, level, message, *arguments):
        lines.append(message % arguments if arguments else message)


producer = Producer(
    {
        "bootstrap.servers": "127.0.0.1:9", "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "OAUTHBEARER",
        "sasl.oauthbearer.method": "oidc", "sasl.oauthbearer.client.id": case.client_id,
        "sasl.oauthbearer.client.secret": case.client_secret, "sasl.oauthbearer.scope": "data.read",
        "sasl.oauthbearer.token.endpoint.url": f"{case.issuer}/oauth2/token", "debug": "security",
        "error_cb": lambda error: errors.append(error.str()), "logger": None,
    } | {"logger": Lines()})
for _ in range(600):
    producer.poll(0.1)
    if errors:
        break
# Nothing listens there, which is what it complains of once it has its token.
text = " ".join(errors)
assert "Connection refused" in text or "Connect to" in text, (errors, lines)
assert "OAUTHBEARER" not in text and "token" not in text.lower(), errors
print("token taken")
