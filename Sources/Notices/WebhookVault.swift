package import CredentialFormat
import Crypto
package import Model
import Persistence
import TextForms
package import Tokens

/// A secret by which an endpoint knows that something came from here (Standard Webhooks 1.0): 32 bytes, and `whsec_` with them in
/// Base64 with its padding as people see it. In the URL-safe alphabet half of all secrets would be other ones to the reference library.
package struct WebhookSecret: Sendable, Redacted {
    package static let prefix = "whsec_"
    static let byteCount = 32

    let bytes: [UInt8]

    /// A new one.
    init() {
        bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
    }

    /// As it was sealed, nil for what is none.
    init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// What is shown once.
    package var text: String { Self.prefix + Base64.text(bytes) }

    /// The signature of a message in the scheme `v1`: HMAC-SHA-256 of identifier, time in seconds and body, with points between.
    package func signature(of id: String, at seconds: Int64, _ body: [UInt8]) -> String {
        var message = Array("\(id).\(seconds).".utf8)
        message += body
        let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: bytes))
        return "v1," + Base64.text(Array(code))
    }
}

/// Seals and opens the secrets of endpoints, each for its own place.
package struct WebhookVault: Sendable {
    private let keys: OrganizationKeys
    private let environment: String

    /// - Parameter environment: Which installation it is: the brand.
    package init(keys: OrganizationKeys, environment: String) {
        self.keys = keys
        self.environment = environment
    }

    /// What wraps the keys of what an organization has. It is made if there is none.
    ///
    /// - Throws: As ``OrganizationKeys/key(of:)``.
    package func key(of organization: ID<Organization>) async throws -> OrganizationKey {
        try await keys.key(of: organization)
    }

    /// A new secret of an endpoint, sealed.
    func seal(
        _ secret: WebhookSecret, of endpoint: WebhookEndpoint, number: Int, under organization: OrganizationKey,
        at now: Instant
    ) throws -> (row: WebhookSecretRow, newKey: DataKeyRow) {
        let (key, keyRow) = try organization.makeDataKey(for: endpoint.id.description, at: now)
        let sealed = try key.seal(secret.bytes, at: place(of: endpoint, number))
        let row = WebhookSecretRow(
            endpoint: endpoint.id, number: number, dataKey: keyRow.id, sealed: sealed, createdAt: now, endsAt: nil)
        return (row, keyRow)
    }

    /// The secrets that open, in the same order.
    func open(
        _ rows: [WebhookSecretRow], of endpoint: WebhookEndpoint, under dataKeys: [DataKeyRow]
    ) async throws -> [WebhookSecret] {
        guard let organization = try await keys.existingKey(of: endpoint.organization) else { return [] }
        return rows.compactMap { row in
            dataKeys.first { $0.id == row.dataKey }.flatMap(organization.open)?
                .open(row.sealed, at: place(of: endpoint, row.number)).flatMap { WebhookSecret(bytes: $0) }
        }
    }

    private func place(of endpoint: WebhookEndpoint, _ number: Int) -> SealedPlace {
        SealedPlace(
            table: "webhook_secret", field: "secret", organization: endpoint.organization, environment: environment,
            holder: endpoint.id.description, provider: "", generation: number)
    }
}
