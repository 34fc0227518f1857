import Locking
import Persistence
import TestSupport
import Testing

@testable import Connections

@Suite("What is asked together")
struct GatheringTests {
    /// Doubles numbers, and one of them takes too long.
    private final class Doubling: GatheredWork {
        final class Wish: Sendable {
            let number: Int
            let weight: Int

            init(_ number: Int, weight: Int) {
                self.number = number
                self.weight = weight
            }
        }

        let guilty: Int
        let count: Int
        /// How many have asked.
        let asked = Lock(0)
        let weights = Lock<[[Int]]>([])

        init(guilty: Int, count: Int) {
            self.guilty = guilty
            self.count = count
        }

        func weight(of wish: Wish) -> Int { wish.weight }

        func answers(to wishes: [Wish]) async throws -> [Int] {
            weights.withLock { $0.append(wishes.map(\.weight)) }
            // All come while the first are answered.
            while asked.withLock({ $0 < count }) { await Task.yield() }
            guard !wishes.contains(where: { $0.number == guilty }) else { throw StoreError.slow("a test says so") }
            return wishes.map { $0.number * 2 }
        }
    }

    @Test func `no more than has room is done together, and what takes too long fails for itself alone`() async throws {
        let work = Doubling(guilty: 7, count: 200)
        let gathering = Gathering(work)
        let ends = await race(200) { number in
            work.asked.withLock { $0 += 1 }
            return try await gathering.answer(
                to: Doubling.Wish(number, weight: number % 50 == 49 ? 5000 : number % 2 == 0 ? 10 : 100))
        }
        for (number, end) in ends.enumerated() where number != 7 { #expect(try end.get() == number * 2) }
        #expect(throws: StoreError.self) { try ends[7].get() }
        let weights = work.weights.withLock(\.self)
        #expect(weights.contains { $0.count > 4 })
        #expect(weights.allSatisfy { $0.count == 1 || ($0.count <= 32 && $0.reduce(0, +) <= 1024) })
    }
}
