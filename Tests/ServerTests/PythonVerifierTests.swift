import TestSupport
import Testing

/// The library for backends in Python (`clients/python`), by its own tests, against real servers.
@Suite("The Python library: a real server", .server()) struct PythonVerifierTests {
    @Test func `it knows whom the server knows, and refuses what was revoked within a second`() async throws {
        let (server, demo) = try RunningServer.current
        let run = try await FinishedCommand.pythonLibrary(
            ["test_server"],
            environment: [
                "CLAVIGER_BASE_URL": "http://127.0.0.1:\(server.port)", "CLAVIGER_CLIENT_ID": demo.resourceServer.id,
                "CLAVIGER_CLIENT_SECRET": demo.resourceServer.secret, "CLAVIGER_OPERATOR_KEY": demo.operatorKey,
                "CLAVIGER_ACCOUNT": demo.account, "CLAVIGER_SCOPES": "data.read reports.read",
            ])
        #expect(run.status == 0, "\(run.text)")
        #expect(!run.text.contains("skipped"), "\(run.text)")
    }
}

/// The same library where no server is needed: its rules, and a node that breaks in every way that it can.
@Suite("The Python library: by itself") struct PythonVerifierRuleTests {
    @Test(arguments: ["test_memory", "test_events", "test_verifier", "test_middleware", "test_node"])
    func `what is believed has been proven`(_ module: String) async throws {
        let run = try await FinishedCommand.pythonLibrary([module])
        #expect(run.status == 0, "\(run.text)")
    }
}
