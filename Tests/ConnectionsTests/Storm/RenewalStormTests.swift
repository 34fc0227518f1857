import Connections
import Model
import ProviderDefinition
import TestSupport
import Testing

/// The short form of `make prove-renewal`.
@Suite("Renewal of connections on bad days", .onEveryEngine)
struct RenewalStormTests {
    private static let hour = 3600

    @Test
    func `K13: whatever dies, no token is spent twice, no connection is lost, promises are kept or explained`()
        async throws
    {
        try await withTemporaryFolder { folder in
            try await SampleTree.open { tree in
                // Nodes on one SQLite file are engines in one process: of processes, only one has the file.
                let storm = try await RenewalStorm(tree, nodes: 3, connections: 5, seed: 1, folder: folder)
                for step in 0..<(12 * 8) {
                    if step % 24 == 7 {
                        let names = storm.providers.files.keys.sorted()
                        storm.providers.goDown(
                            names[step / 24 % names.count], until: tree.clock.current.adding(seconds: 7 * Self.hour))
                    }
                    // Somebody sets the clock back, and right again.
                    try await storm.pass(seconds: step % 30 == 11 ? -2 * Self.hour : 3 * Self.hour)
                }
                storm.providers.calm()
                for _ in 0..<(2 * 8) { try await storm.pass(seconds: 3 * Self.hour) }
                try await check(storm)
            }
        }
    }

    private func check(_ storm: RenewalStorm) async throws {
        let mishaps = storm.providers.mishaps
        for mishap in StrictProviders.Mishap.allCases {
            #expect(mishaps[mishap, default: 0] > 0, "\(mishap) never happened")
        }
        let accounts = storm.providers.accounts
        #expect(accounts.values.map(\.spentTwice).reduce(0, +) == 0)
        // One more try is allowed where nobody could know: of an answer that is gone, or is with a node that stood still.
        let outOfReach = accounts.values.count { $0.isOutOfReach }
        let triedAgain = accounts.values.map(\.triedAgain).reduce(0, +)
        #expect(triedAgain <= outOfReach + mishaps[.nodePaused, default: 0])
        for (id, account) in accounts {
            let (connection, token, promises) = try await storm.state(of: id)
            let what = "\(connection.provider) \(connection.status) \(connection.reason ?? "-") \(account)"
            if account.isOutOfReach || connection.status != .connected {
                // Only a token that works once and whose answer nobody has: it is said.
                #expect(account.isOutOfReach && connection.status == .reauthRequired, "\(what)")
            } else {
                #expect(token == "rt.\(account.number)" || account.rotation.retryWindow != .never, "\(what)")
            }
            for promise in promises {
                switch promise.state {
                case .open: #expect(promise.dueAt > storm.tree.clock.current, "\(what)")
                case .kept: #expect(promise.settledAt.map { $0 <= promise.dueAt } == true, "\(what)")
                case .late, .broken: #expect(promise.reason != nil, "\(what)")
                }
            }
        }
    }
}
