import CredentialFormat
import Model
import Policy
import Testing

@Suite("What is to be done with a refresh token")
struct RefreshLineageTests {
    private static let start = Instant(seconds: 1_790_000_000)
    private static let window = 30

    /// Every generation that can be presented, of every generation in force, at every moment that matters, with the same
    /// request and another.
    @Test func `each state has the outcome that the rules say`() throws {
        for generation in 1...4 {
            for rotatedAgo in [nil, 0, 29, 30, 31] as [Int?] {
                for presented in -1...6 {
                    for isSame in [true, false] {
                        for (expiresIn, endsIn) in [(100, 200), (0, 200), (-1, 200), (100, 0), (-5, -1)] {
                            let lineage = try lineage(
                                generation: generation, rotatedAgo: rotatedAgo, expiresIn: expiresIn, endsIn: endsIn)
                            let outcome = lineage.outcome(
                                presenting: presented, request: isSame ? [1] : [2], retryWindow: Self.window,
                                at: Self.start)
                            let isKnown = (1...generation).contains(presented) && endsIn > 0
                            let isCurrent = presented == generation
                            let isRetry =
                                presented == generation - 1 && isSame && rotatedAgo.map { $0 < Self.window } ?? false
                            let expected: RefreshLineage.Outcome =
                                switch (isKnown, isCurrent, isRetry) {
                                case (false, _, _): .refuse
                                case (true, true, _): expiresIn > 0 ? .rotate : .refuse
                                case (true, false, true): .repeatReply
                                case (true, false, false): .revokeLineage
                                }
                            #expect(
                                outcome == expected,
                                "\(presented) of \(generation), \(String(describing: rotatedAgo)), \(isSame), \(expiresIn), \(endsIn)"
                            )
                        }
                    }
                }
            }
        }
    }

    @Test func `an expired successor does not make a lost reply a theft`() throws {
        let lineage = try lineage(generation: 2, rotatedAgo: 10, expiresIn: -1, endsIn: 100)
        let outcome = lineage.outcome(presenting: 1, request: [1], retryWindow: Self.window, at: Self.start)
        #expect(outcome == .repeatReply)
    }

    @Test func `no window, no repetition`() throws {
        let lineage = try lineage(generation: 2, rotatedAgo: 0, expiresIn: 100, endsIn: 100)
        #expect(lineage.outcome(presenting: 1, request: [1], retryWindow: 0, at: Self.start) == .revokeLineage)
    }

    @Test func `a request that waited until its repetition had a successor is refused, and ends nothing`() throws {
        // The last rotation was asked for a second after this request arrived.
        let lineage = try lineage(generation: 3, rotatedAgo: -1, expiresIn: 100, endsIn: 100)
        #expect(lineage.outcome(presenting: 1, request: [1], retryWindow: 30, at: Self.start) == .refuse)
        #expect(lineage.outcome(presenting: 2, request: [2], retryWindow: 30, at: Self.start) == .refuse)
        #expect(lineage.outcome(presenting: 2, request: [1], retryWindow: 30, at: Self.start) == .repeatReply)
        for later in [1, 2, 99] {
            let now = Self.start.adding(seconds: later)
            #expect(lineage.outcome(presenting: 1, request: [1], retryWindow: 30, at: now) == .revokeLineage)
        }
    }

    @Test func `numbers at the edge trap nowhere`() throws {
        for generation in [1, Int.max] {
            for presented in [Int.min, 0, Int.max] {
                let lineage = try lineage(generation: generation, rotatedAgo: 0, expiresIn: 1, endsIn: 1)
                _ = lineage.outcome(presenting: presented, request: [1], retryWindow: .max, at: Self.start)
            }
        }
    }

    private func lineage(
        generation: Int, rotatedAgo: Int?, expiresIn: Int, endsIn: Int
    ) throws -> RefreshLineage {
        RefreshLineage(
            id: ID(at: 1), grant: ID(at: 2), app: ID(at: 3), scopes: .empty, resource: nil,
            authenticatedAt: Self.start, generation: generation,
            digest: try #require(SecretDigest(stored: Array(repeating: 0, count: 32), pepperVersion: 1)),
            rotation: rotatedAgo.map {
                RefreshLineage.Rotation(at: Self.start.adding(seconds: -$0), request: [1], sealedReply: [])
            },
            createdAt: Self.start, expiresAt: Self.start.adding(seconds: expiresIn),
            endsAt: Self.start.adding(seconds: endsIn))
    }
}
