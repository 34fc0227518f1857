/// What shows to the provider who asks.
package enum RequestAuthentication: Sendable, Equatable {
    /// Our client, by two more parameters.
    case clientParameters(identifier: String, secret: String)
    /// Our client, by the Basic scheme (RFC 6749 §2.3.1).
    case clientBasic
    /// The access token, as `Authorization: Bearer`.
    case bearer
    /// The access token, in a header of the provider's own.
    case header(String)
    /// Nothing but what the parameters say.
    case none
}
