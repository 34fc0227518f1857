import HTTPAPI
import TestSupport
import Testing

/// Programs that know the server from its OpenAPI document alone. What they see does not depend on the engine.
@Suite("The OpenAPI document in the hands of others") struct DescribedAPITests {
    @Test func `openapi-python-client makes a client that can do what the document promises`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let client = try await FinishedCommand.foreignClient(
                "generated_client.py", [server.folder.path, server.base, demo.operatorKey, demo.account])
            let lines = client.output.split(separator: "\n").map(String.init)
            #expect(lines == ["generated", "created", "edited", "listed", "refused", "deleted"], "\(client.text)")
            #expect(client.status == 0)
        }
    }

    /// A few requests for each operation, the same in every run. What is left out: whether every value that the document
    /// allows is accepted, because scopes, roles and lifetimes are for the product to say and not for the document.
    @Test func `schemathesis finds no answer that the document does not describe`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let run = try await FinishedCommand.schemathesis(
                server.base + "/openapi.json", bearer: demo.operatorKey)
            #expect(run.status == 0, "\(run.faults)")
            let operations = ManagementAPI.routes.count + Route.servedElsewhere.count
            #expect(run.hasTried(operations - 1), "\(run.faults)")
        }
    }
}
