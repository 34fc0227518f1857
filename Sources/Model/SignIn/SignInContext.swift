package import CredentialFormat

/// In which session a user let an app in, and how they had proved there who they are: what an ID token tells of it.
package struct SignInContext: Hashable, Sendable {
    /// The `sid` of an ID token: what names a session, and never the secret that opens it.
    package let session: ID<MemberSession>
    /// In the order in which they were shown: the `amr` of an ID token.
    package let methods: [SignInMethod]

    /// The `acr` of an ID token.
    package var level: SignInLevel { SignInLevel(of: methods) }

    package init(session: ID<MemberSession>, methods: [SignInMethod]) {
        self.session = session
        self.methods = methods
    }
}

/// How sure it is that a user is who they seem: the `acr` of an ID token (OpenID Connect Core §2), from the least to the most.
package enum SignInLevel: String, Hashable, Sendable, CaseIterable {
    /// The operator's backend said who they are, and nothing was shown here.
    case handedOver = "urn:claviger:acr:handover"
    /// One thing was shown: a password, or a link.
    case single = "urn:claviger:acr:1fa"
    /// Besides that, a code of an authenticator or a recovery code.
    case multiple = "urn:claviger:acr:2fa"

    package init(of methods: [SignInMethod]) {
        if methods.contains(.multiple) {
            self = .multiple
        } else {
            self = methods.contains(.password) || methods.contains(.link) ? .single : .handedOver
        }
    }
}
