import CredentialFormat
package import Model
package import Persistence
import ProviderDefinition
package import Tokens

/// What is secret of a connection, in clear.
package struct ConnectionSecrets: Sendable, Redacted {
    package var accessToken: String?
    package var refreshToken: String?
    /// Tokens of what is below it, by the name of their field.
    package var ofChildren: [String: String]

    package init(accessToken: String?, refreshToken: String?, ofChildren: [String: String] = [:]) {
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.ofChildren = ofChildren
    }

    static let accessField = "access_token"
    static let refreshField = "refresh_token"

    /// Takes over what an answer says of children.
    mutating func take(_ children: [ChildAnswer]) {
        ofChildren = [:]
        for child in children {
            let name = "child/\(child.kind)/\(child.identifier)"
            if let token = child.answer.accessToken { ofChildren["\(name)/\(Self.accessField)"] = token }
            if let token = child.answer.refreshToken { ofChildren["\(name)/\(Self.refreshField)"] = token }
        }
    }

    /// By field.
    fileprivate var fields: [String: String] {
        var fields = ofChildren
        fields[Self.accessField] = accessToken
        fields[Self.refreshField] = refreshToken
        return fields
    }

    fileprivate init(fields: [String: String]) {
        var rest = fields
        accessToken = rest.removeValue(forKey: Self.accessField)
        refreshToken = rest.removeValue(forKey: Self.refreshField)
        ofChildren = rest
    }
}

/// Seals and opens what is secret of connections and of our clients at providers, each value for its own place.
package struct ConnectionVault: Sendable {
    /// After so many generations a data key has sealed enough.
    private static let generationsOfAKey = 100_000

    let keys: OrganizationKeys
    private let environment: String

    /// - Parameter environment: Which installation it is: the brand.
    package init(keys: OrganizationKeys, environment: String) {
        self.keys = keys
        self.environment = environment
    }

    /// Gets ready to seal a generation of a connection: from then on nobody has to be asked for a key.
    ///
    /// - Parameters:
    ///   - last: The data key that sealed the generation before.
    ///   - isFresh: Whether a new data key seals them.
    package func seal(
        for connection: Connection, generation: Int, under last: DataKeyRow?, isFresh: Bool, at now: Instant
    ) async throws -> ConnectionSeal {
        let organization = try await keys.key(of: connection.organization)
        return try seal(
            for: connection, generation: generation, by: organization, under: last.flatMap(organization.open),
            isFresh: isFresh, at: now)
    }

    /// The same for what comes after a generation that is open: nobody is asked for a key.
    func seal(
        for connection: Connection, generation: Int, after opened: Opened, isFresh: Bool, at now: Instant
    ) throws -> ConnectionSeal {
        try seal(
            for: connection, generation: generation, by: opened.organization, under: opened.key, isFresh: isFresh,
            at: now)
    }

    private func seal(
        for connection: Connection, generation: Int, by organization: OrganizationKey, under last: DataKey?,
        isFresh: Bool, at now: Instant
    ) throws -> ConnectionSeal {
        let isWorn = generation % Self.generationsOfAKey == 0
        let known = isFresh || isWorn ? nil : last
        let made = known == nil ? try organization.makeDataKey(for: connection.id.description, at: now) : nil
        guard let key = known ?? made?.key else { throw CustodyError.unreadable(connection.organization) }
        return ConnectionSeal(
            key: key, newKey: made?.row, connection: connection, generation: generation, environment: environment)
    }

    /// Seals secrets for a generation of a connection.
    ///
    /// - Returns: The sealed fields, and the new data key, where there is one.
    package func seal(
        _ secrets: ConnectionSecrets, of connection: Connection, generation: Int, under last: DataKeyRow?,
        isFresh: Bool, at now: Instant
    ) async throws -> (rows: [ConnectionSecretRow], newKey: DataKeyRow?) {
        let seal = try await seal(for: connection, generation: generation, under: last, isFresh: isFresh, at: now)
        return (try seal.rows(of: secrets), seal.newKey)
    }

    /// What is sealed for the connection's generation, nil if any of it does not open.
    ///
    /// - Throws: Where the key of the organization cannot be had now.
    package func open(
        _ rows: [ConnectionSecretRow], of connection: Connection, under dataKeys: [DataKeyRow]
    ) async throws -> ConnectionSecrets? {
        try await opened(rows, of: connection, under: dataKeys)?.secrets
    }

    /// What was opened, the key under which the first of it was sealed, and the one that wraps that.
    final class Opened: Sendable, Redacted {
        let secrets: ConnectionSecrets
        fileprivate let key: DataKey?
        fileprivate let organization: OrganizationKey

        fileprivate init(_ secrets: ConnectionSecrets, _ key: DataKey?, wrappedBy organization: OrganizationKey) {
            self.secrets = secrets
            self.key = key
            self.organization = organization
        }
    }

    /// The same, with the keys.
    func opened(
        _ rows: [ConnectionSecretRow], of connection: Connection, under dataKeys: [DataKeyRow]
    ) async throws -> Opened? {
        let organization: OrganizationKey?
        do {
            organization = try await keys.existingKey(of: connection.organization)
        } catch CustodyError.unreadable {
            organization = nil
        }
        return organization.flatMap { opened(rows, of: connection, under: dataKeys, wrappedBy: $0) }
    }

    /// As above, by a key of the organization that was had already.
    func open(
        _ rows: [ConnectionSecretRow], of connection: Connection, under dataKeys: [DataKeyRow],
        wrappedBy organization: OrganizationKey
    ) -> ConnectionSecrets? {
        opened(rows, of: connection, under: dataKeys, wrappedBy: organization)?.secrets
    }

    private func opened(
        _ rows: [ConnectionSecretRow], of connection: Connection, under dataKeys: [DataKeyRow],
        wrappedBy organization: OrganizationKey
    ) -> Opened? {
        var fields: [String: String] = [:]
        // One key has sealed most, and may have sealed thousands of pages' tokens.
        var opened: [ID<DataKeyRow>: DataKey] = [:]
        for row in rows {
            if opened[row.dataKey] == nil {
                opened[row.dataKey] = dataKeys.first { $0.id == row.dataKey }.flatMap(organization.open)
            }
            guard let key = opened[row.dataKey],
                let plain = key.open(
                    row.sealed,
                    at: SealedPlace(connectionSecret: row.field, of: connection, connection.generation, environment)),
                let text = String(validating: plain, as: UTF8.self)
            else { return nil }
            fields[row.field] = text
        }
        guard let first = rows.first else { return nil }
        return Opened(ConnectionSecrets(fields: fields), opened[first.dataKey], wrappedBy: organization)
    }
}

/// What seals one generation of a connection, got ready.
package final class ConnectionSeal: Sendable {
    /// Nil where the key of the generation before goes on.
    package let newKey: DataKeyRow?
    private let key: DataKey
    private let connection: Connection
    private let generation: Int
    private let environment: String

    fileprivate init(
        key: DataKey, newKey: DataKeyRow?, connection: Connection, generation: Int, environment: String
    ) {
        self.key = key
        self.newKey = newKey
        self.connection = connection
        self.generation = generation
        self.environment = environment
    }

    package func rows(of secrets: ConnectionSecrets) throws -> [ConnectionSecretRow] {
        try secrets.fields.sorted { $0.key < $1.key }.map { field, text in
            let place = SealedPlace(connectionSecret: field, of: connection, generation, environment)
            return ConnectionSecretRow(
                connection: connection.id, generation: generation, field: field, dataKey: key.id,
                sealed: try key.seal(Array(text.utf8), at: place))
        }
    }
}

extension SealedPlace {
    fileprivate init(
        connectionSecret field: String, of connection: Connection, _ generation: Int, _ environment: String
    ) {
        self.init(
            table: "connection_secret", field: field, organization: connection.organization, environment: environment,
            holder: connection.id.description, provider: connection.provider, generation: generation)
    }
}

extension ConnectionVault {
    /// Seals a secret of our client at a provider.
    package func seal(
        clientSecret: String, of access: ProviderAccess, generation: Int, at now: Instant
    ) async throws -> (row: ProviderAccessSecretRow, newKey: DataKeyRow) {
        let (key, keyRow) = try await keys.key(of: access.organization)
            .makeDataKey(for: access.id.description, at: now)
        let sealed = try key.seal(Array(clientSecret.utf8), at: place(of: access, generation))
        return (
            ProviderAccessSecretRow(
                access: access.id, generation: generation, dataKey: keyRow.id, sealed: sealed, createdAt: now,
                endsAt: nil), keyRow
        )
    }

    /// The secrets of our client that open, in the same order.
    package func open(
        _ rows: [ProviderAccessSecretRow], of access: ProviderAccess, under dataKeys: [DataKeyRow]
    ) async throws -> [String] {
        guard let organization = try await keys.existingKey(of: access.organization) else { return [] }
        return open(rows, of: access, under: dataKeys, wrappedBy: organization)
    }

    /// As above, by a key of the organization that was had already.
    func open(
        _ rows: [ProviderAccessSecretRow], of access: ProviderAccess, under dataKeys: [DataKeyRow],
        wrappedBy organization: OrganizationKey
    ) -> [String] {
        rows.compactMap { row in
            dataKeys.first { $0.id == row.dataKey }.flatMap(organization.open)?
                .open(row.sealed, at: place(of: access, row.generation))
                .flatMap { String(validating: $0, as: UTF8.self) }
        }
    }

    /// The secrets of our client that are in force and open, newest first.
    func secrets(of access: ProviderAccess, in store: any Store, at time: Instant) async throws -> [String] {
        let (rows, keys) = try await store.read { tx in
            (try tx.providerAccessSecrets(of: access.id, at: time), try tx.dataKeys(of: access.id.description))
        }
        return try await open(rows, of: access, under: keys)
    }

    private func place(of access: ProviderAccess, _ generation: Int) -> SealedPlace {
        SealedPlace(
            table: "provider_access_secret", field: "client_secret", organization: access.organization,
            environment: environment, holder: access.id.description, provider: access.provider, generation: generation)
    }
}
