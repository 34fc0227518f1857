import Logging
import Model
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
