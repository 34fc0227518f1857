import CredentialFormat
import Model
import Synchronization

/// What was made or changed lately, as its announcement told. Looking it up is no guess, so no limit on guesses holds it up
/// (threat K8): a good new key gets in whatever else is tried.
///
/// Clients and organizations are known by the identifiers that were announced. API keys are known by the digests of their
/// secrets, which are read, once for each announcement, when a limit is met and not before. Bounded (law 7): the last 4,096 of
/// each, of the keys whose digests were not read yet the last 1,024.
final class Newcomers: Sendable {
    private struct Unread {
        var keys: [ID<APIKey>] = []
        var reading: Task<Void, any Error>?
    }

    private static let capacity = 4096
    private static let maximumUnread = 1024

    private let clients = BoundedMemory<ClientID, Bool>(capacity: capacity)
    private let organizations = BoundedMemory<ID<Organization>, Bool>(capacity: capacity)
    private let digests = BoundedMemory<[UInt8], Bool>(capacity: capacity)
    private let unread = Mutex(Unread())

    /// Takes down what was announced.
    func note(_ change: Change) {
        switch change {
        case .apiKey(let id):
            unread.withLock { unread in
                guard !unread.keys.contains(id) else { return }
                if unread.keys.count >= Self.maximumUnread { unread.keys.removeFirst() }
                unread.keys.append(id)
            }
        case .integration(let id): clients.insert(true, for: .integration(id))
        case .app(let id): clients.insert(true, for: .app(id))
        case .resourceServer(let id): clients.insert(true, for: .resourceServer(id))
        case .organization(let id): organizations.insert(true, for: id)
        case .member, .grant, .lineage, .revokedToken, .keyRing: break
        }
    }

    /// Whether the client was announced lately.
    func has(_ client: ClientID) -> Bool { clients[client] != nil }

    /// Whether the organization was announced lately.
    func has(_ organization: ID<Organization>) -> Bool { organizations[organization] != nil }

    /// Whether an API key with one of these digests was announced lately.
    ///
    /// - Parameter read: Gives the digests of keys, as they are in the database.
    /// - Throws: What `read` throws.
    func hasKey(
        with presented: () -> [SecretDigest], _ read: @escaping @Sendable ([ID<APIKey>]) async throws -> [[UInt8]]
    ) async throws -> Bool {
        // Those who meet the limit together read once.
        while let reading = next(read) { try await reading.value }
        guard digests.count > 0 else { return false }
        return presented().contains { digests[$0.bytes] != nil }
    }

    /// The reading that is under way or has to be, nil where there is nothing to read.
    private func next(
        _ read: @escaping @Sendable ([ID<APIKey>]) async throws -> [[UInt8]]
    ) -> Task<Void, any Error>? {
        unread.withLock { unread in
            if let reading = unread.reading { return reading }
            guard !unread.keys.isEmpty else { return nil }
            let keys = unread.keys
            let reading = Task { [self] in
                do {
                    for digest in try await read(keys) { digests.insert(true, for: digest) }
                    self.unread.withLock { unread in
                        unread.keys.removeAll(where: keys.contains)
                        unread.reading = nil
                    }
                } catch {
                    self.unread.withLock { $0.reading = nil }
                    throw error
                }
            }
            unread.reading = reading
            return reading
        }
    }
}
