package import CredentialFormat
import Events
package import Model
import Persistence
import ProductDefinition
import ProviderDefinition

/// Tokens that another system holds. From then on they are ours alone: where the provider's refresh tokens are spent by use, the other
/// system must forget them. It holds secrets.
package struct ImportDraft: Sendable, Redacted {
    package var provider: String
    package var name: String?
    package var accessToken: String?
    package var refreshToken: String?
    /// Nil where nobody knows; then a provider that can be asked is asked.
    package var accessExpiresAt: Instant?
    package var refreshExpiresAt: Instant?
    /// When the user consented, nil where nobody knows.
    package var consentedAt: Instant?
    package var variables: [String: String]
    /// What a callback gave to keep, such as a company's number.
    package var metadata: [String: String]

    package init(
        provider: String, name: String? = nil, accessToken: String? = nil, refreshToken: String? = nil,
        accessExpiresAt: Instant? = nil, refreshExpiresAt: Instant? = nil, consentedAt: Instant? = nil,
        variables: [String: String] = [:], metadata: [String: String] = [:]
    ) {
        self.provider = provider
        self.name = name
        self.accessToken = accessToken
        self.refreshToken = refreshToken
        self.accessExpiresAt = accessExpiresAt
        self.refreshExpiresAt = refreshExpiresAt
        self.consentedAt = consentedAt
        self.variables = variables
        self.metadata = metadata
    }
}

extension ConnectionService {
    /// By so much the clock of who takes tokens over may be ahead of ours.
    private static let skewSeconds = 300

    /// Takes tokens over that another system holds, once the provider has shown that they work: by looking, or by a renewal where there
    /// is no access token that still lives.
    package func adopt(
        _ draft: ImportDraft, in id: ID<Organization>, as actor: Actor
    ) async throws -> ConnectOutcome {
        let organization = try await own.read(as: actor) { tx in
            try tx.organization(id, where: actor, may: .connectionsManage)
        }
        guard let offered = offered(draft.provider) else { throw Refusal.notFound }
        let provider = offered.provider
        let time = now()
        var checks = FieldChecks()
        let name = draft.name.map { checks.line("name", $0) }
        let variables = checks.variables(draft.variables, of: offered)
        checks.token("access_token", draft.accessToken)
        checks.token("refresh_token", draft.refreshToken)
        // What a provider pushes counts where the consent is older: one to come would be out of its reach.
        checks.require(
            draft.consentedAt.map { $0 <= time.adding(seconds: Self.skewSeconds) } ?? true, "consented_at",
            "out_of_range", "Must not be in the future.")
        let kept = Set(provider.authorization.callback.metadata.keys)
        for name in draft.metadata.keys.sorted() where !kept.contains(name) {
            checks.refuse("metadata.\(name)", "unknown", "Is nothing that this provider's connections keep.")
        }
        let lives = draft.accessToken != nil && draft.accessExpiresAt.map { $0 > time.adding(seconds: 60) } ?? true
        let needsRefreshToken = if case .refreshToken = provider.renewal.grant { true } else { false }
        if needsRefreshToken, !provider.renewal.mayLackRefreshToken {
            checks.require(
                draft.refreshToken != nil, "refresh_token", "required", "Without it nothing renews the connection.")
        } else {
            checks.require(draft.accessToken != nil, "access_token", "required", "Must be given.")
        }
        try checks.finish()
        try await own.read(as: actor) { tx in try requireRoom(in: organization.account, tx: tx) }
        guard let client = try await client(of: offered.offer), let secret = client.secrets.first else {
            throw Self.notReady
        }
        var values = RequestValues()
        values[.clientIdentifier] = client.access.clientID
        values[.clientSecret] = secret
        values[.accessToken] = draft.accessToken
        values[.refreshToken] = draft.refreshToken
        values[.scope] = offered.scopes.joined(separator: provider.authorization.scope.separator)
        for (name, value) in variables { values[.variable(name)] = value }
        for (name, value) in draft.metadata { values[.metadata(name)] = value }
        var chain = TokenChain(provider, over: transport, with: values, holding: draft.held)
        do {
            if lives {
                try await chain.adopt()
            } else {
                try await chain.renew()
            }
        } catch {
            let failure = ConnectFailure(error)
            await note(failure, of: client.access)
            return .failed(failure)
        }
        var granted = GrantedTokens(chain, sentAt: time)
        granted.consentedAt = min(draft.consentedAt ?? time, time)
        granted.metadata.merge(draft.metadata) { found, _ in found }
        granted.metadata.merge(variables) { found, _ in found }
        return try await keep(
            granted, of: provider, through: client.access, in: organization, for: nil, called: name, asked: [],
            action: .connectionImported, as: actor)
    }
}

extension ImportDraft {
    /// As an answer would have said it.
    fileprivate var held: TokenAnswer {
        var answer = TokenAnswer()
        answer.accessToken = accessToken
        answer.refreshToken = refreshToken
        answer.accessExpiry = accessExpiresAt.map(StatedExpiry.at)
        answer.refreshExpiry = refreshExpiresAt.map(StatedExpiry.at)
        return answer
    }
}

extension FieldChecks {
    fileprivate mutating func token(_ field: String, _ text: String?) {
        guard let text else { return }
        require(
            !text.isEmpty && text.utf8.count <= 16_384 && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }, field,
            "invalid", "Must be 1 to 16384 visible ASCII characters.")
    }
}
