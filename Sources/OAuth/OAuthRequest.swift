package import Model
package import Policy

/// What reaches an OAuth endpoint by POST, parsed as far as all endpoints share it.
package struct OAuthRequest: Sendable {
    package let claim: ClientClaim
    package let form: Form
    /// From where it came, nil if nobody knows.
    package let address: IPAddress?
    package let now: Instant

    /// - Throws: ``OAuthError``, as ``ClientClaim/init(authorization:form:)``.
    package init(authorization: String?, form: Form, address: IPAddress?, now: Instant) throws(OAuthError) {
        claim = try ClientClaim(authorization: authorization, form: form)
        self.form = form
        self.address = address
        self.now = now
    }
}
