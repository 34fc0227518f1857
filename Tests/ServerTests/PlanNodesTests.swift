import TestSupport
import Testing

@Suite("A plan on two nodes")
struct PlanNodesTests {
    private static let product = """
        product: {name: Planned}
        scopes: {data.read: {description: Read}}
        plans: {full: {features: [api_access]}, essential: {features: []}}
        """

    @Test(.endedIfItHangs)
    func `what one node is told of a plan acts on the other from the confirmed reply on`() async throws {
        try await StoreUnderTest.$current.withValue(.postgres) {
            let arguments = ["--issuer", "https://auth.example.com"]
            let first = try await ServerProcess(command: "demo", product: Self.product, arguments: arguments)
            defer { first.kill() }
            try await first.start()
            let demo = try first.credentials()
            let second = try await ServerProcess(
                command: "serve", on: first.database, product: Self.product,
                arguments: arguments + ["--environment", "development"])
            defer { second.kill() }
            try await second.start()
            for node in [first, second] { #expect(try await node.verify(demo.apiKey).status == 200) }
            for (plan, status) in [("essential", 403), ("full", 200), ("essential", 403)] {
                let edit = try await first.call(
                    "PATCH", "/api/v1/accounts/\(demo.account)", bearer: demo.operatorKey, ["plan": .text(plan)],
                    headers: [("Prefer", "wait=10")])
                #expect(edit.headers["claviger-confirmed"]?.hasPrefix("nodes=2, confirmed=2") == true)
                for node in [second, first] {
                    let answer = try await node.verify(demo.apiKey)
                    #expect(answer.status == status)
                    #expect(answer.headers["x-auth-reason"] == (status == 403 ? "plan" : nil))
                    let token = try await node.tokenAnswer(demo.integration)
                    #expect(token.status == (status == 403 ? 400 : 200), "\(token.text)")
                }
            }
        }
    }
}
