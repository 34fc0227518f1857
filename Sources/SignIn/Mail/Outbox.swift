import Locking

/// So many letters wait already that another one would wait too long.
struct OutboxFull: Error {}

/// Letters on their way to the postman, a bounded number at a time (law 7).
final class Outbox: Sendable {
    private let postman: any Postman
    private let limit: Int
    private let report: @Sendable (any Error) -> Void
    private let pending = Lock(0)

    /// - Parameter report: Is told why a letter was not taken.
    init(_ postman: any Postman, limit: Int = 32, report: @escaping @Sendable (any Error) -> Void) {
        self.postman = postman
        self.limit = limit
        self.report = report
    }

    /// Hands a letter over and waits for it.
    ///
    /// - Returns: Whether it was taken.
    /// - Throws: `CancellationError`.
    func send(_ letter: Letter) async throws -> Bool {
        guard begin() else {
            report(OutboxFull())
            return false
        }
        defer { end() }
        do {
            try await postman.send(letter)
            return true
        } catch let error as CancellationError {
            throw error
        } catch {
            report(error)
            return false
        }
    }

    /// Hands a letter over without anybody waiting. What finds the outbox full is lost: who waits for it asks again.
    ///
    /// - Parameter write: Writes the letter, nil for none. Nobody waits for that either.
    func post(_ write: @escaping @Sendable () async throws -> Letter?) {
        guard begin() else { return report(OutboxFull()) }
        Task { [self] in
            defer { end() }
            do {
                if let letter = try await write() { try await postman.send(letter) }
            } catch {
                report(error)
            }
        }
    }

    private func begin() -> Bool {
        pending.withLock { pending in
            guard pending < limit else { return false }
            pending += 1
            return true
        }
    }

    private func end() {
        pending.withLock { $0 -= 1 }
    }
}
