package import CredentialFormat
package import Model
package import Policy
package import Tokens
package import Verification

/// A client that has proved who it is, and may call from where it calls. Only ``ClientAuthenticator`` can make one.
package struct AuthenticatedClient: Sendable {
    package let known: KnownClient

    fileprivate init(_ known: KnownClient) {
        self.known = known
    }

    package var id: ClientID { known.id }
}

/// Holds a claim against the client's secrets (RFC 6749 §2.3.1).
package struct ClientAuthenticator: Sendable {
    private let verifier: CredentialVerifier
    private let keyRing: KeyRing
    private let brand: Brand
    private static let refusal = OAuthError(.invalidClient, "The client is unknown or its secret is wrong.")

    package init(verifier: CredentialVerifier, keyRing: KeyRing, brand: Brand) {
        self.verifier = verifier
        self.keyRing = keyRing
        self.brand = brand
    }

    /// The client that the claim names, if it proves it; or what is missing to tell.
    ///
    /// An unknown client costs the same digest as a wrong secret, so the time tells neither from the other (threats J6,
    /// K15).
    ///
    /// - Throws: ``OAuthError``: `invalid_client` for an unknown client or a wrong secret, `unauthorized_client` for one
    ///   whose account is suspended or that may not call from here.
    package func authenticate(
        _ claim: ClientClaim, from address: IPAddress?, at now: Instant, findings: Findings
    ) throws(OAuthError) -> Partial<AuthenticatedClient> {
        guard let secret = PresentedSecret(parsing: Array(claim.secret.utf8), brand: brand),
            secret.kind == .clientSecret, let id = ClientID(parsing: claim.identifier)
        else { throw Self.refusal }
        let known: KnownClient?
        switch verifier.client(id, findings) {
        case .missing(let missing): return .missing(missing)
        case .answer(let client): known = client
        }
        guard let known, let match = match(secret, known, at: now) else {
            if known?.secrets.isEmpty ?? true { _ = secret.digest(under: keyRing.keys.peppers.newest) }
            throw Self.refusal
        }
        guard !known.standing.isSuspended else {
            throw OAuthError(.unauthorizedClient, "The account is suspended.", rule: "suspended")
        }
        if let integration = known.integration, !integration.addresses.allows(address) {
            throw OAuthError(.unauthorizedClient, "The client may not call from this address.", rule: "address")
        }
        verifier.usage.count(match.usage, at: now, from: address)
        return .answer(AuthenticatedClient(known))
    }

    /// The live secret that was presented. All are tried, so the time does not tell which.
    private func match(_ presented: PresentedSecret, _ client: KnownClient, at now: Instant) -> KnownClient.Secret? {
        var match: KnownClient.Secret?
        for candidate in client.secrets {
            guard let pepper = keyRing.keys.peppers.version(candidate.secret.digest.pepperVersion) else { continue }
            let isRight = candidate.secret.digest.matches(presented.digest(under: pepper))
            if isRight, candidate.secret.isLive(at: now) { match = candidate }
        }
        return match
    }
}
