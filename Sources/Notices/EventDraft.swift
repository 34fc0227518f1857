package import CredentialFormat
package import Model
import TextForms

/// An event that may have been told already.
package struct EventDraft: Sendable {
    /// A member of what is sent.
    package enum Value: Hashable, Sendable {
        case text(String)
        case number(Int)
    }

    package let kind: LifecycleEvent.Kind
    package let subject: String
    package let occasion: String
    package let path: OrganizationPath
    package let at: Instant
    /// What is sent besides the organization, in this order. Never a secret.
    package let members: [(name: String, value: Value)]

    package init(
        _ kind: LifecycleEvent.Kind, subject: String, occasion: String, path: OrganizationPath, at: Instant,
        _ members: [(name: String, value: Value)]
    ) {
        self.kind = kind
        self.subject = subject
        self.occasion = occasion
        self.path = path
        self.at = at
        self.members = members
    }

    /// What the rules found about a credential.
    init(_ finding: LifecycleRules.Finding, about credential: WatchedCredential) {
        var members = Self.members(of: credential.id, as: credential.kind.rawValue, named: credential.name)
        if let days = finding.days { members.append(("days", .number(days))) }
        func add(_ name: String, _ time: Instant?) {
            if let time { members.append((name, .text(RFC3339.text(of: time)))) }
        }
        add("created_at", credential.createdAt)
        add("expires_at", credential.expiresAt)
        add("last_used_at", credential.usedAt)
        switch finding.kind {
        case .secretOld: add("secret_created_at", credential.secretAt)
        case .oldSecretIdle:
            add("secret_created_at", credential.secretAt)
            add("old_secret_last_used_at", credential.oldSecret?.usedAt)
            add("old_secret_expires_at", credential.oldSecret?.endsAt)
        case .expiring, .expired, .neverUsed, .unused, .creatorLeft, .leaked, .refreshTokenReuse,
            .newNetwork, .refusedOften, .limitReached, .planChanged, .connectionCreated,
            .connectionExpiring, .connectionDegraded, .connectionRecovered, .connectionReauthRequired,
            .connectionPermissionChanged, .connectionRevoked, .connectionDisconnected, .webhookTest:
            break
        }
        self.init(
            finding.kind, subject: credential.id, occasion: finding.occasion, path: credential.path, at: finding.at,
            members)
    }

    static func members(of id: String, as type: String, named name: String) -> [(name: String, value: Value)] {
        [("credential_id", .text(id)), ("credential_type", .text(type)), ("name", .text(name))]
    }

    /// What tells it from others.
    var key: [String] { [kind.rawValue, subject, occasion] }

    /// The event under an identifier.
    package func event(_ id: ID<LifecycleEvent>) -> LifecycleEvent {
        LifecycleEvent(
            id: id, kind: kind, subject: subject, occasion: occasion, path: path, at: at, body: body)
    }

    /// As Standard Webhooks 1.0 wants it: `type`, `timestamp`, `data`.
    private var body: String {
        var json = Array(#"{"type":"#.utf8)
        JSONText.append(kind.rawValue, to: &json)
        json += Array(#","timestamp":"#.utf8)
        JSONText.append(RFC3339.text(of: at), to: &json)
        json += Array(#","data":{"organization_id":"#.utf8)
        JSONText.append(path.last.description, to: &json)
        json += Array(#","account_id":"#.utf8)
        JSONText.append(path.root.description, to: &json)
        for (name, value) in members {
            json.append(UInt8(ascii: ","))
            JSONText.append(name, to: &json)
            json.append(UInt8(ascii: ":"))
            switch value {
            case .text(let text): JSONText.append(text, to: &json)
            case .number(let number): json += Array(String(number).utf8)
            }
        }
        json += Array("}}".utf8)
        return String(decoding: json, as: UTF8.self)
    }
}
