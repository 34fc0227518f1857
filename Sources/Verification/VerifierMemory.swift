import CredentialFormat
import Locking
package import Model

/// The cache of verification: all that it remembers, and how that is invalidated.
package final class VerifierMemory: Sendable {
    /// How much may be remembered.
    package struct Bounds: Sendable {
        /// What all of it may take by default.
        package static let standardBytes = 512 << 20

        /// About how many bytes all of it may take: API keys 54 in a hundred, clients and organizations 12 each, refresh tokens 10, access
        /// tokens, which can be opened again, and contacts 6 each.
        package let bytes: Int
        /// How many at most, whatever they take: API keys, and as many access tokens.
        let credentials: Int
        let clients: Int
        let organizations: Int
        /// Of refresh tokens.
        let lineages: Int
        /// Whom integrations act for; and as many access keys.
        let contacts: Int
        /// Credentials and clients that do not exist.
        let unknown: Int

        package init(
            bytes: Int = Self.standardBytes, credentials: Int = .max, clients: Int = .max, organizations: Int = .max,
            lineages: Int = .max, contacts: Int = .max, unknown: Int = 8192
        ) {
            self.bytes = bytes
            self.credentials = credentials
            self.clients = min(clients, Self.share(12, of: bytes) / KnownClient.leastBytes)
            self.organizations = min(organizations, Self.share(12, of: bytes) / Standing.leastBytes)
            self.lineages = min(lineages, Self.share(10, of: bytes) / KnownLineage.leastBytes)
            self.contacts = min(contacts, Self.share(6, of: bytes) / KnownContact.leastBytes)
            self.unknown = unknown
        }

        fileprivate func share(_ percent: Int) -> Int { Self.share(percent, of: bytes) }

        private static func share(_ percent: Int, of bytes: Int) -> Int { bytes / 100 * percent }
    }

    /// What all of it may take.
    package let limit: Int
    let apiKeys: APIKeyMemory
    let tokens: CredentialMemory<KnownToken>
    /// What credentials have in common.
    let terms = SharedTerms()
    let clients: BoundedMemory<ClientID, KnownClient>
    let organizations: BoundedMemory<ID<Organization>, Standing>
    let lineages: BoundedMemory<ID<RefreshLineage>, KnownLineage>
    let contacts: BoundedMemory<ID<Contact>, KnownContact>
    let accessKeys: BoundedMemory<Fingerprint, KnownAccessKey>
    /// The negative cache, with the edition of the key ring under which each was looked for.
    let unknownCredentials: BoundedMemory<Fingerprint, Int>
    let unknownClients: BoundedMemory<ClientID, Bool>
    /// Lineages that are gone. A token names one only after it was made, and none comes back, so this is never wrong.
    let endedLineages: BoundedMemory<ID<RefreshLineage>, Bool>
    /// Contacts that are gone, as lineages are: no other one gets its identifier.
    let endedContacts: BoundedMemory<ID<Contact>, Bool>
    let clientValidities: Validities<ClientID>
    let organizationValidities: Validities<ID<Organization>>
    let lineageValidities: Validities<ID<RefreshLineage>>
    let grantValidities: Validities<ID<Grant>>
    let memberValidities: Validities<ID<Member>>
    let contactValidities: Validities<ID<Contact>>
    let audiences = Lock<(names: Set<String>, validity: Validity)?>(nil)
    let changes = ChangeLog()

    package init(_ bounds: Bounds = Bounds()) {
        limit = bounds.bytes
        apiKeys = APIKeyMemory(capacity: bounds.credentials, bytes: bounds.share(54))
        tokens = CredentialMemory(capacity: bounds.credentials, bytes: bounds.share(6))
        clients = BoundedMemory(capacity: bounds.clients, bytes: bounds.share(12), weighing: \.bytes)
        organizations = BoundedMemory(capacity: bounds.organizations, bytes: bounds.share(12), weighing: \.bytes)
        lineages = BoundedMemory(capacity: bounds.lineages, bytes: bounds.share(10), weighing: \.bytes)
        // Contacts and access keys share a part.
        contacts = BoundedMemory(capacity: bounds.contacts, bytes: bounds.share(6) / 2, weighing: \.bytes)
        accessKeys = BoundedMemory(capacity: bounds.contacts, bytes: bounds.share(6) / 2, weighing: \.bytes)
        unknownCredentials = BoundedMemory(capacity: bounds.unknown)
        unknownClients = BoundedMemory(capacity: bounds.unknown)
        endedLineages = BoundedMemory(capacity: bounds.unknown)
        endedContacts = BoundedMemory(capacity: bounds.unknown)
        clientValidities = Validities(capacity: bounds.clients)
        organizationValidities = Validities(capacity: bounds.organizations)
        lineageValidities = Validities(capacity: bounds.lineages)
        grantValidities = Validities(capacity: bounds.lineages)
        memberValidities = Validities(capacity: bounds.lineages)
        contactValidities = Validities(capacity: bounds.contacts)
    }

    /// How many credentials may wait for their uses to be written down. What waits is kept, whether it is remembered or not, so
    /// they are fewer where less may be remembered.
    package var waitingUses: Int { min(1 << 20, limit / 512) }

    /// How many credentials, clients and organizations are remembered, and how many are remembered not to exist.
    package var counts: (credentials: Int, clients: Int, organizations: Int, unknown: Int) {
        (
            apiKeys.count + tokens.count, clients.count, organizations.count,
            unknownCredentials.count + unknownClients.count
        )
    }

    /// About how many bytes each kind takes.
    package var bytes: [(kind: String, bytes: Int)] {
        [
            ("api_key", apiKeys.bytes), ("access_token", tokens.bytes), ("client", clients.bytes),
            ("organization", organizations.bytes), ("grant", lineages.bytes),
            ("contact", contacts.bytes + accessKeys.bytes),
        ]
    }

    /// The credential with this fingerprint, if it is believed.
    ///
    /// - Parameter edition: The present edition of the key ring.
    func credential(_ fingerprint: Fingerprint, inEdition edition: @autoclosure () -> Int) -> KnownCredential? {
        if let key = apiKeys[fingerprint] { return key.isCurrent(inEpoch: apiKeys.epoch) ? .apiKey(key) : nil }
        guard let token = tokens[fingerprint], token.isCurrent(inEdition: edition()) else { return nil }
        return .accessToken(token)
    }

    /// Forgets what a change touches. The change goes into the log first, so that nobody who read before it remembers
    /// after it.
    package func forget(_ change: Change) {
        changes.append(change)
        switch change {
        case .apiKey(let id):
            apiKeys.end(id)
            // The key may be new: its secret must not be taken for unknown (threat K7).
            unknownCredentials.removeAll()
        case .integration(let id):
            clientValidities.end(.integration(id))
            unknownClients.remove(.integration(id))
        case .app(let id):
            clientValidities.end(.app(id))
            unknownClients.remove(.app(id))
        case .resourceServer(let id):
            clientValidities.end(.resourceServer(id))
            unknownClients.remove(.resourceServer(id))
            audiences.withLock { $0 = nil }
        case .organization(let id):
            organizationValidities.end(id)
        case .member(let id):
            memberValidities.end(id)
        case .contact(let id):
            contactValidities.end(id)
            // An access key of it may be new.
            unknownCredentials.removeAll()
        case .grant(let id):
            grantValidities.end(id)
        case .lineage(let id):
            lineageValidities.end(id)
        case .revokedToken:
            break
        case .keyRing:
            unknownCredentials.removeAll()
        }
    }

    /// Believes nothing of what it holds any longer, and nothing that somebody is just reading. What is held stays until it
    /// is read again or has to go, and tells meanwhile that there was such a thing.
    package func forgetEverything() {
        changes.forgetEverything()
        apiKeys.endAll()
        clientValidities.endAll()
        organizationValidities.endAll()
        lineageValidities.endAll()
        grantValidities.endAll()
        memberValidities.endAll()
        contactValidities.endAll()
        unknownCredentials.removeAll()
        unknownClients.removeAll()
        audiences.withLock { $0 = nil }
    }
}
