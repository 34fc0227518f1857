import CredentialFormat
import Persistence
import TestSupport
import Testing
import Verification

@Suite("The nodes held against each other")
struct NodeCensusTests {
    private func node(_ number: Int64, silence: Int = 0, version: String = "1", _ settings: [String: String])
        -> KnownNode
    {
        KnownNode(
            report: NodeReport(
                node: ID(at: number), host: "host", listen: "127.0.0.1:8080", version: version, clockOffset: 0,
                feedAge: 0,
                configuration: "c", settings: settings),
            silence: silence)
    }

    @Test func `what most say is first, and who says something else, or nothing, differs`() {
        let nodes = [
            node(1, ["issuer": "b", "product": "x"]), node(2, ["issuer": "a", "product": "x"]),
            node(3, version: "2", ["issuer": "a"]),
        ]
        let census = NodeCensus(nodes)
        #expect(census.disagreements.map(\.setting) == ["issuer", "product"])
        #expect(census.disagreements[0].sides.map(\.digest) == ["a", "b"])
        #expect(census.disagreements[1].sides.map(\.digest) == ["x", nil])
        #expect(nodes.map { census.differences(of: $0.report.node) } == [["issuer"], [], ["product"]])
        #expect(census.versions == ["1", "2"])
    }

    @Test(arguments: StoreUnderTest.allCases)
    func `those that run are among the nodes that are told, however many ended without a word`(
        _ engine: StoreUnderTest
    ) async throws {
        try await engine.open { store in
            let most = KnownNode.maximum
            let reports = (1...Int64(most + 7)).map { node($0, [:]).report }
            let running = [node(0, [:]).report, node(9000, [:]).report]
            try await store.write { tx in
                for report in reports { try tx.note(report) }
                try tx.execute("UPDATE node SET at = at - 600000")
                for report in running { try tx.note(report) }
            }
            let (nodes, leftOut) = try await store.read { tx in try tx.knownNodes() }
            #expect(nodes.count == most && leftOut == 9)
            #expect(nodes.first?.report.node == running[0].node && nodes.last?.report.node == running[1].node)
            let census = NodeCensus(nodes, leftOut: leftOut)
            #expect(census.nodes.count { !NodeCensus.isSilent($0) } == 2)
        }
    }

    @Test func `a node that is silent disagrees with nobody`() {
        let census = NodeCensus([
            node(1, ["issuer": "a"]), node(2, silence: 60_001, version: "2", ["issuer": "b"]),
        ])
        #expect(census.disagreements == [] && census.versions == ["1"])
        #expect(census.nodes.map(NodeCensus.isSilent) == [false, true])
    }
}
