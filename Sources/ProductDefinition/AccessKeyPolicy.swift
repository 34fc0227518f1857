/// Whether integrations say for which contact they act, by an access key beside their own credentials.
package enum AccessKeyPolicy: String, Hashable, Sendable, CaseIterable {
    /// None does, and a token request with an access key is refused.
    case off
    case optional
    /// Each does: a token request without an access key is refused.
    case required
}
