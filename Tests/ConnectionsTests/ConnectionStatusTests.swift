import CredentialFormat
import Model
import Testing

@Suite("Status of a connection")
struct ConnectionStatusTests {
    @Test func `every status can be reached from the first, and each but the last can be left`() {
        var reached: Set<ConnectionStatus> = [.pending]
        for _ in ConnectionStatus.allCases { reached.formUnion(reached.flatMap(\.successors)) }
        #expect(reached == Set(ConnectionStatus.allCases))
        for status in ConnectionStatus.allCases {
            #expect(status.successors.isEmpty == (status == .disconnected))
            #expect(!status.successors.contains(status) && !status.successors.contains(.pending))
            #expect(status == .disconnected || status.successors.contains(.disconnected))
            // Whatever was lost can be put right in place.
            #expect([.connected, .disconnected].contains(status) || status.successors.contains(.connected))
        }
    }

    @Test func `a change is told once, and what may not follow changes nothing`() {
        var connection = Connection(
            id: ID(at: 1), path: OrganizationPath(root: ID(at: 1)), provider: "p", access: ID(at: 1), name: "n",
            createdAt: Instant(seconds: 1))
        #expect(connection.become(.degraded, because: "x") == nil && connection.status == .pending)
        #expect(connection.become(.connected, because: nil) == .created)
        #expect(connection.become(.degraded, because: "http-503") == .degraded)
        #expect(connection.become(.degraded, because: "http-500") == nil && connection.reason == "http-500")
        #expect(connection.become(.connected, because: nil) == .recovered)
        #expect(connection.become(.reauthRequired, because: "invalid_grant") == .reauthRequired)
        #expect(connection.become(.degraded, because: "late") == nil && connection.status == .reauthRequired)
        #expect(connection.become(.disconnected, because: nil) == .disconnected)
        #expect(connection.become(.connected, because: nil) == nil)
    }
}
