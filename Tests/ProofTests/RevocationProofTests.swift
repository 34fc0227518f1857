import Foundation
import TestSupport
import Testing

/// `make prove-revocation` in short: three real servers on one PostgreSQL, a backend by each library beside them, every kind of
/// revocation, every fault that needs no other rights than a test has (law 5, threat K6).
@Suite("Revocation on many nodes") struct RevocationProofTests {
    private static let times = 5
    private static let faultTimes = 1
    private static let kinds = 9
    /// A client's secret is shown to no backend.
    private static let kindsOfBackends = 8
    private static let backends = ["Python", "Swift"]
    private static let faults = [
        "no fault", "listening backend stopped", "all its database connections stopped", "listening connection dropped",
        "cut off from the database", "PostgreSQL restarted", "node paused", "node killed and started again",
        "notification queue flooded", "primary frozen, standby promoted",
        "packets to the primary vanish, standby promoted", "primary ended, standby promoted",
    ]
    private static let faultsOfBackends = [
        "backends' node frozen", "backends' connections cut", "backends' bytes swallowed",
    ]

    @Test(.endedIfItHangs)
    func `what is revoked on one node is refused by the others and by backends in time, whatever breaks`() async throws
    {
        let folder = try Folder()
        let figures = folder.path + "/figures.json"
        // Ends with a status of its own where other tests made it too slow for the bar at p99; that is no matter here.
        let proof = try await FinishedCommand.script(
            "prove-revocation",
            [
                "--short", "--times", "\(Self.times)", "--fault-times", "\(Self.faultTimes)", "--load", "50",
                "--flood", "20000", "--json", figures,
                "--build-folder", try ServerProcess.executable.deletingLastPathComponent().path,
            ], atMost: 900)
        let data = try #require(FileManager.default.contents(atPath: figures), "\(proof.end)")
        let phases = try JSON(parsing: Array(data))["phases"].elements
        #expect(try phases.map { try $0["fault"].string } == Self.faults + Self.faultsOfBackends)
        for phase in phases {
            let fault = try phase["fault"].string
            let times = fault == "no fault" ? Self.times : Self.faultTimes
            // Each of the two other nodes refused it.
            try expectRefusals(
                phase["kinds"], ofKinds: Self.faultsOfBackends.contains(fault) ? 0 : Self.kinds, times: times,
                byEach: 2, "nodes, \(fault)")
            #expect(try phase["backends"].members.keys.sorted() == Self.backends)
            for backend in Self.backends {
                try expectRefusals(
                    phase["backends"][backend], ofKinds: Self.kindsOfBackends, times: times, byEach: 1,
                    "\(backend), \(fault)")
            }
        }
    }

    private func expectRefusals(
        _ kinds: JSON, ofKinds count: Int, times: Int, byEach others: Int, _ what: String
    ) throws {
        let kinds = try kinds.elements
        #expect(kinds.count == count, "\(what)")
        for kind in kinds {
            let name = "\(try kind["kind"].string), \(what)"
            #expect(try kind["revocations"].integer == times, "\(name)")
            #expect(try kind["measured"].integer == times * others, "\(name)")
            for wrong in ["accepted_too_late", "never_refused", "accepted_by_own_node", "accepted_when_asked_again"] {
                #expect(try kind[wrong].integer == 0, "\(wrong): \(name)")
            }
        }
    }
}
