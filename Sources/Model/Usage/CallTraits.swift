package import CredentialFormat

/// What calls have in common that are counted together, but for the time: whose they were, what they asked, and what came of it.
package struct CallTraits: Hashable, Sendable {
    /// The outcome of what was not refused.
    package static let admitted = "admitted"
    /// The scopes of calls whose own are counted no more, because a credential asked for too many different ones.
    package static let otherScopes = "*"

    package let account: ID<Organization>
    /// Where the credential stands.
    package let organization: ID<Organization>
    package let kind: KeptRefusal.Kind
    /// The API key, client or grant; nil where there were too many to count each by itself.
    package let credential: ID<AnyEntity>?
    /// The one that was shown, nil where none was, as with access tokens.
    package let secret: ID<AnyEntity>?
    /// What the route asked for, as one text in the order of names; empty for none.
    package let scopes: String
    /// ``admitted``, or the rule that refused (``RefusalRule``).
    package let outcome: String
    /// What was answered, as in HTTP.
    package let status: Int

    package init(
        account: ID<Organization>, organization: ID<Organization>, kind: KeptRefusal.Kind, credential: ID<AnyEntity>?,
        secret: ID<AnyEntity>?, scopes: String, outcome: String, status: Int
    ) {
        self.account = account
        self.organization = organization
        self.kind = kind
        self.credential = credential
        self.secret = secret
        self.scopes = scopes
        self.outcome = outcome
        self.status = status
    }
}
