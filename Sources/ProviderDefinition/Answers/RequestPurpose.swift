/// What was asked, which decides how an error is read that no rule names.
package enum RequestPurpose: Sendable, Hashable {
    /// The token endpoint was asked for tokens.
    case token
    /// An access token was used.
    case use
}
