import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Brings events to partners, each with a token that is asked for with the configured credential.
struct PartnerPost: Sendable {
    /// It was not taken.
    struct NotTaken: Error, CustomStringConvertible {
        let description: String
        /// Whether it is this event alone that is not wanted.
        var isOfThisEvent = false
    }

    /// How long an answer may take to begin, and then to end.
    var patience = Duration.seconds(10)

    private static let mostAnswer = 65_536

    /// - Throws: ``NotTaken``, or what the network says.
    func bring(_ event: JSONValue, of version: PactVersion, to partner: Partner) async throws {
        let token = try await token(of: partner)
        var call = HTTPClientRequest(url: "\(partner.base)/\(version.rawValue)/events")
        call.method = .POST
        call.headers.add(name: "Authorization", value: "Bearer \(token)")
        call.headers.add(name: "Content-Type", value: "application/cloudevents+json; charset=UTF-8")
        call.body = .bytes(event.bytes)
        let answer = try await Self.client.execute(call, timeout: TimeAmount(patience))
        // Read, the connection can be used again. Whatever is said besides, it is taken or not by now.
        _ = try? await body(of: answer)
        guard (200..<300).contains(answer.status.code) else {
            throw NotTaken(
                description: "the event is answered \(answer.status.code)",
                isOfThisEvent: (400..<500).contains(answer.status.code) && answer.status != .tooManyRequests)
        }
    }

    private func token(of partner: Partner) async throws -> String {
        var call = HTTPClientRequest(url: partner.tokenEndpoint)
        call.method = .POST
        let pair = Data("\(partner.clientID):\(partner.clientSecret)".utf8).base64EncodedString()
        call.headers.add(name: "Authorization", value: "Basic \(pair)")
        call.headers.add(name: "Content-Type", value: "application/x-www-form-urlencoded")
        call.headers.add(name: "Accept", value: "application/json")
        call.body = .bytes(Array("grant_type=client_credentials".utf8))
        let answer = try await Self.client.execute(call, timeout: TimeAmount(patience))
        let body = try await body(of: answer)
        guard answer.status == .ok, let told = try? JSONValue(parsing: Array(buffer: body)),
            let token = told["access_token"]?.asText, token.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { throw NotTaken(description: "no token is given (\(answer.status.code))") }
        return token
    }

    /// What an answer says. The timeout of a call ends with the head of its answer, and one that does not end would keep everybody else's
    /// answers waiting.
    private func body(of answer: HTTPClientResponse) async throws -> ByteBuffer {
        try await withThrowingTaskGroup(of: ByteBuffer.self) { group in
            group.addTask { try await answer.body.collect(upTo: Self.mostAnswer) }
            group.addTask { [patience] in
                try await Task.sleep(for: patience)
                throw NotTaken(description: "an answer does not end")
            }
            defer { group.cancelAll() }
            guard let body = try await group.next() else { throw CancellationError() }
            return body
        }
    }

    /// Follows no redirects: what is sent is for the configured address alone.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout.connect = .seconds(5)
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()
}
