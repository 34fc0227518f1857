import HTTPServing
import ServiceLifecycle

/// Gives the revocation stream its beat while the server runs: four a second.
struct RevocationBeat: Service {
    let stream: RevocationStream

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .milliseconds(250))) != nil { stream.beat() }
        }
    }
}
