/// How access is given back.
package struct Revocation: Sendable, Equatable {
    /// What a revocation ends.
    package enum BlastRadius: String, Sendable, CaseIterable {
        /// The token that was sent.
        case token
        /// The connection's tokens.
        case connection
        /// Everything that this user has consented to for our client, other connections too.
        case userApp = "user_app"
    }

    package let request: RequestTemplate
    package let blastRadius: BlastRadius
}
