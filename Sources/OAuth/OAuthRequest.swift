package import Model
package import Policy
package import Verification

/// What reaches an OAuth endpoint by POST, parsed as far as all endpoints share it.
package struct OAuthRequest: Sendable {
    package let claim: ClientClaim
    package let form: Form
    /// From where it came, nil if nobody knows.
    package let address: IPAddress?
    package let now: Instant
    /// The secret that the client proved itself with, once it has. A call may be judged several times before it is
    /// answered, and is one use of that secret: whoever answers counts it.
    package internal(set) var usedSecret: UsageCell?
    /// The access key that said for whom an integration acts, once it has been issued a token for it.
    package internal(set) var usedAccessKey: UsageCell?
    /// The same of the app whose secret it is, none for other clients.
    package internal(set) var usedApp: UsageCell?

    /// - Throws: ``OAuthError``, as ``ClientClaim/init(authorization:form:)``.
    package init(authorization: String?, form: Form, address: IPAddress?, now: Instant) throws(OAuthError) {
        claim = try ClientClaim(authorization: authorization, form: form)
        self.form = form
        self.address = address
        self.now = now
    }
}
