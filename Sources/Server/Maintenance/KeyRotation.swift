import Events
import Logging
import Model
import Persistence
import Tokens

/// Rotates the keys that seal and sign when the newest are old. Three nodes that find so at the same moment rotate once.
struct KeyRotation: Sendable {
    let keyRing: KeyRing
    /// The age, in days, at which a key is replaced; 0 is never.
    let days: Int
    let now: @Sendable () -> Instant
    let logger: Logger

    /// Rotates what is old enough.
    func rotate(through store: any Store) async throws {
        guard days > 0 else { return }
        let now = now()
        let rotated = try await keyRing.rotateAll(
            madeBefore: now.adding(seconds: -days * 86_400), at: now, by: "key rotation", through: store)
        if !rotated.isEmpty { logger.notice("the key ring was rotated", metadata: ["age": "\(days) days"]) }
    }
}

extension KeyRing {
    /// Makes a new version of the keys that seal and sign, noted in the audit log. What the versions before made stays
    /// good until it expires. The pepper stays.
    ///
    /// - Parameters:
    ///   - oldest: Replaces only keys made before that, nil for all.
    ///   - command: Who does it, for the audit log.
    /// - Returns: What was replaced.
    @discardableResult
    func rotateAll(
        madeBefore oldest: Instant? = nil, at time: Instant, by command: String = "keys rotate",
        through store: (any Store)? = nil
    ) async throws -> Set<KeyPurpose> {
        let actor = Actor(
            .command(command), reach: .everything, permissions: Set(Permission.allCases), requestID: "command",
            address: nil)
        return try await rotate(KeyPurpose.rotating, madeBefore: oldest, by: actor, through: store) {
            tx, actor, purpose, version in
            try tx.record(
                .keyRingRotated, target: purpose.rawValue, in: nil, details: ["version": String(version)], by: actor,
                at: time)
        }
    }
}
