import Foundation
import ProviderSimulator
import TestSupport
import Testing

/// A simulator in this process, whose clock shows what the test's does.
final class RunningSimulator: HTTPFront {
    let base: String
    private let running: RunningService

    init(at time: String) async throws {
        let (ports, heard) = AsyncStream.makeStream(of: Int.self)
        let server = SimulatorServer(SimulatorOptions(port: 0, clock: time), onRunning: { heard.yield($0) })
        running = RunningService(server) { heard.finish() }
        var iterator = ports.makeAsyncIterator()
        base = "http://127.0.0.1:\(try #require(await iterator.next(), "the simulator does not listen"))"
    }

    /// Tells the simulator itself something.
    func control(_ path: String, _ body: JSON) async throws {
        let answer = try await call("POST", "/_simulator/\(path)", body)
        guard answer.status < 300 else { throw ServerFailure("\(path): \(answer.status) \(answer.text)") }
    }

    func fault(_ provider: String, _ kind: String, _ more: [String: JSON] = [:]) async throws {
        let terms: [String: JSON] = ["provider": .text(provider), "kind": .text(kind)]
        try await control("faults", .object(terms.merging(more) { _, new in new }))
    }

    /// A number of a provider's row of the ledger.
    func count(_ event: String, _ provider: String) async throws -> Int {
        try await get("/_simulator/ledger?provider=\(provider)").json["providers"][provider][event].integer
    }

    /// Decides at a consent page, and tells the query that the browser takes back.
    func consent(_ address: URLComponents, scopes: [String]) async throws -> String {
        guard let query = address.percentEncodedQuery else { throw ServerFailure("no query: \(address)") }
        let fields = [("account", "1"), ("decision", "approve")] + scopes.map { ("scope", $0) }
        let answer = try await form("\(address.path)?\(query)", fields)
        let location = try #require(answer.headers["location"], "\(answer.status) \(answer.text)")
        return try #require(URLComponents(string: location)?.percentEncodedQuery)
    }
}
