import CredentialFormat
import Locking

/// The digests of secrets that were made or changed lately. Only whose they are was announced: the digests are read, once for
/// each announcement, when a limit is met and not before. Bounded (law 7): the last 4,096 of them, of the holders whose digests
/// were not read yet the last 1,024.
final class NewDigests<Holder: Entity & SendableMetatype>: Sendable {
    private struct Unread {
        var holders: [ID<Holder>] = []
        var reading: Task<Void, any Error>?
    }

    private static var maximumUnread: Int { 1024 }

    private let digests = BoundedMemory<[UInt8], Bool>(capacity: Newcomers.capacity)
    private let unread = Lock(Unread())

    /// Takes down that a secret of somebody may be new.
    func note(_ id: ID<Holder>) {
        unread.withLock { unread in
            guard !unread.holders.contains(id) else { return }
            if unread.holders.count >= Self.maximumUnread { unread.holders.removeFirst() }
            unread.holders.append(id)
        }
    }

    /// Whether one of these digests was announced lately.
    ///
    /// - Parameter read: Gives the digests of the secrets of these, as they are in the database.
    /// - Throws: What `read` throws.
    func has(
        _ presented: () -> [SecretDigest], _ read: @escaping @Sendable ([ID<Holder>]) async throws -> [[UInt8]]
    ) async throws -> Bool {
        // Those who meet the limit together read once.
        while let reading = next(read) { try await reading.value }
        guard digests.count > 0 else { return false }
        return presented().contains { digests[$0.bytes] != nil }
    }

    /// The reading that is under way or has to be, nil where there is nothing to read.
    private func next(
        _ read: @escaping @Sendable ([ID<Holder>]) async throws -> [[UInt8]]
    ) -> Task<Void, any Error>? {
        unread.withLock { unread in
            if let reading = unread.reading { return reading }
            guard !unread.holders.isEmpty else { return nil }
            let holders = unread.holders
            let reading = Task { [self] in
                do {
                    for digest in try await read(holders) { digests.insert(true, for: digest) }
                    self.unread.withLock { unread in
                        unread.holders.removeAll(where: holders.contains)
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
