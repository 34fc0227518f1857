import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
package import ProviderDefinition

extension OutboundCall: ProviderRelay {
    package func relay(
        _ call: RelayedCall, within hosts: HostAllowList, timeout: Duration
    ) async -> RelayOutcome {
        guard hosts.allows(call.host) else { return .notSent(code: "host-not-allowed") }
        guard let relayClient else { return .notSent(code: "shutting-down") }
        var request = HTTPClientRequest(url: reach.mapped(call.address))
        request.method = HTTPMethod(rawValue: call.method)
        for header in call.headers { request.headers.add(name: header.name, value: header.value) }
        request.headers.replaceOrAdd(name: "User-Agent", value: caller)
        switch call.body {
        case .whole(let bytes): if !bytes.isEmpty { request.body = .bytes(bytes) }
        case .stream(let parts, let length): request.body = Self.body(parts, length)
        }
        do {
            let response = try await relayClient.execute(request, deadline: .now() + TimeAmount(timeout))
            return .answered(
                RelayedAnswer(
                    status: Int(response.status.code),
                    headers: response.headers.map { ProviderRequest.Header($0.name, $0.value) },
                    body: response.body.map { Array($0.readableBytesView) }))
        } catch {
            let code = Self.code(of: error)
            return Self.isCertainlyUnsent(error) ? .notSent(code: code) : .lost(code: code)
        }
    }

    private static func body(
        _ parts: some AsyncSequence<[UInt8], any Error> & Sendable, _ length: Int
    ) -> HTTPClientRequest.Body {
        .stream(parts.map { ByteBuffer(bytes: $0) }, length: .known(Int64(length)))
    }

    /// Whether an error says that there was no connection, or no request.
    private static func isCertainlyUnsent(_ error: any Error) -> Bool {
        switch error {
        case is ForbiddenAddress, is NIOConnectionError: true
        case let error as HTTPClientError:
            [.connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout, .invalidURL, .emptyHost]
                .contains(error)
        default: false
        }
    }
}
