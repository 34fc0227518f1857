package import CredentialFormat
package import Model
import Policy
import ProductDefinition
import Tokens
package import Verification

/// A client that has proved who it is, and may call from where it calls. Only ``ClientAuthenticator`` can make one.
package struct AuthenticatedClient: Sendable {
    package let known: KnownClient

    fileprivate init(_ known: KnownClient) {
        self.known = known
    }

    package var id: ClientID { known.id }
}

/// Holds a claim against the client's secrets (RFC 6749 §2.3.1), and against how it was registered.
package struct ClientAuthenticator: Sendable {
    private let brand: Brand
    private static let refusal = OAuthError(.invalidClient, "The client is unknown or its secret is wrong.")
    private static let wantsHeader = OAuthError(
        .invalidClient, "The secret is right, but this app is registered for client_secret_basic: in the header.",
        rule: "wrong_method")
    private static let wantsBody = OAuthError(
        .invalidClient, "The secret is right, but this app is registered for client_secret_post: in the body.",
        rule: "wrong_method")
    private static let unproven = OAuthError(.invalidClient, "The client did not authenticate.")

    package init(brand: Brand) {
        self.brand = brand
    }

    /// The client that the request names, if it proves it. The secret that proves it is noted in the record.
    ///
    /// An unknown client costs the same digest as a wrong secret, so the time tells neither from the other (threats J6,
    /// K15).
    ///
    /// - Throws: ``OAuthError``: `invalid_client` for an unknown client or a wrong secret, `unauthorized_client` for one
    ///   that is disabled, whose account is suspended or on a plan without it, or that may not call from here; ``Missing``.
    package func authenticate(
        _ request: OAuthRequest, _ evidence: Evidence, noting record: inout JudgementRecord
    ) throws -> AuthenticatedClient {
        // 1. Who it says that it is.
        let claim = request.claim
        guard let id = ClientID(parsing: claim.identifier) else { throw Self.refusal }
        if claim.method == .none { return try identify(id, request, evidence, noting: &record) }
        do {
            return try prove(id, request, evidence, noting: &record)
        } catch let refusal as OAuthError {
            if refusal.rule == Self.refusal.rule { record.failsToProve(id) }
            throw refusal
        }
    }

    /// The client of this identifier, if the secret is its own.
    private func prove(
        _ id: ClientID, _ request: OAuthRequest, _ evidence: Evidence, noting record: inout JudgementRecord
    ) throws -> AuthenticatedClient {
        let claim = request.claim
        // 2. Whether there is such a client. No look-up for what cannot be a secret of ours.
        let found: KnownClient?
        do throws(Missing) {
            found = try evidence.client(id)
        } catch {
            _ = try presented(claim)
            throw error
        }
        if let found { record.names(found) }
        // 3. Whether the secret is one of its own, and lives.
        let fingerprint = Fingerprint(of: claim.secret.text)
        var match = acceptedBefore(fingerprint, found)
        if match == nil {
            match = self.match(try presented(claim), fingerprint, found, try peppers(for: found, evidence))
        }
        guard let known = found, let match, match.secret.isLive(at: request.now) else { throw Self.refusal }
        // 4. Whether it was sent as the client is registered. It is proven, so this tells nobody who should not know.
        guard known.proves(by: claim.method) else {
            throw claim.method == .basic ? Self.wantsBody : Self.wantsHeader
        }
        // 5. Whether those who manage it, account and plan let the client in, and from here.
        try known.requireStanding()
        if let integration = known.integration, !integration.addresses.allows(request.address) {
            throw OAuthError(.unauthorizedClient, "The client may not call from this address.", rule: "address")
        }
        record.proved(known, by: match.usage, from: request.address)
        return AuthenticatedClient(known)
    }

    /// The client of this identifier, if it is a public app: anybody may say so, and what it gets hangs on PKCE and on
    /// the tokens that it brings.
    private func identify(
        _ id: ClientID, _ request: OAuthRequest, _ evidence: Evidence, noting record: inout JudgementRecord
    ) throws -> AuthenticatedClient {
        guard case .app = id, let known = try evidence.client(id) else { throw Self.unproven }
        record.names(known)
        guard known.proves(by: .none) else { throw Self.unproven }
        try known.requireStanding()
        record.proved(known, by: nil, from: request.address)
        return AuthenticatedClient(known)
    }

    /// The secret, if it has the form of one.
    private func presented(_ claim: ClientClaim) throws(OAuthError) -> PresentedSecret {
        guard let secret = PresentedSecret(parsing: Array(claim.secret.utf8), brand: brand),
            secret.kind == .clientSecret
        else { throw Self.refusal }
        return secret
    }

    /// The secret with this fingerprint, if its digest was held against it before. Who presents it again knows it, so
    /// that this takes less time tells nobody anything.
    private func acceptedBefore(_ fingerprint: Fingerprint, _ client: KnownClient?) -> KnownClient.Secret? {
        client?.secrets.first { $0.wasAccepted(fingerprint) }
    }

    /// The peppers, with those that the client's secrets are digested under.
    private func peppers(for client: KnownClient?, _ evidence: Evidence) throws(Missing) -> Peppers {
        for secret in client?.secrets ?? [] {
            _ = try evidence.keys(having: .pepper(version: secret.secret.digest.pepperVersion))
        }
        return try evidence.keys().peppers
    }

    /// The secret that was presented. All are tried, and where there is none one digest is made all the same, so the
    /// time tells neither which it is nor whether there is such a client.
    private func match(
        _ presented: PresentedSecret, _ fingerprint: Fingerprint, _ client: KnownClient?, _ peppers: Peppers
    ) -> KnownClient.Secret? {
        guard let client, !client.secrets.isEmpty else {
            _ = presented.digest(under: peppers.newest)
            return nil
        }
        var match: KnownClient.Secret?
        for candidate in client.secrets {
            guard let pepper = peppers.version(candidate.secret.digest.pepperVersion) else { continue }
            if candidate.secret.digest.matches(presented.digest(under: pepper)) { match = candidate }
        }
        match?.accept(fingerprint)
        return match
    }
}

extension KnownClient {
    /// Refuses a client that is disabled, whose account is suspended, or on a plan that does not have what the client is.
    fileprivate func requireStanding() throws(OAuthError) {
        guard !isDisabled else { throw .disabledClient }
        guard !standing.isSuspended else {
            throw OAuthError(.unauthorizedClient, "The account is suspended.", rule: "suspended")
        }
        switch kind {
        case .integration:
            guard standing.features.contains(.apiAccess) else { throw .noAPIAccess }
        case .app:
            guard standing.features.contains(.apps) else { throw .noApps }
        case .resourceServer: break
        }
    }

    /// Whether it may authenticate like this. An app does so as it was registered; what acts for itself may send its secret
    /// either way.
    fileprivate func proves(by method: ClientAuthenticationMethod) -> Bool {
        (app?.authentication ?? .anySecret).accepts(method)
    }
}
