import Foundation
import Locking
import NIOCore
import NIOHTTP1
import TestSupport

/// A partner's host: it gives tokens to a client that it knows, and takes events. The first event that it is brought it does not take.
final class PartnerHost: Sendable {
    var base: String { host.base }
    private let host: FakeHost
    private let desk: Desk

    static let client = (id: "us", secret: "our secret")

    init() async throws {
        let desk = Desk()
        host = try await FakeHost { Answering(for: desk) }
        self.desk = desk
    }

    deinit { host.close() }

    /// A file of partners, with this host under each of the names by which it calls itself.
    ///
    /// - Parameter organization: As which it calls us.
    /// - Returns: Its path.
    func file(naming sources: [String], of organization: String, in folder: String) throws -> String {
        let partners = sources.map { source -> JSON in
            [
                "source": .text(source), "organization": .text(organization), "base": .text(base + "/pact/"),
                "tokenEndpoint": .text(base + "/auth/token"), "clientId": .text(Self.client.id),
                "clientSecret": .text(Self.client.secret),
            ]
        }
        let path = folder + "/partners.json"
        let bytes = try (["partners": .list(partners)] as JSON).bytes
        guard
            FileManager.default.createFile(
                atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        else { throw ServerFailure("\(path) cannot be written.") }
        return path
    }

    /// What was taken, with the paths at which it came.
    var events: [(path: String, event: JSON)] { desk.state.withLock(\.events) }

    /// How often something else was asked for, or by somebody else.
    var strays: Int { desk.state.withLock(\.strays) }

    /// How many events were not taken.
    var refused: Int { desk.state.withLock(\.refused) }

    /// Takes no events until told otherwise.
    func setAway(_ isAway: Bool) { desk.state.withLock { $0.isAway = isAway } }

    /// Begins to answer from now on, and never ends.
    func setUnending() { desk.state.withLock { $0.isUnending = true } }

    fileprivate final class Desk: Sendable {
        let state = Lock(
            (events: [(path: String, event: JSON)](), refused: 0, strays: 0, isAway: false, isUnending: false))

        func status(of head: HTTPRequestHead, _ body: [UInt8]) -> HTTPResponseStatus {
            let pair = Data("\(client.id):\(client.secret)".utf8).base64EncodedString()
            let shown = head.headers.first(name: "Authorization")
            return state.withLock { state in
                if head.uri == "/auth/token", shown == "Basic \(pair)" { return .ok }
                guard head.uri.hasSuffix("/events"), shown == "Bearer given",
                    head.headers.first(name: "Content-Type")?.hasPrefix("application/cloudevents+json") == true,
                    let event = try? JSON(parsing: body)
                else {
                    state.strays += 1
                    return .badRequest
                }
                guard state.refused > 0, !state.isAway else {
                    state.refused += 1
                    return .serviceUnavailable
                }
                state.events.append((head.uri, event))
                return .ok
            }
        }
    }
}

private final class Answering: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let desk: PartnerHost.Desk
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(for desk: PartnerHost.Desk) {
        self.desk = desk
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): (self.head, body) = (head, [])
        case .body(let part): body += part.readableBytesView
        case .end:
            guard let head else { return }
            let status = desk.status(of: head, body)
            let text = #"{"access_token":"given","token_type":"Bearer","expires_in":60}"#
            let fields: HTTPHeaders = ["Content-Type": "application/json", "Content-Length": "\(text.utf8.count)"]
            let answer = HTTPResponseHead(version: .http1_1, status: status, headers: fields)
            guard !desk.state.withLock(\.isUnending) else {
                context.writeAndFlush(wrapOutboundOut(.head(answer)), promise: nil)
                return
            }
            context.write(wrapOutboundOut(.head(answer)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
