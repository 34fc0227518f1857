import CredentialFormat
import Locking
package import Model

/// The cache of verification: all that it remembers, and how that is invalidated.
package final class VerifierMemory: Sendable {
    /// What is remembered, and counted in bytes.
    private enum Kind: String, CaseIterable {
        case apiKey = "api_key"
        case accessToken = "access_token"
        case client
        case organization
        /// Refresh tokens.
        case grant
        /// Access keys, too.
        case contact

        /// How many bytes it may take of all.
        func part(of bytes: Int) -> Int {
            switch self {
            case .apiKey: bytes / 100 * 54
            case .client, .organization: bytes / 100 * 12
            case .grant: bytes / 100 * 10
            // Access tokens can be opened again.
            case .accessToken, .contact: bytes / 100 * 6
            }
        }
    }

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
            self.clients = min(clients, Kind.client.part(of: bytes) / KnownClient.leastBytes)
            self.organizations = min(organizations, Kind.organization.part(of: bytes) / Standing.leastBytes)
            self.lineages = min(lineages, Kind.grant.part(of: bytes) / KnownLineage.leastBytes)
            self.contacts = min(contacts, Kind.contact.part(of: bytes) / KnownContact.leastBytes)
            self.unknown = unknown
        }
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
        apiKeys = APIKeyMemory(capacity: bounds.credentials, bytes: Kind.apiKey.part(of: limit))
        tokens = CredentialMemory(capacity: bounds.credentials, bytes: Kind.accessToken.part(of: limit))
        clients = BoundedMemory(capacity: bounds.clients, bytes: Kind.client.part(of: limit), weighing: \.bytes)
        organizations = BoundedMemory(
            capacity: bounds.organizations, bytes: Kind.organization.part(of: limit), weighing: \.bytes)
        lineages = BoundedMemory(capacity: bounds.lineages, bytes: Kind.grant.part(of: limit), weighing: \.bytes)
        // Contacts and access keys share a part.
        contacts = BoundedMemory(capacity: bounds.contacts, bytes: Kind.contact.part(of: limit) / 2, weighing: \.bytes)
        accessKeys = BoundedMemory(
            capacity: bounds.contacts, bytes: Kind.contact.part(of: limit) / 2, weighing: \.bytes)
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
        Kind.allCases.map { (kind: $0.rawValue, bytes: bytes(of: $0)) }
    }

    private func bytes(of kind: Kind) -> Int {
        switch kind {
        case .apiKey: apiKeys.bytes
        case .accessToken: tokens.bytes
        case .client: clients.bytes
        case .organization: organizations.bytes
        case .grant: lineages.bytes
        case .contact: contacts.bytes + accessKeys.bytes
        }
    }

    /// How many bytes each kind may take.
    package var parts: [(kind: String, bytes: Int)] {
        Kind.allCases.map { (kind: $0.rawValue, bytes: $0.part(of: limit)) }
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
