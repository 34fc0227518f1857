import TestSupport
import Testing

extension ServerProcess {
    /// The lines of its log with that message, where it is written as JSON.
    func lines(_ message: String) -> [String] {
        log.split(separator: "\n").map(String.init).filter { $0.contains("\"message\":\"\(message)\"") }
    }
}

/// Waits until something is so, which it must come to be.
func becomes(
    _ what: String, at place: SourceLocation = #_sourceLocation, _ isSo: () async throws -> Bool
) async throws {
    let isSo = try await eventually(isSo)
    #expect(isSo, "it does not come to be so: \(what)", sourceLocation: place)
}
