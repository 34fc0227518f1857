import Synchronization

/// Whether the server was told to end and serves on for a while. `/readyz` says so, and who sends calls here then sends them elsewhere.
final class Drain: Sendable {
    private let hasBegun = Atomic(false)

    var isOn: Bool { hasBegun.load(ordering: .relaxed) }

    func begin() { hasBegun.store(true, ordering: .relaxed) }
}
