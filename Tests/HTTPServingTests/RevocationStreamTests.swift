import Measuring
import CredentialFormat
import Foundation
import Locking
import Logging
import Model
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOPosix
import Persistence
import TestSupport
import Testing
import Tokens

@testable import HTTPServing

@Suite("The revocation stream")
struct RevocationStreamTests {
    private static let now = Instant(milliseconds: 0)
    private static let node = ID<Node>(at: 1)
    private static let server = ID<ResourceServer>(at: 2)
    private static let key = ID<APIKey>(at: 3)

    private let loop = EmbeddedEventLoop()
    private let fingerprints = ChangeFingerprints(under: MasterKeys(.generate()))
    private let time = Time()

    /// The node's clock.
    private final class Time: Sendable {
        private let nanoseconds = Lock<Int64>(5_000_000)

        func callAsFunction() -> Int64 { nanoseconds.withLock(\.self) }

        func set(_ nanoseconds: Int64) { self.nanoseconds.withLock { $0 = nanoseconds } }
    }

    /// What one who follows was written.
    private final class Reader {
        var text = ""
        var hasEnded = false
    }

    private func stream(isAlone: Bool = true, among connections: Int = .max) -> RevocationStream {
        RevocationStream(
            of: Self.node, isAlone: isAlone, calling: fingerprints, among: connections
        ) { [time] in time() }
    }

    private func follow(
        _ stream: RevocationStream, as server: ID<ResourceServer> = server, after last: String? = nil
    ) throws -> (Reader, UInt64) {
        let reader = Reader()
        let follower = RevocationStream.Follower(of: server) { chunk in
            reader.text += String(buffer: chunk)
        } end: {
            reader.hasEnded = true
        }
        switch stream.add(follower, after: last, on: loop) {
        case .follows(let number, let opening):
            reader.text = String(buffer: opening)
            return (reader, number)
        case .refused(let reply): throw ServerFailure("\(reply.status)")
        }
    }

    private func fingerprint(of change: Change) throws -> String { try #require(fingerprints.texts(of: change)?.first) }

    @Test func `news stand before the proof that all was heard, and all who follow are written the same`() throws {
        let stream = stream()
        let (first, _) = try follow(stream)
        let (second, _) = try follow(stream)
        let greeting =
            "event: hello\nid: \(Self.node).0\ndata: {\"node\":\"\(Self.node)\",\"now\":5000,\"resumed\":false}\n\n"
        #expect(first.text == "\(String(greeting.utf8.count, radix: 16))\r\n\(greeting)\r\n")
        #expect(second.text == first.text)
        first.text = ""
        second.text = ""
        let organization = ID<Organization>(at: 4)
        stream.hear([.apiKey(Self.key), .organization(organization)], at: Self.now)
        time.set(7_000_999)
        stream.beat()
        loop.run()
        let news = try
            "id: \(Self.node).1\ndata: \(fingerprint(of: .apiKey(Self.key))) \(fingerprint(of: .organization(organization)))\n"
        let place = try #require(first.text.range(of: news))
        let proof = try #require(first.text.range(of: "event: proof\ndata: 7000\n\n"))
        #expect(place.upperBound <= proof.lowerBound)
        #expect(second.text == first.text)
    }

    @Test func `among others a node says what it has heard, and nothing while it has not`() throws {
        let stream = stream(isAlone: false)
        let (reader, _) = try follow(stream)
        reader.text = ""
        stream.beat()
        stream.beat()
        loop.run()
        #expect(reader.text == "3\r\n:\n\n\r\n3\r\n:\n\n\r\n")
        reader.text = ""
        stream.hasHeardEverything(before: 6_000_000)
        stream.beat()
        loop.run()
        #expect(reader.text.hasSuffix("event: proof\ndata: 6000\n\n\r\n"))
        #expect(!reader.text.contains(":\n\n"))
    }

    @Test func `who lost it goes on where it ended, and is told if that cannot be`() throws {
        let stream = stream()
        let (_, number) = try follow(stream)
        stream.remove(number, of: Self.server, on: loop)
        for count in 1...3 { stream.hear([.apiKey(ID(at: Int64(count)))], at: Self.now) }
        let (reader, _) = try follow(stream, after: "\(Self.node).1")
        #expect(reader.text.contains(#""resumed":true"#))
        #expect(!reader.text.contains("id: \(Self.node).1\n"))
        #expect(reader.text.contains("id: \(Self.node).2\n") && reader.text.contains("id: \(Self.node).3\n"))
        let (current, _) = try follow(stream, after: "\(Self.node).3")
        #expect(current.text.contains(#""resumed":true"#) && !current.text.contains("id:"))
        let other = ID<Node>(at: 9)
        for last in ["\(Self.node).4", "\(other).1", "", ".", "\(Self.node).", "\(Self.node).-1", "\(Self.node).1.1"] {
            let (reader, _) = try follow(stream, after: last)
            #expect(
                reader.text.contains("id: \(Self.node).3\n") && reader.text.contains(#""resumed":false"#), "\(last)")
        }
        var ring = AnnouncementRing(of: "n")
        for _ in 0..<(3 * AnnouncementRing.capacity) { _ = ring.append(.everything) }
        #expect(ring.count <= 2 * AnnouncementRing.capacity)
        #expect(ring.following("n.\(2 * AnnouncementRing.capacity)")?.count == AnnouncementRing.capacity)
        #expect(ring.following("n.1") == nil)
    }

    @Test func `what everything hangs on, and what is too much to be named, is everything`() throws {
        let stream = stream()
        let (reader, _) = try follow(stream)
        for forget in [
            { stream.hear([.apiKey(Self.key), .keyRing], at: Self.now) }, { stream.forgetEverything() },
            { stream.hear((0..<5000).map { .apiKey(ID(at: $0)) }, at: Self.now) },
        ] {
            reader.text = ""
            forget()
            loop.run()
            #expect(reader.text.contains("event: forget-everything\n"))
            #expect(!reader.text.contains("event: forget\n"))
        }
    }

    @Test func `whose own secret or rights were changed proves again who it is`() throws {
        let stream = stream()
        let (reader, _) = try follow(stream)
        let (other, _) = try follow(stream, as: ID(at: 8))
        stream.hear([.resourceServer(Self.server)], at: Self.now)
        loop.run()
        #expect(try reader.text.contains(fingerprint(of: .resourceServer(Self.server))))
        #expect(reader.hasEnded && !other.hasEnded)
    }

    @Test func `so many may follow, of one resource server and in all, and each leaves its place`() throws {
        let stream = stream()
        var numbers: [UInt64] = []
        for _ in 0..<RevocationStream.maximumOfOne { numbers.append(try follow(stream).1) }
        #expect(throws: ServerFailure.self) { try follow(stream) }
        let rest = RevocationStream.maximumFollowers - RevocationStream.maximumOfOne
        for number in 0..<rest { _ = try follow(stream, as: ID(at: 100 + Int64(number / 500))) }
        #expect(throws: ServerFailure.self) { try follow(stream, as: ID(at: 99)) }
        stream.remove(numbers[0], of: Self.server, on: loop)
        _ = try follow(stream)
        let readings = Dictionary(uniqueKeysWithValues: stream.metrics.map { ($0.name, $0.read().first?.value) })
        #expect(readings["claviger_feed_followers"] == Double(RevocationStream.maximumFollowers))
        #expect(readings["claviger_feed_followers_refused_total"] == 2)
    }

    @Test func `those who follow leave room for others, however few connections there may be`() throws {
        let stream = self.stream(among: 16)
        for _ in 0..<2 { _ = try follow(stream) }
        #expect(throws: ServerFailure.self) { try follow(stream) }
        for _ in 0..<2 { _ = try follow(stream, as: ID(at: 99)) }
        #expect(throws: ServerFailure.self) { try follow(stream, as: ID(at: 98)) }
    }

    private static func addDoor(
        to channel: any Channel, _ routes: HotRoutes, _ now: @escaping @Sendable () -> Instant
    ) throws {
        try channel.pipeline.syncOperations.addHandlers([
            WireTap(), HTTPResponseEncoder(), ByteToMessageHandler(HTTPRequestDecoder()),
            HotDoor(
                routes: routes,
                log: RequestLog(sink: LogSink(to: .nullDevice), format: .json, threshold: LogThreshold(.info)),
                idle: .seconds(75), now: now),
        ])
    }

    private static func request(by server: SampleClient) -> ByteBuffer {
        ByteBuffer(
            string: "GET /api/v1/revocation-feed HTTP/1.1\r\nHost: a\r\nAuthorization: \(server.basic)\r\n\r\n")
    }

    @Test(.endedIfItHangs)
    func `a connection of which nobody takes anything is ended, although there is room for ten minutes`()
        async throws
    {
        try await SampleDesk.open { desk in
            let server = SampleClient(try await desk.resourceServer([SampleDesk.issuer]))
            // In memory from now on.
            #expect(try await desk.told("x", as: server).rule != nil)
            let stream = stream()
            let routes = HotRoutes(over: desk, stream: stream)
            let now: @Sendable () -> Instant = desk.tree.clock.now
            let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try Self.addDoor(to: channel, routes, now) }
                }
                .bind(host: "127.0.0.1", port: 0).get()
            let address = try #require(listener.localAddress)
            // Its system takes a few chunks, and no more because it does not read.
            let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.socketOption(.so_rcvbuf), value: 1)
                .channelOption(.autoRead, value: false)
                .connect(to: address).get()
            try await client.writeAndFlush(Self.request(by: server))
            func followers() -> Double? { stream.metrics.first?.read().first?.value }
            #expect(try await eventually { followers() == 1 })
            for _ in 0..<100 { stream.beat() }
            let isEnded = try await eventually {
                stream.beat()
                return followers() == 0
            }
            #expect(isEnded)
            try? await client.close()
            try await listener.close()
        }
    }

    @Test func `a connection follows until the server stops, and one that does not read is ended`() async throws {
        try await SampleDesk.open { desk in
            let server = SampleClient(try await desk.resourceServer([SampleDesk.issuer]))
            // In memory from now on.
            #expect(try await desk.told("x", as: server).rule != nil)
            let stream = stream()
            let routes = HotRoutes(over: desk, stream: stream)
            func follow() throws -> EmbeddedChannel {
                let channel = EmbeddedChannel()
                try Self.addDoor(to: channel, routes, desk.tree.clock.now)
                try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
                try channel.writeInbound(Self.request(by: server))
                return channel
            }
            func written(_ channel: EmbeddedChannel) throws -> String {
                channel.embeddedEventLoop.run()
                var text = ""
                while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
                return text
            }
            func followers() -> Double? { stream.metrics.first?.read().first?.value }
            let first = try follow()
            let slow = try follow()
            let opening = try written(first)
            #expect(opening.hasPrefix("HTTP/1.1 200 OK\r\n") && opening.contains("event: hello\n"))
            #expect(opening.contains("Transfer-Encoding: chunked\r\n\r\n"))
            _ = try written(slow)
            #expect(followers() == 2)
            slow.isWritable = false
            for _ in 0..<RevocationStream.maximumUnread { stream.beat() }
            #expect(try written(first).contains("event: proof\n"))
            #expect(try written(slow).contains("event: proof\n") && slow.isActive)
            stream.beat()
            _ = try written(first)
            #expect(try written(slow) == "" && !slow.isActive)
            #expect(followers() == 1)
            first.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
            #expect(try written(first).hasSuffix("event: goodbye\ndata: {}\n\n\r\n0\r\n\r\n"))
            #expect(!first.isActive && followers() == 0)
            stream.beat()
            #expect(try written(first) == "")
        }
    }

    @Test func `nodes with other master keys share a name of each change while one is replaced`() throws {
        let (old, new) = (MasterKey.generate(), MasterKey.generate())
        let change = Change.apiKey(Self.key)
        func names(_ keys: MasterKeys) throws -> Set<String> {
            Set(try #require(ChangeFingerprints(under: keys).texts(of: change)))
        }
        let (before, meanwhile, after) = (
            try names(MasterKeys(old)), try names(MasterKeys(new, older: [old])), try names(MasterKeys(new))
        )
        #expect(meanwhile == before.union(after) && before.isDisjoint(with: after))
        // The same token, whenever it ends.
        let token = ID<AccessToken>(at: 5)
        let texts = (0..<2).map {
            fingerprints.texts(of: .revokedToken(token, expiresAt: Instant(milliseconds: $0)))
        }
        #expect(texts[0] == texts[1] && texts[0]?.first?.utf8.count == 16)
    }
}
