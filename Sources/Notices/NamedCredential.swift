import CredentialFormat
import Model
import Persistence

/// What something is told of: a credential under its name, or an organization.
struct NamedCredential: Sendable {
    /// Such as `key_…`.
    let id: String
    /// As receivers know it, nil for an organization.
    let type: String?
    let name: String?
    let path: OrganizationPath

    var members: [(name: String, value: EventDraft.Value)] {
        guard let type, let name else { return [] }
        return EventDraft.members(of: id, as: type, named: name)
    }
}

extension Transaction {
    /// The credential of a kind, nil where there is none.
    borrowing func named(_ kind: KeptRefusal.Kind, _ id: ID<AnyEntity>) throws -> NamedCredential? {
        let found: (organization: ID<Organization>, name: String)? =
            switch kind {
            case .apiKey: try apiKey(ID(value: id.value)).map { ($0.organization, $0.name) }
            case .integration: try integration(ID(value: id.value)).map { ($0.organization, $0.label) }
            case .app: try app(ID(value: id.value)).map { ($0.organization, $0.name) }
            case .grant: try granted(ID(value: id.value))
            case .resourceServer: nil
            }
        guard let found, let path = try organization(found.organization)?.path else { return nil }
        return NamedCredential(id: kind.text(of: id), type: kind.rawValue, name: found.name, path: path)
    }

    /// The access key of an organization's contact, nil where there is none.
    borrowing func named(_ id: ID<AccessKey>, in home: ID<Organization>) throws -> NamedCredential? {
        guard let key = try accessKey(id), let path = try organization(home)?.path else { return nil }
        return NamedCredential(
            id: "\(id)", type: WatchedCredential.Kind.accessKey.rawValue, name: key.name, path: path)
    }

    /// A grant goes by the name of its app.
    private borrowing func granted(_ id: ID<Grant>) throws -> (organization: ID<Organization>, name: String)? {
        guard let grant = try grant(id), let app = try app(grant.app) else { return nil }
        return (grant.organization, app.name)
    }
}

extension EventDraft {
    /// That most calls of a credential were refused in an hour: once a day at most. Nil for who is gone.
    init?(_ found: RefusedHour, in hour: Instant, tx: borrowing Transaction) throws {
        guard let credential = try tx.named(found.kind, found.credential) else { return nil }
        var members =
            credential.members + [
                ("calls", .number(found.calls)), ("refused", .number(found.refused)),
                ("hour", .text(RFC3339.text(of: hour))),
            ]
        if let rule = try tx.mostFrequentRefusal(of: found.credential, in: hour) {
            members.append(("rule", .text(rule)))
        }
        self.init(
            .refusedOften, subject: credential.id, occasion: "\(hour.seconds / 86_400)", path: credential.path,
            at: hour.adding(seconds: 3600), members)
    }
}
