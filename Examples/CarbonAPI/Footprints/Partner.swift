/// Somebody who asks us for footprints, and whom we answer. Where to, and by which credential, is configured: an address that an event
/// names is never called.
struct Partner: Sendable {
    /// How it calls itself in its events.
    let source: String
    /// Whose credentials may ask in its name.
    let organization: OrganizationPath
    /// Below which its actions are, without a final slash.
    let base: String
    let tokenEndpoint: String
    let clientID: String
    let clientSecret: String
}
