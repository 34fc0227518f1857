import Locking
import Logging
import Measuring
import NIOCore
import NIOEmbedded
import Policy
import TestSupport
import Testing

@testable import HTTPServing

@Suite("Who may connect")
struct ConnectionsTests {
    /// A clock and the lines that were logged.
    private final class Surroundings: Sendable {
        let seconds = Lock<UInt64>(1000)
        let lines = Lock<[String]>([])

        func pass(_ more: UInt64) { seconds.withLock { $0 += more } }
        var now: NIODeadline { .uptimeNanoseconds(seconds.withLock { $0 } * 1_000_000_000) }

        func connections(_ total: Int, _ perAddress: Int, exempt: [String] = []) -> Connections {
            let logger = Logger(label: "test") { _ in
                LineHandler(lines: { line in self.lines.withLock { $0.append(line) } })
            }
            return Connections(
                ConnectionLimits(total: total, perAddress: perAddress),
                exempt: TrustedProxies(exempt.compactMap { IPRange($0) }), logger: logger, time: { self.now })
        }
    }

    private struct LineHandler: LogHandler {
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]
        let lines: @Sendable (String) -> Void

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " ")
            lines("\(event.level): \(event.message) \(fields)")
        }
    }

    /// Closes when it is asked for its room, as the door does, unless it is busy.
    private final class Guest: ChannelInboundHandler {
        typealias InboundIn = Any
        private let isBusy: Bool
        private let connections: Connections

        init(isBusy: Bool, _ connections: Connections) {
            self.isBusy = isBusy
            self.connections = connections
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard event is Connections.MakeRoom else { return }
            if isBusy, let entry = connections.entry(of: context.channel) {
                connections.stays(entry)
            } else {
                context.close(promise: nil)
            }
        }
    }

    /// Hears that it is asked for its room, and has no time to close yet.
    private final class SlowGuest: ChannelInboundHandler {
        typealias InboundIn = Any
        private(set) var isAsked = false

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event is Connections.MakeRoom { isAsked = true }
        }
    }

    private let loop = EmbeddedEventLoop()

    private func channel(
        _ address: String, _ connections: Connections, isBusy: Bool = false
    ) throws -> (channel: EmbeddedChannel, isIn: Bool) {
        let channel = EmbeddedChannel(handler: Guest(isBusy: isBusy, connections), loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: address, port: 1)).wait()
        let isIn = connections.admit(channel)
        if !isIn { channel.close(promise: nil) }
        loop.run()
        return (channel, isIn)
    }

    @Test func `the longest idle one makes room for a new one, and busy ones never do`() throws {
        let around = Surroundings()
        let connections = around.connections(3, 3)
        var guests: [EmbeddedChannel] = []
        for (number, isBusy) in [(1, true), (2, false), (3, false)] {
            let (guest, isIn) = try channel("192.0.2.\(number)", connections, isBusy: isBusy)
            #expect(isIn)
            if isBusy { connections.entry(of: guest)?.becomesBusy() }
            guests.append(guest)
            around.pass(1)
        }
        // The second one has just been answered, so the third is the one that waits longest.
        connections.entry(of: guests[1])?.becomesQuiet(at: around.now)
        #expect(try channel("192.0.2.4", connections).isIn)
        #expect(guests.map(\.isActive) == [true, true, false])
        #expect(connections.count == 3)
    }

    @Test func `where all are busy, nobody comes in`() throws {
        let around = Surroundings()
        let connections = around.connections(2, 2)
        for number in 1...2 {
            let (guest, _) = try channel("192.0.2.\(number)", connections, isBusy: true)
            connections.entry(of: guest)?.becomesBusy()
        }
        #expect(try !channel("192.0.2.3", connections).isIn)
        #expect(connections.count == 2)
    }

    @Test func `one that became busy meanwhile stays, and others go the next time`() throws {
        let around = Surroundings()
        let connections = around.connections(2, 2)
        let (first, _) = try channel("192.0.2.1", connections, isBusy: true)
        around.pass(1)
        let (second, _) = try channel("192.0.2.2", connections)
        around.pass(1)
        // The first one is asked, because it seems quiet, and says no: there is one too many for a moment.
        #expect(try channel("192.0.2.3", connections).isIn)
        #expect(first.isActive && second.isActive)
        connections.entry(of: first)?.becomesBusy()
        #expect(try !channel("192.0.2.4", connections).isIn)
        #expect(first.isActive && !second.isActive)
        #expect(try channel("192.0.2.5", connections).isIn)
        #expect(first.isActive && connections.count == 2)
    }

    @Test func `an address has its own limit, a slash 64 of IPv6 counts as one, trusted proxies have none`() throws {
        let around = Surroundings()
        let connections = around.connections(100, 2, exempt: ["10.0.0.0/8"])
        for (address, isIn) in [
            ("192.0.2.1", true), ("192.0.2.1", true), ("192.0.2.1", false), ("192.0.2.2", true),
            ("::ffff:192.0.2.1", false), ("2001:db8::1", true), ("2001:db8::ffff:2", true),
            ("2001:db8:0:0:1::3", false), ("2001:db8:0:1::3", true), ("10.1.1.1", true), ("10.1.1.1", true),
            ("10.1.1.1", true),
        ] {
            #expect(try channel(address, connections).isIn == isIn, "\(address)")
        }
        let (last, _) = try channel("192.0.2.2", connections)
        #expect(try !channel("192.0.2.2", connections).isIn)
        last.close(promise: nil)
        loop.run()
        #expect(try channel("192.0.2.2", connections).isIn)
    }

    @Test func `trusted proxies' connections go last`() throws {
        let around = Surroundings()
        let connections = around.connections(2, 2, exempt: ["10.0.0.1"])
        let (proxy, _) = try channel("10.0.0.1", connections)
        around.pass(60)
        let (other, _) = try channel("192.0.2.1", connections)
        #expect(try channel("10.0.0.1", connections).isIn)
        #expect(proxy.isActive && !other.isActive)
        #expect(try channel("192.0.2.1", connections).isIn)
        #expect(!proxy.isActive)
    }

    @Test func `there is one warning a minute, which says how often it was not given`() throws {
        let around = Surroundings()
        let connections = around.connections(100, 1)
        let (busy, _) = try channel("192.0.2.1", connections, isBusy: true)
        connections.entry(of: busy)?.becomesBusy()
        for _ in 0..<4 { _ = try channel("192.0.2.1", connections) }
        #expect(around.lines.withLock { $0.count } == 1)
        around.pass(59)
        _ = try channel("192.0.2.1", connections)
        connections.missDescriptor()
        #expect(around.lines.withLock { $0.count } == 1)
        around.pass(1)
        _ = try channel("192.0.2.1", connections)
        let lines = around.lines.withLock { $0 }
        #expect(lines.count == 2)
        #expect(lines.last?.hasPrefix("warning: ") == true)
        #expect(lines.last?.contains("further_in_last_minute=5 ") == true)
    }

    @Test func `without a descriptor nobody further is asked to go while those who were asked are there`() throws {
        let around = Surroundings()
        let connections = around.connections(16, 16)
        var guests: [(channel: EmbeddedChannel, handler: SlowGuest)] = []
        for number in 1...8 {
            let guest = SlowGuest()
            let channel = EmbeddedChannel(handler: guest, loop: loop)
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.\(number)", port: 1)).wait()
            #expect(connections.admit(channel))
            guests.append((channel, guest))
            around.pass(1)
        }
        let asked = { guests.map(\.handler.isAsked) }
        connections.missDescriptor()
        connections.missDescriptor()
        #expect(asked() == [true, true, true, true, false, false, false, false])
        // Room that was made is taken again, and then it is for the next ones.
        for guest in guests.prefix(3) { _ = try guest.channel.finish() }
        loop.run()
        connections.missDescriptor()
        #expect(asked() == [true, true, true, true, true, true, true, false])
    }

    @Test func `all of it is measured`() throws {
        let around = Surroundings()
        let connections = around.connections(2, 1)
        for number in [1, 1, 2, 3] { _ = try channel("192.0.2.\(number)", connections) }
        connections.missDescriptor()
        let text = Metric.text(of: connections.metrics)
        for line in [
            "claviger_connections_limit 2", #"claviger_connections_refused_total{reason="address"} 1"#,
            #"claviger_connections_refused_total{reason="descriptors"} 1"#,
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
        #expect(!text.contains("claviger_connections_evicted_total 0\n"))
    }

    @Test(arguments: [
        (1024, 10_000, nil, 896, 224), (1_048_576, 10_000, nil, 10_000, 2_500), (65_536, 20_000, 100, 20_000, 100),
        (1024, 16, nil, 16, 16), (64, 10_000, nil, 16, 16), (1024, 500, 9_999, 500, 500),
    ])
    func `descriptors bound the limits`(
        _ descriptors: Int, _ wanted: Int, _ wantedPerAddress: Int?, _ total: Int, _ perAddress: Int
    ) {
        #expect(
            ConnectionLimits(descriptors: descriptors, total: wanted, perAddress: wantedPerAddress)
                == ConnectionLimits(total: total, perAddress: perAddress))
    }
}
