package import CredentialFormat
package import Model
import Policy
import ProductDefinition
import Synchronization

/// What memory knows of an access token: what it says, and what that is worth now. It can be opened again at any time, so memory keeps the
/// hot ones alone. Nothing is in it that others have too.
package final class KnownToken: RememberedCredential {
    /// What one takes, the allocator's part included and texts left out.
    static let objectBytes = 176

    package let fingerprint: Fingerprint
    package let id: ID<AccessToken>
    package let issuedAt: Instant
    package let expiresAt: Instant
    package let client: KnownClient
    package let standing: Standing
    /// The scopes that it has and its client still has, and from where that may be used.
    package let terms: KnownTerms
    /// The values of `aud`.
    package let audiences: [String]
    /// Where the access token of an app came from.
    package let lineage: KnownLineage?
    /// For whom the access token of an integration acts, if for a contact.
    package let contact: KnownContact?
    package let isDisabled: Bool
    package let isSuspended: Bool
    package let isOutsidePlan: Bool
    /// Whether its terms and audiences are nobody else's, and so count with it.
    private let ownsTerms: Bool
    /// What of all that it shares with other credentials it is the one to count.
    private let counted = Atomic<UInt8>(0)
    /// The edition of the key ring that opened it.
    private let edition: Int
    /// For whom it says to act, if what it names does not say so.
    private let ownSubject: String?

    /// An access token of `client`, which is the integration that it names. It is worth no more than what the client
    /// has now, and may be used from where the client may be used.
    ///
    /// - Parameters:
    ///   - contact: The contact that it names. It is disabled while that one, the access key or the integration is.
    ///   - shared: What tokens have in common, nil where this one stands alone.
    ///   - edition: The edition of the key ring that opened it.
    package init(
        _ token: AccessToken, by fingerprint: Fingerprint, of client: KnownClient, integration: Integration,
        for contact: KnownContact? = nil, sharing shared: SharedTerms? = nil, edition: Int
    ) {
        self.fingerprint = fingerprint
        id = token.id
        issuedAt = token.issuedAt
        expiresAt = token.expiresAt
        self.client = client
        standing = client.standing
        let own = KnownTerms(
            scopes: token.scopes.intersection(integration.scopes), addresses: integration.addresses)
        (terms, audiences, ownsTerms) = shared?.interned(own, token.audiences) ?? (own, token.audiences, true)
        lineage = nil
        self.contact = contact
        ownSubject = contact == nil ? token.subject : nil
        switch contact?.standing(by: token.contact?.proof) {
        case .none, .good: isDisabled = integration.disabling != nil
        case .disabled, .gone: isDisabled = true
        }
        isSuspended = client.standing.isSuspended
        isOutsidePlan = !client.standing.features.contains(.apiAccess)
        self.edition = edition
    }

    /// An access token of `client`, which is the app that it names, on behalf of the user of `lineage`. It is worth no
    /// more than what the app may ask for now, and at our own API no more than what the user may do there (threat I6). It
    /// is disabled while the app is, or is not for users of this account.
    ///
    /// - Parameters:
    ///   - standing: That of the organization that the user chose.
    ///   - shared: What tokens have in common, nil where this one stands alone.
    ///   - edition: The edition of the key ring that opened it.
    package init(
        _ token: AccessToken, by fingerprint: Fingerprint, of client: KnownClient, app: App, lineage: KnownLineage,
        in standing: Standing, sharing shared: SharedTerms? = nil, edition: Int
    ) {
        self.fingerprint = fingerprint
        id = token.id
        issuedAt = token.issuedAt
        expiresAt = min(token.expiresAt, lineage.endsAt)
        self.client = client
        self.standing = standing
        let own = KnownTerms(
            scopes: token.scopes.intersection(app.scopes).limited(to: lineage.permissions), addresses: .anywhere)
        (terms, audiences, ownsTerms) = shared?.interned(own, token.audiences) ?? (own, token.audiences, true)
        self.lineage = lineage
        contact = nil
        ownSubject = nil
        isDisabled =
            app.disabling != nil
            || !app.isAvailable(toUsersOf: standing.path.root, from: client.standing.path.root)
        isSuspended = standing.isSuspended || client.standing.isSuspended
        isOutsidePlan = !standing.features.contains(.apiAccess) || !client.standing.features.contains(.apps)
        self.edition = edition
    }

    package var bytes: Int {
        let own = ownsTerms ? terms.bytes + SharedTerms.bytes(of: audiences) : 0
        return Self.objectBytes + own + (ownSubject.map { $0.utf8.count + 48 } ?? 0) + sharedBytes
    }

    private enum Shared {
        static let client: UInt8 = 1
        static let standing: UInt8 = 2
        static let lineage: UInt8 = 4
        static let contact: UInt8 = 8
    }

    private var sharedBytes: Int {
        let counted = counted.load(ordering: .relaxed)
        guard counted != 0 else { return 0 }
        return (counted & Shared.client != 0 ? client.bytes : 0) + (counted & Shared.standing != 0 ? standing.bytes : 0)
            + (counted & Shared.lineage != 0 ? lineage?.bytes ?? 0 : 0)
            + (counted & Shared.contact != 0 ? contact?.bytes ?? 0 : 0)
    }

    package func willBeHeld() {
        var first: UInt8 = 0
        if client.firstHolder.take() { first |= Shared.client }
        if standing.firstHolder.take() { first |= Shared.standing }
        if let lineage, lineage.firstHolder.take() { first |= Shared.lineage }
        if let contact, contact.firstHolder.take() { first |= Shared.contact }
        counted.store(first, ordering: .relaxed)
    }

    package func wasGivenUp() {
        let first = counted.exchange(0, ordering: .relaxed)
        if first & Shared.client != 0 { client.firstHolder.giveUp() }
        if first & Shared.standing != 0 { standing.firstHolder.giveUp() }
        if first & Shared.lineage != 0 { lineage?.firstHolder.giveUp() }
        if first & Shared.contact != 0 { contact?.firstHolder.giveUp() }
    }

    /// For whom it acts (`sub`): the contact, the user, or the client itself.
    package var subjectText: String {
        contact?.identifierText ?? lineage?.member.description ?? ownSubject ?? client.identifierText
    }

    /// Who acts with it.
    package var identity: Actor.Identity {
        if let lineage {
            .app(ID(value: client.id.value), for: lineage.member)
        } else {
            .integration(ID(value: client.id.value), for: contact?.id)
        }
    }

    /// Whether nothing was announced about its client, its organization and for whom it acts since it was opened.
    ///
    /// - Parameter edition: The present edition of the key ring. A token is opened anew under each.
    package func isCurrent(inEdition edition: Int) -> Bool {
        self.edition == edition && client.isCurrent && standing.isCurrent && lineage?.isCurrent ?? true
            && contact?.isCurrent ?? true
    }
}
