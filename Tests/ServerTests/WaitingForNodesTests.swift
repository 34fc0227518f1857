import TestSupport
import Testing

@Suite("Waiting until a change acts on all nodes", .server())
struct WaitingForNodesTests {
    @Test func `one process that owns its database has confirmed by itself`() async throws {
        let (server, demo) = try RunningServer.current
        let key = try await server.makeKey(in: demo.account, as: demo.operatorKey)
        let edit = try await server.call(
            "PATCH", key.path, bearer: demo.operatorKey, ["description": "Waited for"],
            headers: [("Prefer", "wait=8")])
        #expect(edit.status == 200)
        #expect(edit.headers["preference-applied"] == "wait=8")
        #expect(edit.headers["claviger-confirmed"]?.hasPrefix("nodes=1, confirmed=1, milliseconds=") == true)
        let rotation = try await server.call(
            "POST", key.path + "/rotate", bearer: demo.operatorKey, headers: [("Prefer", "respond-async, wait=60")])
        #expect(rotation.status == 200)
        #expect(rotation.headers["preference-applied"] == "wait=10")
        let deletion = try await server.call(
            "DELETE", key.path, bearer: demo.operatorKey, headers: [("Prefer", "wait=9")])
        #expect(deletion.status == 204)
        #expect(deletion.headers["claviger-confirmed"]?.hasPrefix("nodes=1, confirmed=1, milliseconds=") == true)
    }

    @Test func `nobody waits who did not ask for it, changed nothing or was refused`() async throws {
        let (server, demo) = try RunningServer.current
        let key = try await server.makeKey(in: demo.account, as: demo.operatorKey)
        let wait = [("Prefer", "wait=1")]
        let answers = [
            try await server.get(key.path, bearer: demo.operatorKey, headers: wait),
            try await server.call("PATCH", key.path, bearer: demo.operatorKey, ["name": "x"], headers: wait),
            try await server.call("DELETE", key.path + "x", bearer: demo.operatorKey, headers: wait),
            try await server.call("DELETE", key.path, headers: wait),
            try await server.call(
                "DELETE", key.path, bearer: demo.operatorKey, headers: [("Prefer", "wait=soon")]),
        ]
        #expect(answers.map(\.status) == [200, 422, 404, 401, 204])
        for answer in answers {
            #expect(answer.headers["preference-applied"] == nil)
            #expect(answer.headers["claviger-confirmed"] == nil)
        }
    }
}
