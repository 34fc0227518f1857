import Synchronization

/// Which of the credentials that hold something in common counts it with its own bytes: the first. It stays for as long as they do, also when
/// it had to go from the memory of its own kind, and would be counted nowhere then.
struct FirstHolder: ~Copyable, Sendable {
    private let isTaken = Atomic<Bool>(false)

    /// Whether whoever asks is the first.
    func take() -> Bool {
        !isTaken.load(ordering: .relaxed) && !isTaken.exchange(true, ordering: .relaxed)
    }

    /// The first one is gone; the next that comes counts it.
    func giveUp() {
        isTaken.store(false, ordering: .relaxed)
    }
}
