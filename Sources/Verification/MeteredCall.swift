import CredentialFormat
import Model

/// A call that is to be counted.
struct MeteredCall {
    let kind: KeptRefusal.Kind
    let credential: ID<AnyEntity>
    /// Zero where none was shown.
    let secret: ID<AnyEntity>
    let organization: ID<Organization>
    let account: ID<Organization>
    /// What the route asked for, as one text.
    let scopes: String
    let outcome: String
    let status: Int
}
