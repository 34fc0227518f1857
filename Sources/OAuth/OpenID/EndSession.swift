package import CredentialFormat
package import Model
package import Persistence
import Policy
import TextForms
package import Tokens

/// The rule of `/oauth2/logout` (OpenID Connect RP-Initiated Logout): whether the user is asked first, and where the
/// browser goes afterwards.
///
/// Anybody can send a browser here. So a session is ended without a question only if the request shows an ID token that
/// we gave for the very user who is signed in, and the browser is sent nowhere but to a URI that the app has registered
/// for this (threat R10).
package struct EndSession: Sendable {
    /// What the page does. Where to go is nil where nothing says so, and then a page says that the user is signed out.
    package enum Outcome: Hashable, Sendable {
        /// Ends the session, if there is one.
        case end(returningTo: String?)
        /// Asks the user whether to, and does it if so.
        case confirm(returningTo: String?)
    }

    private let store: any Store
    private let keyRing: KeyRing
    private let issuer: String

    /// - Parameter issuer: The public base URL, from the configuration (law 13).
    package init(store: any Store, keyRing: KeyRing, issuer: String) {
        self.store = store
        self.keyRing = keyRing
        self.issuer = issuer
    }

    /// What is to be done with a request.
    ///
    /// - Parameter member: Who is signed in in this browser, nil for nobody.
    /// - Throws: ``StoreError``.
    package func outcome(of request: EndSessionRequest, signedIn member: ID<Member>?) async throws -> Outcome {
        let hint = request.idTokenHint.flatMap { text in
            IDToken.verify(Array(text.utf8), issuer: issuer, with: keyRing.keys)
        }
        var app = hint?.audience
        if let client = request.clientID {
            let named = ID<App>(parsing: client)
            // Two that contradict each other are as good as none.
            app = app == nil || app == named ? named : nil
        }
        let destination = try await destination(of: request, for: app)
        guard let member else { return .end(returningTo: destination) }
        let isUsers = hint.map { $0.subject == member && $0.audience == app } ?? false
        return isUsers ? .end(returningTo: destination) : .confirm(returningTo: destination)
    }

    /// The URI of the request with its `state`, nil unless the app has registered it.
    private func destination(of request: EndSessionRequest, for app: ID<App>?) async throws -> String? {
        guard let app, let uri = request.postLogoutRedirectURI else { return nil }
        let registered = try await store.read { tx in try tx.app(app)?.signedOutURIs ?? [] }
        guard let match = registered.first(where: { $0.matches(uri) }),
            !match.hasParameter(among: RedirectURI.signedOutParameters)
        else { return nil }
        guard let state = request.state else { return uri }
        return "\(uri)\(uri.contains("?") ? "&" : "?")state=\(PercentEscape.value(state))"
    }
}
