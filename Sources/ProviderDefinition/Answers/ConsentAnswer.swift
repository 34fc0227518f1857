import CredentialFormat

/// What a browser brought back from a consent. It holds a code.
package struct ConsentAnswer: Sendable, Equatable, Redacted {
    package let code: String
    /// What the user granted, nil where the provider does not say it here.
    package let scopes: [String]?
    /// What is kept with the connection.
    package let metadata: [String: String]
}

/// Why a callback is no answer to a consent. It says no value but a provider's code of an error.
package enum ConsentFailure: Error, Sendable, Equatable {
    /// The user said no.
    case denied
    /// The provider said why not, in a word of its own.
    case refused(code: String)
    /// It has neither a code nor an error, or something twice.
    case incomplete
    /// It says that it comes from another provider, or does not say from whom although it must (mix-up, RFC 9207 §2.4).
    case foreignIssuer
    /// Its signature is missing or another.
    case unsigned
}
