import Locking
import CredentialFormat
package import Model

/// The cache of verification: all that it remembers, and how that is invalidated.
package final class VerifierMemory: Sendable {
    /// How much may be remembered.
    package struct Bounds: Sendable {
        /// Bearer credentials. About half a KiB each.
        package let credentials: Int
        package let clients: Int
        package let organizations: Int
        /// Of refresh tokens.
        package let lineages: Int
        /// Whom integrations act for; and as many access keys.
        package let contacts: Int
        /// Credentials and clients that do not exist.
        package let unknown: Int

        package init(
            credentials: Int = 1_048_576, clients: Int = 131_072, organizations: Int = 131_072,
            lineages: Int = 262_144, contacts: Int = 65_536, unknown: Int = 8192
        ) {
            self.credentials = credentials
            self.clients = clients
            self.organizations = organizations
            self.lineages = lineages
            self.contacts = contacts
            self.unknown = unknown
        }
    }

    let credentials: BoundedMemory<Fingerprint, KnownCredential>
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
    let keyValidities: Validities<ID<APIKey>>
    let clientValidities: Validities<ClientID>
    let organizationValidities: Validities<ID<Organization>>
    let lineageValidities: Validities<ID<RefreshLineage>>
    let grantValidities: Validities<ID<Grant>>
    let memberValidities: Validities<ID<Member>>
    let contactValidities: Validities<ID<Contact>>
    let audiences = Lock<(names: Set<String>, validity: Validity)?>(nil)
    let changes = ChangeLog()

    package init(_ bounds: Bounds = Bounds()) {
        credentials = BoundedMemory(capacity: bounds.credentials)
        clients = BoundedMemory(capacity: bounds.clients)
        organizations = BoundedMemory(capacity: bounds.organizations)
        lineages = BoundedMemory(capacity: bounds.lineages)
        contacts = BoundedMemory(capacity: bounds.contacts)
        accessKeys = BoundedMemory(capacity: bounds.contacts)
        unknownCredentials = BoundedMemory(capacity: bounds.unknown)
        unknownClients = BoundedMemory(capacity: bounds.unknown)
        endedLineages = BoundedMemory(capacity: bounds.unknown)
        endedContacts = BoundedMemory(capacity: bounds.unknown)
        keyValidities = Validities(capacity: bounds.credentials)
        clientValidities = Validities(capacity: bounds.clients)
        organizationValidities = Validities(capacity: bounds.organizations)
        lineageValidities = Validities(capacity: bounds.lineages)
        grantValidities = Validities(capacity: bounds.lineages)
        memberValidities = Validities(capacity: bounds.lineages)
        contactValidities = Validities(capacity: bounds.contacts)
    }

    /// How many credentials, clients and organizations are remembered, and how many are remembered not to exist.
    package var counts: (credentials: Int, clients: Int, organizations: Int, unknown: Int) {
        (credentials.count, clients.count, organizations.count, unknownCredentials.count + unknownClients.count)
    }

    /// Forgets what a change touches. The change goes into the log first, so that nobody who read before it remembers
    /// after it.
    package func forget(_ change: Change) {
        changes.append(change)
        switch change {
        case .apiKey(let id):
            keyValidities.end(id)
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
        keyValidities.endAll()
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
