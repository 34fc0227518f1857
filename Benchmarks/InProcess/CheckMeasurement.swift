import ClavigerVerifier
import Foundation

/// How many checks one core makes in a backend's own process: the library beside a server, a credential that it knows, and the
/// stream followed.
struct CheckMeasurement {
    let configuration: VerifierConfiguration
    let credential: String
    let seconds: Int

    /// Answers with checks a second.
    func run() async throws -> String {
        let verifier = Verifier(configuration)
        let following = Task { await verifier.run() }
        defer { following.cancel() }
        let patience = ContinuousClock.now + .seconds(10)
        repeat {
            _ = try await verifier.check(credential)
            guard ContinuousClock.now < patience else { throw UsageError(description: "nothing is remembered") }
        } while verifier.count == 0
        var checks = 0
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        while ContinuousClock.now < end {
            for _ in 0..<1000 { _ = try await verifier.check(credential) }
            checks += 1000
        }
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        return #"{"per_second": \#(Double(checks) / elapsed), "is_remembering": \#(verifier.mode == .remembering)}"#
    }
}
