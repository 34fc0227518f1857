import CredentialFormat
import Model
import Persistence
import Tokens

// Look-ups of whom integrations act for.

extension CredentialVerifier {
    func readContact(_ id: ID<Contact>, since mark: ChangeLog.Mark) async throws -> KnownContact? {
        guard let stored = try await store.read({ tx in try tx.contactForVerification(id) }) else {
            memory.contacts.remove(id)
            memory.endedContacts.insert(true, for: id)
            return nil
        }
        return remember(stored, since: mark)
    }

    func readAccessKey(
        _ secret: PresentedSecret, _ fingerprint: Fingerprint, since mark: ChangeLog.Mark
    ) async throws -> KnownAccessKey? {
        let edition = keyRing.edition
        let digests = keyRing.keys.peppers.all.map(secret.digest(under:))
        let stored: (contact: ContactForVerification, accessKey: ID<AccessKey>)? = try await store.read { tx in
            for digest in digests {
                if let found = try tx.contactForVerification(matching: digest) { return found }
            }
            return nil
        }
        guard let stored else {
            memory.accessKeys.remove(fingerprint)
            remember(notToExist: fingerprint, in: edition, since: mark, \.mayCreateAccessKey)
            return nil
        }
        let contact = remember(stored.contact, since: mark)
        guard let generation = contact.generation(of: stored.accessKey) else { return nil }
        let known = KnownAccessKey(
            of: contact, ActingContact.Proof(accessKey: stored.accessKey, generation: generation),
            after: memory.accessKeys[fingerprint])
        if contact.isCurrent { memory.accessKeys.insert(known, for: fingerprint) }
        return known
    }

    private func remember(_ stored: ContactForVerification, since mark: ChangeLog.Mark) -> KnownContact {
        let id = stored.contact.id
        let validity = memory.contactValidities.validity(of: id) {
            memory.changes.isUnchanged(since: mark) { $0 == .contact(id) }
        }
        let known = KnownContact(stored, validity: validity ?? .none)
        if validity != nil { memory.contacts.insert(known, for: id) }
        return known
    }
}

extension Change {
    fileprivate var mayCreateAccessKey: Bool {
        switch self {
        case .contact, .keyRing: true
        case .apiKey, .integration, .app, .resourceServer, .member, .grant, .lineage, .organization, .revokedToken:
            false
        }
    }
}
