package import CredentialFormat
import Crypto
import Events
package import Model
import Persistence
import ProductDefinition
import ProviderDefinition
import TextForms

/// What a person who connects an account says beforehand.
package struct ConnectDraft: Sendable {
    package var provider: String
    /// Nil for what the provider calls the account.
    package var name: String?
    /// Values for the provider's variables that the product leaves open.
    package var variables: [String: String]

    package init(provider: String, name: String? = nil, variables: [String: String] = [:]) {
        self.provider = provider
        self.name = name
        self.variables = variables
    }
}

extension ConnectionService {
    /// Begins a connection: keeps what the `state` stands for, and says where the browser is sent.
    ///
    /// - Parameter session: What only this browser's session has. The consent can end nowhere else.
    /// - Returns: The address of the provider's page.
    package func start(
        _ draft: ConnectDraft, in organization: ID<Organization>, session: String, as actor: Actor
    ) async throws -> String {
        let home = try await own.read(as: actor) { tx in
            try tx.organization(organization, where: actor, may: .connectionsManage)
        }
        guard let offered = offered(draft.provider) else { throw Refusal.notFound }
        var checks = FieldChecks()
        let name = draft.name.map { checks.line("name", $0) }
        let variables = checks.variables(draft.variables, of: offered)
        try checks.finish()
        try await own.read(as: actor) { tx in try requireRoom(in: home.account, tx: tx) }
        return try await send(
            offered, in: organization, for: nil, name: name, variables: variables, session: session, as: actor)
    }

    /// Sends the user of a connection to consent once more. It keeps its identifier, its children and its history.
    ///
    /// - Returns: As ``start(_:in:session:as:)``.
    package func reconnect(
        _ id: ID<Connection>, in organization: ID<Organization>, session: String, as actor: Actor
    ) async throws -> String {
        let connection = try await own.read(as: actor) { tx in
            try tx.connection(id, in: organization, where: actor, may: .connectionsManage)
        }
        guard connection.status != .disconnected else {
            throw Refusal.conflict(
                code: "disconnected", explanation: "It was ended. Connect the account anew.")
        }
        guard let offered = offered(connection.provider) else {
            throw Refusal.conflict(code: "not_offered", explanation: "The product offers this provider no longer.")
        }
        let names = Set(offered.provider.variables.map(\.name))
        let variables = connection.metadata.filter { names.contains($0.key) }
        return try await send(
            offered, in: organization, for: id, name: nil, variables: variables, session: session, as: actor)
    }

    private func send(
        _ offered: Offered, in organization: ID<Organization>, for connection: ID<Connection>?, name: String?,
        variables: [String: String], session: String, as actor: Actor
    ) async throws -> String {
        guard let client = try await client(of: offered.offer), !client.secrets.isEmpty else {
            throw Self.notReady
        }
        let provider = offered.provider
        let state = Self.makeState()
        let scopes = offered.scopes
        let consent = ConnectionConsent(
            organization: organization, provider: provider.identifier, access: client.access.id,
            session: try fingerprint(of: "connect_session", session), connection: connection, name: name,
            scopes: scopes, variables: variables, redirectURI: redirectURI(of: provider.identifier), createdAt: now())
        var values = RequestValues()
        values[.clientIdentifier] = client.access.clientID
        values[.redirectURI] = consent.redirectURI
        for (name, value) in variables { values[.variable(name)] = value }
        let address: String
        do {
            address = try provider.consentAddress(
                with: values, state: state, scopes: scopes,
                challenge: try challenge(of: state, for: provider.authorization.proofKey),
                isReconnecting: connection != nil)
        } catch let failure as RequestFailure {
            throw Refusal.conflict(
                code: "provider_not_ready",
                explanation: "No address of consent can be made: \(failure.failure.code).")
        }
        let digest = try fingerprint(of: "connect_state", state)
        try await own.write(as: actor) { tx in
            try tx.insert(consent, state: digest)
            try tx.trimConnectionConsents(of: organization, toNewest: ConnectionConsent.maximumCount)
        }
        return transport.pageAddress(address)
    }

    private func challenge(of state: String, for proofKey: ConsentRequest.ProofKey) throws -> String? {
        let digest = Array(SHA256.hash(data: Array(try codeVerifier(of: state).utf8)))
        return switch proofKey {
        case .none: nil
        case .s256: Base64URL.text(digest)
        case .s256Hexadecimal: Hexadecimal.text(digest)
        }
    }

    /// 256 bits of the system's generator.
    private static func makeState() -> String {
        var text: [UInt8] = []
        Base62.append(bytes: SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }, to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

extension FieldChecks {
    /// Values for all variables of a provider: the product's own count first, then those given, then the file's.
    mutating func variables(_ given: [String: String], of offered: ConnectionService.Offered) -> [String: String] {
        var values: [String: String] = [:]
        let fixed = offered.offer.variables
        for name in given.keys.sorted() {
            require(
                fixed[name] == nil && offered.provider.variables.contains { $0.name == name }, "variables.\(name)",
                "unknown", "Is nothing that this provider asks for.")
        }
        for variable in offered.provider.variables {
            guard let value = fixed[variable.name] ?? given[variable.name] ?? variable.standard else {
                refuse("variables.\(variable.name)", "required", "Must be given: \(variable.title).")
                continue
            }
            require(
                variable.allows(value), "variables.\(variable.name)", "invalid",
                "Has not the form of \(variable.title).")
            values[variable.name] = value
        }
        return values
    }
}
