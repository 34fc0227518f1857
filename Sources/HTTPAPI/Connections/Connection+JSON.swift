import Connections
import CredentialFormat
import HTTPServing
import Model
import Persistence
import Policy

extension Connection {
    /// What the API tells of it.
    func write(to json: inout JSONWriter, knownBy service: ConnectionService) {
        json.member("id", id)
        json.member("organization_id", organization)
        json.member("provider", provider)
        json.member("provider_title", service.title(of: provider))
        json.member("name", name)
        json.member("status", status.rawValue)
        json.member("reason", reason)
        json.member("explanation", status.explanation)
        json.member("needs_person", status.needsPerson)
        json.member("reconnect_url", service.reconnectAddress(of: self))
        json.member("scopes", scopes)
        json.texts("metadata", metadata)
        json.member("generation", generation)
        json.member("consented_at", clocks.consentedAt)
        json.member("access_expires_at", clocks.accessExpiresAt)
        json.member("refresh_expires_at", clocks.refreshExpiresAt)
        json.member("data_access_expires_at", clocks.dataAccessExpiresAt)
        json.member("last_proven_at", lastProvenAt)
        json.member("next_action_at", nextRenewalAt)
        json.member("predicted_death_at", service.predictedDeath(of: self))
        json.member("failures", trouble.failures)
        json.member("last_failed_at", trouble.lastFailedAt)
        json.member("last_error", trouble.errorCode)
        json.member("created_at", createdAt)
    }
}

extension ConnectionAccount {
    /// What the API tells of it.
    func write(to json: inout JSONWriter, knownBy service: ConnectionService) {
        connection.write(to: &json, knownBy: service)
        json.member("provider_fault", fault)
        json.children(children)
        json.name("promises")
        json.array(promises) { json, promise in json.object { promise.write(to: &$0) } }
        json.receipt(receipt)
        json.name("checks")
        guard let checks else { return json.null() }
        json.object { json in
            json.member("every", checks.every)
            json.member("next_at", checks.found.nextAt)
            json.member("proven_at", checks.found.provenAt)
            json.member("failing_since", checks.found.failedAt)
            json.member("error", checks.found.errorCode)
        }
    }
}

extension ConnectionPromise {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("name", name)
        json.member("number", number)
        json.member("due_at", dueAt)
        json.member("state", state.rawValue)
        json.member("settled_at", settledAt)
        json.member("reason", reason)
        json.member("generation", generation)
    }
}

extension ConnectionEvent {
    /// What the API tells of it.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("type", kind.rawValue)
        json.member("at", at)
        json.member("generation", generation)
        json.member("status", status.rawValue)
        json.member("reason", reason)
    }
}

extension RenewalAttempt {
    /// What the API tells of it.
    func write(to json: inout JSONWriter) {
        json.member("id", id)
        json.member("state", state.rawValue)
        json.member("generation", generation)
        json.member("started_at", startedAt)
        json.member("ended_at", endedAt)
        json.member("error", errorCode)
    }
}

extension JSONWriter {
    /// Writes `children`: what is below a connection.
    mutating func children(_ children: [ConnectionChildRow]) {
        name("children")
        array(children) { json, child in
            json.object { json in
                json.member("kind", child.kind)
                json.member("id", child.identifier)
                json.member("name", child.name)
                json.texts("metadata", child.metadata)
                json.member("seen_at", child.seenAt)
            }
        }
    }

    /// Writes `shredding_receipt`: that the keys of a connection were destroyed, or `null`.
    mutating func receipt(_ receipt: ShreddingReceiptRow?) {
        name("shredding_receipt")
        guard let receipt else { return null() }
        object { json in
            json.member("id", receipt.id)
            json.member("at", receipt.at)
            json.member("receipt", receipt.receipt)
        }
    }

    /// Writes an object of texts.
    fileprivate mutating func texts(_ member: StaticString, _ texts: [String: String]) {
        name(member)
        object { json in
            for (name, value) in texts.sorted(by: { $0.key < $1.key }) {
                json.name(name)
                json.string(value)
            }
        }
    }
}
