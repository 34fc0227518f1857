import CredentialFormat
import Model
import Policy
package import Verification

/// `POST /oauth2/introspect` (RFC 7662): tells an authenticated client what a credential is worth.
///
/// A resource server sees what is meant for it, an integration or an app its own tokens. Everything else is inactive, whatever it
/// is (threat I1).
package struct IntrospectionEndpoint: Sendable {
    /// What the endpoint says.
    package enum Answer: Sendable {
        case inactive(Verdict.Rule)
        /// With what people call the user (`username`, RFC 7662 §2.2), if the asker may know.
        case active(VerifiedCaller, username: String?)
    }

    private let authenticator: ClientAuthenticator
    private let verifier: CredentialVerifier

    package init(authenticator: ClientAuthenticator, verifier: CredentialVerifier) {
        self.authenticator = authenticator
        self.verifier = verifier
    }

    /// What the credential is worth, or what is missing to tell. Memory alone is asked.
    ///
    /// The standard has no parameter for the address of the caller whose credential it is. Ours is `client_address`;
    /// without it, a credential that is bound to addresses is inactive, because nobody showed that it came from one of
    /// them (threat I8).
    ///
    /// - Throws: ``OAuthError``.
    package func answer(_ request: inout OAuthRequest, findings: Findings) throws(OAuthError) -> Partial<Answer> {
        let client: AuthenticatedClient
        switch try authenticator.authenticate(&request, findings: findings) {
        case .missing(let missing): return .missing(missing)
        case .answer(let authenticated): client = authenticated
        }
        // RFC 7662 §2.1: who looks must have proved who they are.
        guard request.claim.method != .none else {
            throw OAuthError(.invalidClient, "A public client cannot introspect.")
        }
        guard let text = request.form["token"] else { throw OAuthError(.invalidRequest, "token is missing.") }
        var address: IPAddress?
        if let given = request.form["client_address"] {
            guard let parsed = IPAddress(given) else {
                throw OAuthError(.invalidRequest, "client_address is no address.")
            }
            address = parsed
        }
        let audiences: [String]
        switch self.audiences(that: client, maySee: text, findings) {
        case .missing(let missing): return .missing(missing)
        case .answer(.none): return .answer(.inactive(.audience))
        case .answer(.some(let visible)): audiences = visible
        }
        let demand = Demand(address: address, audiences: audiences)
        switch verifier.judge(text, demand, at: request.now, findings: findings) {
        case .missing(let missing): return .missing(missing)
        case .answer(.refused(let rule)): return .answer(.inactive(rule))
        case .answer(.admitted(let caller)):
            return .answer(.active(caller, username: Self.username(of: caller, for: client)))
        }
    }

    /// The address by which the user signs in. A backend of the operator may know whom it serves; an app is told by the
    /// scope `email` alone, whichever endpoint it asks (RFC 7662 §5).
    private static func username(of caller: VerifiedCaller, for client: AuthenticatedClient) -> String? {
        let isTold: Bool
        if case .resourceServer = client.known.kind {
            isTold = true
        } else {
            isTold = IdentityScope.email.scope.map(caller.scopes.contains) ?? false
        }
        return isTold ? caller.credential.lineage?.username : nil
    }

    /// The audiences for which the client may look at the credential, nil if it may not at all.
    private func audiences(
        that client: AuthenticatedClient, maySee text: String, _ findings: Findings
    ) -> Partial<[String]?> {
        switch client.known.kind {
        case .resourceServer(let server): return .answer(server.audiences)
        case .integration, .app:
            switch verifier.accessToken(text, findings) {
            case .missing(let missing): return .missing(missing)
            case .answer(let token): return .answer(token.flatMap { $0.client == client.id ? $0.audiences : nil })
            }
        }
    }
}
