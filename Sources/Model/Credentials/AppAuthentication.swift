/// How an app proves who it is at the token endpoint.
package struct AppAuthentication: Hashable, Sendable {
    /// The one method that is accepted, in the words of RFC 7591 §2; nil for either of the two that show a secret.
    package let only: ClientAuthenticationMethod?

    package init(only: ClientAuthenticationMethod?) {
        self.only = only
    }

    /// By its secret, in the header or in the body.
    package static let anySecret = AppAuthentication(only: nil)
    package static let basic = AppAuthentication(only: .basic)
    package static let post = AppAuthentication(only: .post)
    /// A public app.
    package static let none = AppAuthentication(only: ClientAuthenticationMethod.none)

    /// Whether it is accepted in this way.
    package func accepts(_ method: ClientAuthenticationMethod) -> Bool {
        only.map { $0 == method } ?? (method != .none)
    }
}
