/// Whose credential it is, and what it is good for, as Claviger told.
///
/// A reference to what is remembered, so it costs nothing to hand on.
public struct Caller: Sendable, Hashable {
    private let told: Told

    init(_ told: Told) {
        self.told = told
    }

    /// For whom it acts (`sub`): a user, a contact, an integration or the API key itself.
    public var subject: String { told.subject }
    /// `api_key` or `access_token`.
    public var credentialType: String { told.credentialType }
    /// The credential's identifier, which is no secret.
    public var credentialID: String { told.credentialID }
    /// The OAuth client that the token was issued to; nil for an API key.
    public var clientID: String? { told.clientID }
    /// The account.
    public var accountID: String { told.accountID }
    /// The organization to act in.
    public var organizationID: String { told.organizationID }
    /// The organizations from the account's down to that one.
    public var organizationPath: String { told.organizationPath }
    /// The contact that an integration acts for, if it does.
    public var contactID: String? { told.contactID }
    /// What people call the user, if a user is who acts.
    public var username: String? { told.username }
    /// The scopes in force.
    public var scopes: Set<String> { told.scopes }
    /// For which backends a token is meant (`aud`).
    public var audiences: [String] { told.audiences }
    /// When the credential was issued, in seconds since 1970.
    public var issuedAt: Int64 { told.issuedAt }
    /// When it ends, in seconds since 1970.
    public var expiresAt: Int64 { told.expiresAt }

    /// Two are equal when they are of the same credential in the same organization, with the same scopes.
    public static func == (left: Caller, right: Caller) -> Bool {
        left.told === right.told
            || left.credentialID == right.credentialID && left.organizationID == right.organizationID
                && left.scopes == right.scopes
    }

    /// By the credential and the organization.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(credentialID)
        hasher.combine(organizationID)
    }
}

/// What was told of a credential that is good for something.
final class Told: Sendable {
    let subject: String
    let credentialType: String
    let credentialID: String
    let clientID: String?
    let accountID: String
    let organizationID: String
    let organizationPath: String
    let contactID: String?
    let username: String?
    let scopes: Set<String>
    let audiences: [String]
    let issuedAt: Int64
    let expiresAt: Int64
    /// From where alone it may be used, nil for from anywhere.
    let addresses: [AddressBlock]?
    /// What ends this, nil where that was not told: then it may not be remembered.
    let fingerprints: [String]?
    /// How much older than the question it may be, in nanoseconds.
    let age: Int64
    /// For how long from the question on it may be remembered, in nanoseconds.
    let remaining: Int64
    /// The longest of that, in seconds, which no clock of ours comes to the end of.
    private static let longestRemaining: Int64 = 1_000_000_000

    /// - Parameter time: The node's when it answered, in seconds since 1970: that by which it judged when the credential ends.
    /// - Returns: Nil for what is no whole answer about an active credential.
    init?(_ reply: Reply, at time: Int64) {
        guard let subject = reply.text("sub"), let credentialType = reply.text("credential_type"),
            let credentialID = reply.text("credential_id"), let accountID = reply.text("account_id"),
            let organizationID = reply.text("organization_id"), let organizationPath = reply.text("organization_path"),
            let issuedAt = reply.number("iat"), let expiresAt = reply.number("exp"), let scope = reply.text("scope")
        else { return nil }
        if reply.has("claviger_addresses") {
            guard let texts = reply.texts("claviger_addresses"), !texts.isEmpty else { return nil }
            let blocks = texts.compactMap { AddressBlock($0) }
            guard blocks.count == texts.count else { return nil }
            addresses = blocks
        } else {
            addresses = nil
        }
        if reply.has("claviger_watch") {
            guard let texts = reply.texts("claviger_watch"), !texts.isEmpty else { return nil }
            fingerprints = texts
        } else {
            fingerprints = nil
        }
        let age = reply.number("claviger_age") ?? -1
        self.age = (0..<StreamState.reach / 1_000_000).contains(age) ? age * 1_000_000 : StreamState.reach
        self.subject = subject
        self.credentialType = credentialType
        self.credentialID = credentialID
        clientID = reply.text("client_id")
        self.accountID = accountID
        self.organizationID = organizationID
        self.organizationPath = organizationPath
        contactID = reply.text("contact_id")
        username = reply.text("username")
        scopes = Set(scope.split(separator: " ").map(String.init))
        audiences = reply.texts("aud") ?? reply.text("aud").map { [$0] } ?? []
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        // The node said whole seconds, so a second is left out: what is remembered may end early, and then it is asked, and never late.
        remaining = expiresAt > time ? min(expiresAt - time - 1, Self.longestRemaining) * 1_000_000_000 : 0
    }
}
