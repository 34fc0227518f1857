import AsyncHTTPClient
import Locking
import NIOCore
import NIOHTTP1
package import NIOPosix

/// The operator's collector of traces. Unlike providers it may be anywhere, as the operator says: on the same machine as a rule.
package final class TraceCollector: Sendable {
    private static let connect = TimeAmount.seconds(2)
    /// How long the whole of a request may take, to the end of its reply.
    package static let patience = Duration.seconds(5)
    /// What it may say in reply, in bytes. Nothing of it is read.
    private static let longestReply = 65_536

    /// Nothing is made before the first request, and nothing after the end.
    private enum State {
        case unused
        case open(HTTPClient)
        case closed
    }

    private let address: String
    private let group: MultiThreadedEventLoopGroup
    private let state = Lock(State.unused)

    /// - Parameter address: See ``isAddress(_:)``.
    package init(at address: String, on group: MultiThreadedEventLoopGroup) {
        self.address = address
        self.group = group
    }

    /// Whether a text is the address of a collector: `http://` or `https://`, a host, perhaps a port, and a path.
    package static func isAddress(_ text: String) -> Bool {
        let form = /https?:\/\/(?:[A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:.]{2,45}\])(?::([0-9]{1,5}))?\/[!-~]{0,1000}/
        guard let match = text.wholeMatch(of: form) else { return false }
        // Asked first: of a port that is none, what is asked next makes an end of the process.
        if let port = match.1, UInt16(port) ?? 0 == 0 { return false }
        return !text.contains { "?#@".contains($0) } && (try? HTTPClient.Request(url: text)) != nil
    }

    /// Sends a document of JSON.
    ///
    /// - Parameter patience: How long that may take, to the end of the reply.
    /// - Returns: Why it was not taken, nil if it was.
    package func send(_ body: [UInt8], within patience: Duration = TraceCollector.patience) async -> String? {
        guard let client else { return "closed" }
        do {
            let request = try HTTPClient.Request(
                url: address, method: .POST, headers: ["Content-Type": "application/json"], body: .bytes(body))
            let response = try await client.answer(
                to: request, through: ResponseAccumulator(request: request, maxBodySize: Self.longestReply),
                within: patience)
            return (200..<300).contains(response.status.code) ? nil : "status \(response.status.code)"
        } catch {
            return OutboundCall.code(of: error)
        }
    }

    /// Ends it. To close again does nothing.
    package func close() async {
        let client = state.withLock { state -> HTTPClient? in
            defer { state = .closed }
            return if case .open(let client) = state { client } else { nil }
        }
        try? await client?.shutdown()
    }

    private var client: HTTPClient? {
        state.withLock { state in
            switch state {
            case .open(let client): return client
            case .closed: return nil
            case .unused:
                var configuration = HTTPClient.Configuration()
                configuration.redirectConfiguration = .disallow
                configuration.httpVersion = .http1Only
                configuration.timeout.connect = Self.connect
                let client = HTTPClient.onOneLoop(of: group, configuration)
                state = .open(client)
                return client
            }
        }
    }
}
