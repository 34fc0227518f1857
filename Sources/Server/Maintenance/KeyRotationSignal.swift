import Events
import Foundation
import Logging
import Model
import Persistence
import ServiceLifecycle
import Tokens
import UnixSignals

/// Rotates the key ring when the process is told to by SIGUSR1, which `claviger keys rotate` sends to a server that owns
/// the database. Only the server's own user and root can.
struct KeyRotationSignal: Service {
    let keyRing: KeyRing
    let now: @Sendable () -> Instant
    let logger: Logger

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigusr1)
        for await _ in signals.cancelOnGracefulShutdown() {
            do {
                try await keyRing.rotateAll(at: now())
                logger.notice("the key ring was rotated")
            } catch {
                logger.error("the key ring was not rotated", metadata: ["error": "\(error)"])
            }
        }
    }
}

extension KeyRing {
    /// Makes a new version of the keys that seal and sign, noted in the audit log. What the versions before made stays
    /// good until it expires. The pepper stays: secrets cannot be digested again, and every old pepper makes the look-up
    /// of an unknown secret longer.
    func rotateAll(at time: Instant) async throws {
        let actor = Actor(
            .command("keys rotate"), reach: .everything, permissions: Set(Permission.allCases), requestID: "command",
            address: nil)
        try await rotate([.sealing, .signing, .replies], by: actor) { tx, actor, purpose, version in
            try tx.record(
                .keyRingRotated, target: purpose.rawValue, in: nil, details: ["version": String(version)], by: actor,
                at: time)
        }
    }
}
