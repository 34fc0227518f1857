import Events
import Logging
import Model
import Persistence
import Tokens

/// Rotates the keys that seal and sign when the newest are old by the database's clock. New signing keys are published for
/// a day before they sign. Three nodes that find so at the same moment rotate once.
struct KeyRotation: Sendable {
    let keyRing: KeyRing
    /// The age, in days, at which a key is replaced; 0 is never.
    let days: Int
    let now: @Sendable () -> Instant
    let logger: Logger

    /// Rotates what is old enough.
    func rotate(through store: any Store) async throws {
        guard days > 0 else { return }
        let rotated = try await keyRing.rotateAll(
            olderThan: days * 86_400, pace: .timed, at: now(), by: "key rotation", through: store)
        if !rotated.isEmpty { logger.notice("the key ring was rotated", metadata: ["age": "\(days) days"]) }
    }
}

extension KeyRing {
    /// Makes a new version of the keys that seal and sign, noted in the audit log. What the versions before made stays
    /// good until it expires. The pepper stays.
    ///
    /// - Parameters:
    ///   - purposes: Which keys to replace.
    ///   - seconds: Replaces only keys older than that, nil for all.
    ///   - pace: When the new ones sign, and whether the old ones are refused.
    ///   - time: Dates the audit event.
    ///   - command: Who does it, for the audit log.
    ///   - remarks: What the audit events say besides.
    /// - Returns: What was replaced.
    @discardableResult
    func rotateAll(
        _ purposes: Set<KeyPurpose> = KeyPurpose.rotating, olderThan seconds: Int? = nil, pace: RotationPace,
        at time: Instant, by command: String = "keys rotate", remarks: [String: String] = [:],
        through store: (any Store)? = nil
    ) async throws -> Set<KeyPurpose> {
        let actor = InitialSetup.actor(command, remarks: remarks)
        return try await rotate(purposes, olderThan: seconds, by: actor, pace: pace, through: store) {
            tx, actor, purpose, row in
            var details = ["version": String(row.version)]
            if row.usedFrom > row.createdAt { details["used_from"] = CivilTime(row.usedFrom).rfc3339() }
            if pace == .immediate { details["before"] = "refused" }
            try tx.record(.keyRingRotated, target: purpose.rawValue, in: nil, details: details, by: actor, at: time)
        }
    }
}
