package import CredentialFormat
package import Model
import Persistence

/// What memory knows of the lineage that an app's access token came from: the grant, the user, and what the user may do.
package final class KnownLineage: Sendable {
    package let id: ID<RefreshLineage>
    package let grant: ID<Grant>
    package let app: ID<App>
    /// Where the app may act.
    package let organization: ID<Organization>
    package let member: ID<Member>
    /// What people call the user (`username`, RFC 7662 §2.2).
    package let username: String
    /// The user's own rights. The app's at our own API are no more (law 11).
    package let permissions: Set<Permission>
    /// No token of it lives longer.
    package let endsAt: Instant
    /// Where uses of its access tokens are counted.
    package let usage: UsageCell
    /// Which credential counts it too.
    let firstHolder = FirstHolder()
    private let validities: [Validity]

    /// About how many bytes one takes at least, with what ends it.
    static let leastBytes = 768
    /// About how many bytes it takes.
    var bytes: Int { Self.leastBytes + username.utf8.count + permissions.count * 8 }

    /// - Parameter last: The lineage as it was known before. Its uses go on being counted in the same place.
    init(
        _ stored: LineageForVerification, permissions: Set<Permission>, validities: [Validity],
        after last: KnownLineage? = nil
    ) {
        usage = last?.usage ?? UsageCell(.grant(stored.grant))
        id = stored.id
        grant = stored.grant
        app = stored.app
        organization = stored.organization
        member = stored.member
        username = stored.email.text
        self.permissions = permissions
        endsAt = stored.endsAt
        self.validities = validities
    }

    /// Whether nothing was announced about it, its grant or its user since it was read.
    package var isCurrent: Bool { validities.allSatisfy(\.holds) }
}
