import Locking
import TestSupport
import Testing

/// Acknowledged means on disk (record 0003). The server is killed while clients write, twenty times, and must know
/// afterwards whatever it acknowledged, also when what it was committing was lost on the way to PostgreSQL.
@Suite("Killing the server") struct DurabilityTests {
    private static let product = """
        product:
          name: Durable
        scopes:
          data.read:
            description: Read
        policy:
          api_keys_per_account: 1000000
        """

    // Long, so the engines do not wait for each other.
    @Test(.endedIfItHangs, arguments: StoreUnderTest.allCases)
    func `no acknowledged write is lost when the process is killed, in twenty rounds`(
        _ engine: StoreUnderTest
    ) async throws {
        let database = try await ServerDatabase.make(on: engine, in: Folder())
        let server = try await ServerProcess(command: "demo", on: database, product: Self.product, patient: true)
        defer { server.kill() }
        var keys: [(id: String, secret: String)] = []
        var organizations: [String] = []
        try await server.start()
        for round in 1...20 {
            let credentials = try server.credentials()
            let written = Written()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in 0..<6 {
                    group.addTask { await Self.write(to: server, credentials, as: client, in: round, into: written) }
                }
                try await eventually(within: .seconds(120)) { written.count >= 10 + round }
                try await server.crash()
            }
            keys += written.keys
            organizations += written.organizations
            try await server.start()
            let after = try server.credentials()
            for id in written.organizations {
                let answer = try await server.get("/api/v1/organizations/\(id)", bearer: after.operatorKey)
                #expect(answer.status == 200, "organization \(id) of round \(round)")
            }
            for key in written.keys {
                let answer = try await server.verify(key.secret)
                #expect(answer.status == 200, "key \(key.id) of round \(round)")
                #expect(answer.headers["x-auth-credential"] == key.id)
            }
        }
        #expect(keys.count > 100)
        #expect(organizations.count > 20)
        let credentials = try server.credentials()
        for key in keys {
            let path = "/api/v1/organizations/\(credentials.account)/api-keys/\(key.id)"
            #expect(try await server.get(path, bearer: credentials.operatorKey).status == 200)
        }
        #expect(try await server.stop() == 0)
    }

    /// Writes until the server is gone. What was acknowledged is noted, what was not may or may not be there.
    private static func write(
        to server: ServerProcess, _ credentials: DemoCredentials, as client: Int, in round: Int, into written: Written
    ) async {
        var number = 0
        while true {
            number += 1
            do {
                if number % 4 == 0 {
                    let answer = try await server.call(
                        "POST", "/api/v1/organizations", bearer: credentials.operatorKey,
                        ["name": .text("Round \(round) \(client) \(number)"), "parent_id": .text(credentials.account)])
                    if answer.status == 201 { written.note(organization: try answer.json["id"].string) }
                } else {
                    let answer = try await server.call(
                        "POST", "/api/v1/organizations/\(credentials.account)/api-keys",
                        bearer: credentials.operatorKey, ["name": "Key", "scopes": ["data.read"]])
                    if answer.status == 201 {
                        written.note(key: (try answer.json["id"].string, try answer.json["key"].string))
                    }
                }
            } catch {
                return
            }
        }
    }
}

/// What the server acknowledged.
private final class Written: Sendable {
    private let state = Lock<(keys: [(id: String, secret: String)], organizations: [String])>(([], []))

    var keys: [(id: String, secret: String)] { state.withLock(\.keys) }
    var organizations: [String] { state.withLock(\.organizations) }
    var count: Int { state.withLock { $0.keys.count + $0.organizations.count } }

    func note(key: (String, String)) {
        state.withLock { $0.keys.append(key) }
    }

    func note(organization: String) {
        state.withLock { $0.organizations.append(organization) }
    }
}
