import CredentialFormat
import Dispatch
import Locking
import Model
import Persistence
import TestSupport
import Testing

/// Keeps what it hears.
private final class Ear: Sendable {
    private let changes = Lock<[Change]>([])

    var heard: [Change] { changes.withLock { $0 } }

    func hear(_ more: [Change]) {
        changes.withLock { $0 += more }
    }
}

@Suite("Store: announcements")
struct AnnouncementTests {
    private func change(_ number: Int) -> Change { .apiKey(ID(value: UInt128(number))) }

    @Test(arguments: StoreUnderTest.allCases)
    func `a change is heard before its author is answered`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let ear = Ear()
            store.listen { ear.hear($0) }
            for number in 0..<20 {
                try await store.write { [change = change(number)] tx in
                    try tx.insertNote(number)
                    tx.announce(change)
                }
                #expect(ear.heard.last == change(number))
            }
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `a change is committed when it is heard`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let seen = SeenNotes()
            store.listen { _ in
                // It may block this thread, which is the store's own, and no reader needs it.
                let answered = DispatchSemaphore(value: 0)
                Task {
                    seen.set(try? await store.read { tx in try tx.noteIDs() })
                    answered.signal()
                }
                answered.wait()
            }
            try await store.write { [change = change(1)] tx in
                try tx.insertNote(1)
                tx.announce(change)
            }
            #expect(seen.value == [1])
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `what fails is not heard, and what succeeds is heard once`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let ear = Ear()
            store.listen { ear.hear($0) }
            _ = await race(200) { [change] number in
                try await store.write { tx in
                    tx.announce(change(number))
                    try tx.insertNote(number)
                    if number % 5 == 0 { throw Dislike() }
                }
            }
            let numbers = ear.heard.compactMap { change in
                if case .apiKey(let id) = change { Int(exactly: id.value) } else { nil }
            }
            #expect(numbers.sorted() == (0..<200).filter { $0 % 5 != 0 })
        }
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `all who listen hear`(_ engine: StoreUnderTest) async throws {
        try await engine.openWithScratch { store in
            let ears = [Ear(), Ear(), Ear()]
            for ear in ears { store.listen { ear.hear($0) } }
            try await store.write { [change = change(3)] tx in tx.announce(change) }
            #expect(ears.allSatisfy { $0.heard == [change(3)] })
        }
    }
}

/// A value that a listener leaves for its test.
private final class SeenNotes: Sendable {
    private let ids = Lock<[Int]?>(nil)

    var value: [Int]? { ids.withLock { $0 } }

    func set(_ value: [Int]?) {
        ids.withLock { $0 = value }
    }
}
