package import MerkleLog
package import Model
import Persistence
package import TextForms

extension AuditEvent {
    /// It as an entry of its account's log: the members by which the API lists it. The bytes of the leaf are its one text
    /// (``CanonicalJSON``), so none of them may ever be written otherwise for an event that is there already.
    package var entry: JSONValue {
        let details = details.map { JSONObject.Member(name: $0.key, value: .string($0.value)) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        let members: [(String, JSONValue)] = [
            ("id", .string("\(id)")), ("at", .string(RFC3339.text(of: at))), ("action", .string(action)),
            ("target", .string(target)),
            ("organization_id", organization.map { .string("\($0)") } ?? .null),
            ("actor", .string(actor)), ("request_id", .string(requestID)),
            ("address", address.map { .string("\($0)") } ?? .null), ("details", .object(JSONObject(details))),
        ]
        return .object(JSONObject(members.map { JSONObject.Member(name: $0.0, value: $0.1) }))
    }

    /// The hash of the leaf that it is.
    ///
    /// - Throws: ``StoreError/unreadable(_:)`` for an entry that has no one text: it would stand for another.
    package func leaf() throws -> TreeHash {
        guard let bytes = CanonicalJSON.bytes(entry) else {
            throw StoreError.unreadable("audit event \(id) has no canonical text")
        }
        return .leaf(bytes)
    }
}
