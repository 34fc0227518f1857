import CredentialFormat
import Foundation
import Model
import Persistence
import Policy

/// Rows to fill a database with.
enum Sample {
    /// How many API keys are put into one account: the product's own limit.
    static let keysPerAccount = 500

    /// The present.
    static func now() -> Instant {
        Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// What the credentials of the standard product may do here.
    static let scopes = ScopeSet(parsing: "data.read data.write") ?? .empty

    /// A fresh account.
    static func account(_ name: String, at now: Instant) -> Account {
        let id = ID<Organization>(at: now.milliseconds)
        let root = Organization(id: id, path: OrganizationPath(root: id), name: name, createdAt: now)
        return Account(organization: root, plan: nil, suspendedAt: nil, isOperator: false)
    }

    /// An API key that lives for a year.
    static func key(_ hint: SecretHint, in account: Account, at now: Instant) -> APIKey {
        APIKey(
            id: ID(at: now.milliseconds), organization: account.id, name: "Benchmark", description: nil, scopes: scopes,
            addresses: .anywhere, hint: hint, createdAt: now, expiresAt: now.adding(seconds: 365 * 86_400),
            disabledAt: nil, rotatedAt: now, previousExpiresAt: nil, createdBy: "command:bench", lastUse: nil)
    }

    /// What the audit log says about it.
    static func event(_ key: APIKey) -> AuditEvent {
        AuditEvent(
            id: ID(at: key.createdAt.milliseconds), at: key.createdAt, action: "api-key.created",
            target: key.id.description, organization: key.organization, actor: key.createdBy, requestID: "req_bench",
            address: nil, details: ["name": key.name, "scopes": key.scopes.text])
    }
}

extension Transaction {
    /// Adds an account with `count` API keys.
    ///
    /// - Returns: The keys' secrets.
    borrowing func seedAccount(
        _ name: String, keys count: Int, brand: Brand, peppers: Peppers, at now: Instant
    ) throws -> [String] {
        let account = Sample.account(name, at: now)
        try insert(account)
        var secrets: [String] = []
        for _ in 0..<count {
            let secret = MintedSecret(.apiKey, brand: brand)
            try insert(
                Sample.key(secret.hint, in: account, at: now), digest: secret.digest(under: peppers),
                account: account.id)
            secrets.append(secret.reveal())
        }
        return secrets
    }
}
