import CredentialFormat
import HTTPServing
import Model
import Notices

extension WebhookEndpoint {
    /// What the API tells of it: never a secret.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("organization_id", organization)
        json.member("url", address)
        json.member("description", description)
        json.name("events")
        if let kindWords { json.array(kindWords) { $0.string($1) } } else { json.null() }
        json.member("signature_scheme", scheme.rawValue)
        json.member("public_key", publicKey)
        json.member("header_name", headerName)
        json.member("disabled_at", stoppedAt)
        json.member("disabled_reason", stop?.rawValue)
        json.member("failing_since", failingSince)
        json.member("created_at", createdAt)
        json.member("created_by", createdBy)
        json.member("revision", revision)
    }
}

extension IssuedWebhook {
    /// The endpoint with its secret, this once; nil where it verifies by a public key.
    func write(to json: inout JSONWriter) {
        endpoint.write(to: &json)
        json.member("secret", secret)
    }
}

extension WebhookDelivery {
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("webhook_id", endpoint)
        json.member("event_id", event)
        json.member("event_type", kind.rawValue)
        json.member("subject", subject)
        json.member("state", state.rawValue)
        json.member("attempts", attempts)
        json.member("next_attempt_at", nextAt)
        json.member("created_at", createdAt)
        json.member("finished_at", finishedAt)
    }
}

extension DescribedDelivery {
    /// With what is sent, byte for byte as a text, and what came of each attempt that is still kept.
    func write(to json: inout JSONWriter) {
        delivery.write(to: &json)
        json.member("body", event?.body)
        json.name("log")
        json.array(attempts) { json, attempt in
            json.object { json in
                json.member("number", attempt.number)
                json.member("at", attempt.at)
                json.member("milliseconds", attempt.milliseconds)
                json.member("status", attempt.status)
                json.member("error", attempt.error)
                json.member("response", attempt.response)
            }
        }
    }
}

extension LifecycleEvent {
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("type", kind.rawValue)
        json.member("subject", subject)
        json.member("organization_id", path.last)
        json.member("at", at)
        json.member("told_at", id.madeAt)
        json.name("payload")
        json.raw(body.utf8)
    }
}
