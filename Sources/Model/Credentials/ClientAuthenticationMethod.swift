/// How a client proves who it is at the token endpoint, in the registered words of RFC 7591 §2.
package enum ClientAuthenticationMethod: String, Hashable, Sendable, CaseIterable {
    /// In the `Authorization` header (RFC 6749 §2.3.1).
    case basic = "client_secret_basic"
    /// In the body (RFC 6749 §2.3.1).
    case post = "client_secret_post"
    /// Not at all: a public client, which proves with PKCE alone that it is the one that asked.
    case none
}
