import Foundation
import ProviderSimulator
import TestSupport
import Testing

/// A simulator in this process, on a port of its own, whose clock stands still unless a test moves it.
final class SimulatedProviders: HTTPFront {
    let base: String
    private let running: Task<Void, any Error>

    /// - Parameter mostGrants: How many it holds.
    init(clock: String = "2026-11-29T18:00:00Z", seed: UInt64 = 1, mostGrants: Int = 10_000) async throws {
        var options = SimulatorOptions(port: 0, clock: clock)
        options.seed = seed
        options.mostGrants = mostGrants
        let (ports, heard) = AsyncStream.makeStream(of: Int.self)
        let server = SimulatorServer(options, onRunning: { heard.yield($0) })
        running = Task {
            defer { heard.finish() }
            try await server.run()
        }
        var iterator = ports.makeAsyncIterator()
        let port = try #require(await iterator.next(), "the simulator does not listen")
        base = "http://127.0.0.1:\(port)"
    }

    deinit { running.cancel() }

    /// Tells the simulator itself something.
    @discardableResult
    func control(_ path: String, _ body: JSON) async throws -> JSON {
        let answer = try await call("POST", "/_simulator/\(path)", body)
        guard answer.status < 300 else { throw ServerFailure("\(path): \(answer.status) \(answer.text)") }
        return try answer.json
    }

    func advance(_ span: String) async throws { try await control("clock", ["advance": .text(span)]) }

    func fault(_ provider: String, _ kind: String, _ more: [String: JSON] = [:]) async throws {
        let terms: [String: JSON] = ["provider": .text(provider), "kind": .text(kind)]
        try await control("faults", .object(terms.merging(more) { _, new in new }))
    }

    /// A number of a provider's row of the ledger.
    func count(_ event: String, _ provider: String) async throws -> Int {
        try await get("/_simulator/ledger?provider=\(provider)").json["providers"][provider][event].integer
    }

    /// Approves or denies at a consent page, and tells what the browser would take back.
    func consent(
        _ address: String, _ query: [(String, String)], scopes: [String] = [], account: Int = 1, approve: Bool = true
    ) async throws -> URLComponents {
        let path = address + "?" + query.map { "\($0.0)=\(Self.encoded($0.1))" }.joined(separator: "&")
        let page = try await get(path)
        #expect(page.status == 200 && page.text.contains("Approve") && page.text.contains("Deny"), "\(page.text)")
        let decision = [("account", String(account)), ("decision", approve ? "approve" : "deny")]
        let answer = try await form(path, decision + scopes.map { ("scope", $0) })
        let location = try #require(answer.headers["location"], "\(answer.status) \(answer.text)")
        return try #require(URLComponents(string: location))
    }

    /// The tokens of a grant that is made without a consent page.
    func grant(_ provider: String, account: Int = 1, client: String = "app", _ more: [String: JSON] = [:]) async throws
        -> JSON
    {
        let terms: [String: JSON] = [
            "provider": .text(provider), "client_id": .text(client), "first_account": .number(Double(account)),
        ]
        let made = try await control("grants", .object(terms.merging(more) { _, new in new }))
        return made["grants"][0]["tokens"]
    }
}

extension URLComponents {
    func parameter(_ name: String) throws -> String {
        try #require(queryItems?.first { $0.name == name }?.value, "\(self) has no \(name)")
    }
}
