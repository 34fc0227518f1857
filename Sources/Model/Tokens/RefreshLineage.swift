package import CredentialFormat
package import Policy

/// All refresh tokens that came from one authorization code, each the successor of the one before (RFC 9700
/// §4.14.2). Access tokens of an app name their lineage, and die with it.
package struct RefreshLineage: Entity, Sendable {
    package static let prefix = "lin"

    package let id: ID<RefreshLineage>
    package let grant: ID<Grant>
    package let app: ID<App>
    /// Those of the code. A refresh may ask for fewer, never for more (threat F4).
    package let scopes: ScopeSet
    /// As in ``AuthorizationCode/resource``.
    package let resource: String?
    /// As in ``AuthorizationCode/authenticatedAt``.
    package let authenticatedAt: Instant
    /// As in ``AuthorizationCode/signIn``.
    package let signIn: SignInContext?
    /// The number of the refresh token in force, from 1.
    package let generation: Int
    /// Of the refresh token in force.
    package let digest: SecretDigest
    /// The last rotation, none before the first.
    package let rotation: Rotation?
    package let createdAt: Instant
    /// When the refresh token in force expires.
    package let expiresAt: Instant
    /// When the lineage ends, however often it is refreshed.
    package let endsAt: Instant

    /// What must be known of a rotation to give its reply again.
    package struct Rotation: Sendable {
        package let at: Instant
        /// A digest of what the request asked for: a repetition asks for the same.
        package let request: [UInt8]
        /// The reply, sealed under a key that only the token which was presented gives.
        package let sealedReply: [UInt8]

        package init(at: Instant, request: [UInt8], sealedReply: [UInt8]) {
            self.at = at
            self.request = request
            self.sealedReply = sealedReply
        }
    }

    /// What is to be done with a refresh token of this lineage.
    package enum Outcome: Hashable, Sendable {
        /// It is in force: a successor takes its place.
        case rotate
        /// It was just rotated, and the reply may have been lost: the same reply again (law 9).
        case repeatReply
        /// The lineage or the token has expired, the token is of a generation that never was, or the request waited
        /// here while its repetition was answered elsewhere.
        case refuse
        /// It was used before: somebody has a copy. Everything of the lineage ends.
        case revokeLineage
    }

    package init(
        id: ID<RefreshLineage>, grant: ID<Grant>, app: ID<App>, scopes: ScopeSet, resource: String?,
        authenticatedAt: Instant, signIn: SignInContext? = nil, generation: Int, digest: SecretDigest,
        rotation: Rotation?, createdAt: Instant,
        expiresAt: Instant, endsAt: Instant
    ) {
        self.id = id
        self.grant = grant
        self.app = app
        self.scopes = scopes
        self.resource = resource
        self.authenticatedAt = authenticatedAt
        self.signIn = signIn
        self.generation = generation
        self.digest = digest
        self.rotation = rotation
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.endsAt = endsAt
    }

    /// What is to be done with the refresh token of `presented`, whose authenticity was proved before.
    ///
    /// - Parameters:
    ///   - request: A digest of what the request asks for.
    ///   - retryWindow: For how many seconds a rotation's reply is given again.
    ///   - now: When the request arrived. One that arrived before the last rotation is no sign of theft, however late it is
    ///     looked at: the app gave up waiting for it, repeated it at another node, and went on from there.
    package func outcome(presenting presented: Int, request: [UInt8], retryWindow: Int, at now: Instant) -> Outcome {
        guard presented >= 1, presented <= generation, now < endsAt else { return .refuse }
        if presented == generation { return now < expiresAt ? .rotate : .refuse }
        guard let rotation else { return .revokeLineage }
        if presented == generation - 1, now < rotation.at.adding(seconds: retryWindow), rotation.request == request {
            return .repeatReply
        }
        return now < rotation.at ? .refuse : .revokeLineage
    }
}
