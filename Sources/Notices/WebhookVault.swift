package import CredentialFormat
import Crypto
package import Model
import Persistence
import TextForms
package import Tokens

/// What signs messages to an endpoint (Standard Webhooks 1.0): 32 bytes. A shared one is shown as `whsec_` with them in Base64 with its padding:
/// in the URL-safe alphabet half of all secrets would be other ones to the reference library. Of a private key, people see the public one, `whpk_…`.
package struct WebhookSecret: Sendable, Redacted {
    static let byteCount = 32

    private enum Key: Sendable {
        case shared([UInt8])
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    private let key: Key

    /// A new one.
    init(_ scheme: WebhookScheme) {
        key =
            switch scheme {
            case .shared: .shared(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
            case .publicKey: .ed25519(Curve25519.Signing.PrivateKey())
            }
    }

    /// As it was sealed, nil for what is none.
    init?(_ scheme: WebhookScheme, bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        switch scheme {
        case .shared: key = .shared(bytes)
        case .publicKey:
            guard let opened = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else { return nil }
            key = .ed25519(opened)
        }
    }

    var scheme: WebhookScheme {
        switch key {
        case .shared: .shared
        case .ed25519: .publicKey
        }
    }

    /// What is sealed.
    var bytes: [UInt8] {
        switch key {
        case .shared(let bytes): bytes
        case .ed25519(let key): Array(key.rawRepresentation)
        }
    }

    /// What is shown once, nil for a private key: nobody but this server needs one.
    package var text: String? {
        switch key {
        case .shared(let bytes): "whsec_" + Base64.text(bytes)
        case .ed25519: nil
        }
    }

    /// By which receivers verify, nil for a shared secret.
    package var publicKey: String? {
        switch key {
        case .shared: nil
        case .ed25519(let key): "whpk_" + Base64.text(Array(key.publicKey.rawRepresentation))
        }
    }

    /// The signature of a message: of identifier, time in seconds and body, with points between.
    package func signature(of id: String, at seconds: Int64, _ body: [UInt8]) throws -> String {
        var message = Array("\(id).\(seconds).".utf8)
        message += body
        let bytes: [UInt8] =
            switch key {
            case .shared(let bytes):
                Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: bytes)))
            case .ed25519(let key): Array(try key.signature(for: message))
            }
        return "\(scheme.rawValue),\(Base64.text(bytes))"
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
        let sealed = try key.seal(secret.bytes, at: place(of: endpoint, secret.scheme, number))
        let row = WebhookSecretRow(
            endpoint: endpoint.id, number: number, scheme: secret.scheme, dataKey: keyRow.id, sealed: sealed,
            createdAt: now, endsAt: nil)
        return (row, keyRow)
    }

    /// The secrets that open, in the same order.
    func open(
        _ rows: [WebhookSecretRow], of endpoint: WebhookEndpoint, under dataKeys: [DataKeyRow]
    ) async throws -> [WebhookSecret] {
        guard let organization = try await keys.existingKey(of: endpoint.organization) else { return [] }
        return rows.compactMap { row in
            dataKeys.first { $0.id == row.dataKey }.flatMap(organization.open)?
                .open(row.sealed, at: place(of: endpoint, row.scheme, row.number))
                .flatMap { WebhookSecret(row.scheme, bytes: $0) }
        }
    }

    /// A new value of an endpoint's own header field, sealed.
    func seal(
        _ header: WebhookHeader, of endpoint: WebhookEndpoint, number: Int, under organization: OrganizationKey,
        at now: Instant
    ) throws -> (row: WebhookHeaderRow, newKey: DataKeyRow) {
        let (key, keyRow) = try organization.makeDataKey(for: endpoint.id.description, at: now)
        let sealed = try key.seal(Array(header.value.utf8), at: headerPlace(of: endpoint, header.name, number))
        let row = WebhookHeaderRow(endpoint: endpoint.id, number: number, dataKey: keyRow.id, sealed: sealed)
        return (row, keyRow)
    }

    /// The field that an endpoint is sent, nil where its value does not open.
    func open(
        _ row: WebhookHeaderRow, of endpoint: WebhookEndpoint, under dataKeys: [DataKeyRow]
    ) async throws -> WebhookHeader? {
        guard let name = endpoint.headerName, let organization = try await keys.existingKey(of: endpoint.organization)
        else { return nil }
        return dataKeys.first { $0.id == row.dataKey }.flatMap(organization.open)?
            .open(row.sealed, at: headerPlace(of: endpoint, name, row.number))
            .flatMap { WebhookHeader(name: name, value: String(decoding: $0, as: UTF8.self)) }
    }

    /// With its name: a value that was given for one field is sent in no other.
    private func headerPlace(of endpoint: WebhookEndpoint, _ name: String, _ number: Int) -> SealedPlace {
        SealedPlace(
            table: "webhook_header", field: name, organization: endpoint.organization, environment: environment,
            holder: endpoint.id.description, provider: "", generation: number)
    }

    private func place(of endpoint: WebhookEndpoint, _ scheme: WebhookScheme, _ number: Int) -> SealedPlace {
        // A key for one scheme never signs in the other.
        let field =
            switch scheme {
            case .shared: "secret"
            case .publicKey: "private_key"
            }
        return SealedPlace(
            table: "webhook_secret", field: field, organization: endpoint.organization, environment: environment,
            holder: endpoint.id.description, provider: "", generation: number)
    }
}
