import CredentialFormat
import Locking
package import Model
package import Persistence
package import ProductDefinition

/// Refusals that wait to be written down, so that no row is written while a caller waits (law 6).
///
/// Bounded in all directions (law 7): how many of one credential by one rule, and of one account, are noted a minute, so that a
/// flood of some pushes out no others; and how many wait. What is left out is counted. What waits when a process dies is lost: it is
/// a help to people, not a proof.
package final class RefusalQueue: Sendable {
    /// How many may wait. With what a caller can have in one, that is 10 MiB at the very most.
    package static let capacity = 2048
    /// How many of one credential by one rule are noted a minute.
    package static let mostOfRule = 10
    /// How many of one account are noted a minute; and as many of clients that did not prove who they are, whose identifiers anybody
    /// may know.
    package static let mostOfAccount = 200
    /// How many pairs of credential and rule, and accounts, are told apart in a minute. What is beyond is left out.
    fileprivate static let mostTold = 8192
    /// How many are written in one transaction, so that none is long.
    private static let batch = 256

    /// What became of refusals, since the start.
    package struct Counts: Hashable, Sendable {
        package fileprivate(set) var noted = 0
        /// Left out because there were many of the same.
        package fileprivate(set) var repeated = 0
        /// Left out because too many waited.
        package fileprivate(set) var overflowed = 0
    }

    fileprivate struct Party: Hashable {
        let id: ID<AnyEntity>
        let rule: String
    }

    fileprivate struct State {
        var waiting: [KeptRefusal] = []
        var isFlushing = false
        var minute: Int64 = 0
        var told: [Party: Int] = [:]
        var counts = Counts()
    }

    private let store: any Store
    private let catalogue: ScopeCatalogue
    private let state = Lock(State())

    /// - Parameter catalogue: Scopes in it are kept by their names, others cut.
    package init(store: any Store, catalogue: ScopeCatalogue) {
        self.store = store
        self.catalogue = catalogue
    }

    /// Notes a refusal that is answered under this identifier.
    package func note(_ refused: RefusedRequest, under requestID: String, at now: Instant) {
        let (value, account) = (refused.subject.value, refused.subject.path.root.value)
        let isWanted = state.withLock { state in
            state.admit(
                Party(id: ID(value: value), rule: refused.rule),
                Party(id: ID(value: account), rule: refused.isProven ? "all" : "unproven"),
                inMinute: now.milliseconds / 60_000)
        }
        guard isWanted else { return }
        let kept = refused.kept(under: requestID, at: now, catalogue)
        state.withLock { state in
            guard state.waiting.count < Self.capacity else {
                state.counts.overflowed &+= 1
                return
            }
            state.waiting.append(kept)
            state.counts.noted &+= 1
        }
    }

    package var counts: Counts { state.withLock(\.counts) }

    /// Whether there is nothing to write down.
    package var isEmpty: Bool { state.withLock(\.waiting.isEmpty) }

    /// Writes down all that waits. A flush that meets another one leaves everything to it.
    ///
    /// - Throws: What the store throws. What was not written then waits on, and what may have been written is not there twice.
    package func flush() async throws {
        guard state.withLock({ $0.begin() }) else { return }
        defer { state.withLock { $0.isFlushing = false } }
        while true {
            let batch = state.withLock { Array($0.waiting.prefix(Self.batch)) }
            guard !batch.isEmpty else { return }
            try await store.write { tx in try tx.insert(batch) }
            state.withLock { $0.waiting.removeFirst(batch.count) }
        }
    }
}

extension RefusalQueue.State {
    fileprivate mutating func begin() -> Bool {
        defer { isFlushing = true }
        return !isFlushing
    }

    /// Whether one more of these is noted in this minute.
    fileprivate mutating func admit(
        _ credential: RefusalQueue.Party, _ account: RefusalQueue.Party, inMinute now: Int64
    ) -> Bool {
        if minute != now {
            minute = now
            told.removeAll(keepingCapacity: true)
        }
        let (of, all) = (told[credential] ?? 0, told[account] ?? 0)
        guard of < RefusalQueue.mostOfRule, all < RefusalQueue.mostOfAccount,
            told.count < RefusalQueue.mostTold - 1 || of > 0
        else {
            counts.repeated &+= 1
            return false
        }
        told[credential] = of + 1
        told[account] = all + 1
        return true
    }
}
