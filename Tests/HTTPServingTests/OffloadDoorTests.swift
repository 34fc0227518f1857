import Credentials
import Foundation
import Logging
import Model
import NIOCore
import NIOEmbedded
import Policy
import TestSupport
import Testing

@testable import HTTPServing

/// HAProxy's protocol, on a loop whose time the test moves. That the real HAProxy speaks it so is tried with the recipes.
@Suite("HAProxy's own protocol")
struct OffloadDoorTests {
    /// A connection to the routes of a desk.
    private final class Line {
        let channel = EmbeddedChannel()
        let desk: SampleDesk

        init(_ desk: SampleDesk, gatewaySecret: String? = nil) throws {
            self.desk = desk
            let serving = OffloadServing(
                routes: HotRoutes(over: desk, gatewaySecret: gatewaySecret),
                log: RequestLog(sink: LogSink(to: .nullDevice), format: .json, threshold: LogThreshold(.info)),
                idle: .seconds(75),
                connections: Connections(
                    ConnectionLimits(total: 16, perAddress: 16), exempt: TrustedProxies(), logger: Logger(label: "test")
                ),
                now: desk.tree.clock.now)
            try serving.begin(on: channel)
            try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        }

        func send(_ bytes: ByteBuffer) throws { try channel.writeInbound(bytes) }

        /// All that was written once nothing is left to do, frame by frame.
        func received() throws -> [Answer] {
            channel.embeddedEventLoop.run()
            return try written()
        }

        /// All that was written.
        func written() throws -> [Answer] {
            var bytes = ByteBuffer()
            while var part = try channel.readOutbound(as: ByteBuffer.self) { bytes.writeBuffer(&part) }
            var answers: [Answer] = []
            while let length: UInt32 = bytes.readInteger() {
                let frame = bytes.readSlice(length: Int(length))
                answers.append(try Answer(try #require(frame)))
            }
            return answers
        }

        /// Greets and throws away what is said to it.
        func greet() throws {
            try send(.hello())
            _ = try received()
        }
    }

    /// A frame of ours.
    private struct Answer: Equatable {
        let kind: UInt8
        let number: OffloadFrame.Number
        /// What it sets, or says.
        var values: [String: String] = [:]

        init(_ bytes: ByteBuffer) throws {
            var bytes = bytes
            let kind: UInt8? = bytes.readInteger()
            self.kind = try #require(kind)
            #expect(bytes.readInteger(as: UInt32.self) == 1)
            number = OffloadFrame.Number(
                stream: try bytes.readOffloadNumber(), frame: try bytes.readOffloadNumber())
            while bytes.readableBytes > 0 {
                if self.kind == 103 { #expect(bytes.readBytes(length: 3) == [1, 3, 2]) }
                let name = try bytes.readOffloadText()
                let value = try bytes.readOffloadValue()
                #expect(values.updateValue(value.text ?? value.number.map { "\($0)" } ?? "", forKey: name) == nil)
            }
        }

        /// The fault for which it ends the connection.
        static func disconnect(_ fault: OffloadFault) -> [String: String] {
            ["status-code": "\(fault.rawValue)", "message": "\(fault.message)"]
        }
    }

    private func atDesk(_ use: (Line, String) async throws -> Void) async throws {
        try await SampleDesk.open { desk in
            let key = try await desk.tree.key(in: desk.tree.global).secret
            await remember(key, at: desk)
            try await use(try Line(desk), key)
        }
    }

    /// What memory holds is answered at once.
    private func remember(_ key: String, at desk: SampleDesk) async {
        let request = HotRequest(
            .verify, [("Authorization", "Bearer \(key)")], nil, query: "scope=data.read", at: desk.now)
        _ = await HotRoutes(over: desk).answer(request)
    }

    @Test(
        arguments: [
            (0, [0]), (239, [239]), (240, [240, 0]), (2287, [255, 127]), (2288, [240, 128, 0]),
            (264_431, [255, 255, 127]), (264_432, [240, 128, 128, 0]),
            (.max, [255, 240, 254, 254, 254, 254, 254, 254, 254, 14]),
        ] as [(UInt64, [UInt8])])
    func `numbers are written as HAProxy writes them`(_ number: UInt64, _ bytes: [UInt8]) throws {
        var written = ByteBuffer()
        written.writeOffloadNumber(number)
        #expect(Array(written.readableBytesView) == bytes)
        #expect(try written.readOffloadNumber() == number)
    }

    @Test(
        arguments: [
            [], [240], [255, 255], [UInt8](repeating: 255, count: 10), [UInt8](repeating: 255, count: 9) + [127],
        ] as [[UInt8]])
    func `a number without an end, or beyond 64 bits, is none`(_ bytes: [UInt8]) {
        var bytes = ByteBuffer(bytes: bytes)
        #expect(throws: OffloadFault.invalidFrame) { try bytes.readOffloadNumber() }
    }

    @Test func `a greeting is answered with what both can do, and a question after whether we are there is the last`()
        async throws
    {
        try await atDesk { line, _ in
            try line.send(.hello(size: 16_380))
            var (told, expected) = (try line.received(), ["version": "2.0", "max-frame-size": "16380"])
            expected["capabilities"] = "pipelining"
            #expect(told.map(\.kind) == [101] && told.first?.values == expected)
            let check = try Line(line.desk)
            try check.send(.hello(size: 1 << 20, isHealthCheck: true))
            told = try check.received()
            #expect(told.first?.values["max-frame-size"] == "65536")
            #expect(!check.channel.isActive)
        }
    }

    @Test func `what is not as the protocol has it ends the connection with the reason`() async throws {
        var wild = ByteBuffer.frame(3, stream: 1, frame: 1) { $0.writeBytes([0, 1]) }
        wild.writeBytes([0, 0, 0, 9])
        let cases: [(ByteBuffer, isGreeted: Bool, OffloadFault)] = [
            (.hello(versions: "1.0, 3.1"), false, .unsupportedVersion), (.hello(versions: nil), false, .noVersion),
            (.hello(size: nil), false, .noFrameSize), (.hello(size: 255), false, .badFrameSize),
            (.hello(hasCapabilities: false), false, .noCapabilities), (.hello(), true, .invalidFrame),
            (.notify([]), false, .invalidFrame), (wild, true, .invalidFrame),
            (.frame(99, stream: 0, frame: 0) { _ in }, true, .invalidFrame),
            (.frame(3, flags: 0, stream: 1, frame: 1) { _ in }, true, .fragmented),
            (.frame(0, stream: 1, frame: 1) { _ in }, true, .fragmented),
            (ByteBuffer(bytes: [0, 1, 0, 1]), false, .frameTooBig),
            (ByteBuffer(bytes: [0, 0, 64, 0]), true, .frameTooBig),
            (ByteBuffer(bytes: [0, 0, 0, 4, 3, 0, 0, 0]), true, .invalidFrame),
            (.frame(2, stream: 0, frame: 0) { _ in }, true, .none),
            (.notify([("fields", .bytes(ByteBuffer(bytes: [1, 97, 0])))]), true, .invalidFrame),
        ]
        try await atDesk { line, _ in
            for (bytes, isGreeted, fault) in cases {
                let line = try Line(line.desk)
                if isGreeted { try line.greet() }
                try line.send(bytes)
                let told = try line.received()
                #expect(told.map(\.kind) == [102] && told.first?.values == Answer.disconnect(fault), "\(bytes)")
                #expect(!line.channel.isActive)
            }
        }
    }

    @Test func `questions are answered as /verify answers them, each under its own number, however the bytes arrive`()
        async throws
    {
        try await atDesk { line, key in
            try line.greet()
            var asked = ByteBuffer.question(key, "scope=data.read", stream: 7000, frame: 1)
            asked.writeImmutableBuffer(.question(key, "scope=data.write", stream: 7001, frame: 2))
            asked.writeImmutableBuffer(.question(nil, "scope=data.read", stream: 7002, frame: 1))
            asked.writeImmutableBuffer(.question(key, "scope=data.raed", stream: 1, frame: 1))
            for size in [asked.readableBytes, 1, 7] {
                var rest = asked
                while rest.readableBytes > 0 {
                    let part = rest.readSlice(length: min(size, rest.readableBytes))
                    try line.send(try #require(part))
                }
                let told = try line.received()
                #expect(
                    told.map(\.number.stream) == [7000, 7001, 7002, 1] && told.map(\.kind) == [103, 103, 103, 103])
                #expect(told.map { $0.values["status"] } == ["200", "403", "401", "400"])
                #expect(told.allSatisfy { $0.values["request_id"]?.count == 12 })
                let (admitted, refused) = (told[0].values, told[1].values)
                #expect(admitted["organization"] == "\(line.desk.tree.global.id)" && admitted["client"] == "")
                #expect(admitted["scopes"]?.contains("data.read") == true && admitted["challenge"] == nil)
                #expect(refused["reason"] == "scope" && refused["organization"] == nil)
                #expect(refused["challenge"]?.contains(#"error="insufficient_scope""#) == true)
            }
            #expect(line.channel.isActive)
        }
    }

    @Test
    func `of what the caller sent only the credential counts, and a slip in HAProxy's configuration lets nobody in`()
        async throws
    {
        try await atDesk { line, key in
            try line.greet()
            let bearer = ("authorization", "Bearer \(key)")
            let good: [(String, OffloadValue)] = [
                ("rule", .text("scope=data.read")), ("address", .null), ("fields", .list([bearer])),
            ]
            func with(_ name: String, _ value: OffloadValue) -> [(String, OffloadValue)] {
                good.map { $0.0 == name ? (name, value) : $0 }
            }
            let cases: [([(String, OffloadValue)], String)] = [
                (good, "200"), (with("fields", .list([bearer, bearer])), "401"),
                (
                    with("fields", .list([("x-original-uri", "/?Authorization=x"), ("forwarded", "for=1"), bearer])),
                    "200"
                ),
                (good + [("gateway", .null), ("uri", .null)], "200"), (with("rule", .null), "400"),
                (with("rule", .text("")), "400"), (with("rule", .text("on_limit=429")), "200"),
                (with("address", .text("192.0.2.1")), "400"),
                (with("fields", .null), "400"), (good + [("rule", .text("scope=data.read"))], "400"),
                (good + [("scope", .text("data.read"))], "400"), (good.filter { $0.0 != "rule" }, "400"),
                (good.filter { $0.0 != "address" }, "400"), (good.filter { $0.0 != "fields" }, "400"),
                (good + [("gateway", .number(1))], "400"),
            ]
            for (arguments, status) in cases {
                try line.send(.notify(arguments))
                #expect(try line.received().map { $0.values["status"] } == [status], "\(arguments)")
            }
            try line.send(.notify(good, messages: 2))
            #expect(try line.received().map { $0.values["status"] } == ["400"])
        }
    }

    @Test func `where gateways have a secret, HAProxy says it, and no caller can`() async throws {
        let secret = "gateway-secret-0123456789abcdef-xyz"
        try await atDesk { line, key in
            let line = try Line(line.desk, gatewaySecret: secret)
            try line.greet()
            let bearer = ("authorization", "Bearer \(key)")
            func asked(_ gateway: OffloadValue, _ fields: [(String, String)]) -> [(String, OffloadValue)] {
                [
                    ("rule", .text("scope=data.read")), ("address", .null), ("gateway", gateway),
                    ("fields", .list(fields)),
                ]
            }
            let cases: [([(String, OffloadValue)], String)] = [
                (asked(.text(secret), [bearer]), "200"), (asked(.null, [bearer]), "403"),
                (asked(.text(""), [bearer]), "403"), (asked(.text("\(secret)x"), [bearer]), "403"),
                (asked(.null, [("x-claviger-gateway", secret), bearer]), "403"),
                (asked(.null, [bearer]) + [("scope", .null)], "403"),
            ]
            for (arguments, status) in cases {
                try line.send(.notify(arguments))
                let values = try line.received().map(\.values)
                #expect(values.count == 1 && values.first?["status"] == status, "\(arguments)")
                if status == "403" { #expect(values.first?["reason"] == "gateway", "\(arguments)") }
            }
        }
    }

    @Test func `whatever byte is another, nobody gets in who has no credential`() async throws {
        try await atDesk { line, _ in
            let asked = Array(ByteBuffer.question(nil, "scope=data.read", stream: 1, frame: 1).readableBytesView)
            for place in asked.indices {
                for difference: UInt8 in [1, 0x80, 0xFF] {
                    var bytes = asked
                    bytes[place] ^= difference
                    let line = try Line(line.desk)
                    try line.greet()
                    try line.send(ByteBuffer(bytes: bytes))
                    #expect(try line.received().allSatisfy { $0.values["status"] != "200" }, "\(place) \(difference)")
                }
            }
        }
    }

    @Test func `an answer that no frame can hold lets nobody in`() async throws {
        try await atDesk { line, key in
            try line.send(.hello(size: 256))
            _ = try line.received()
            try line.send(.question(key, "scope=data.read", stream: 1, frame: 1))
            #expect(try line.received().map { $0.values["status"] } == ["503"])
        }
    }

    @Test func `no more is looked at than may wait for the database, or than HAProxy reads the answers of`()
        async throws
    {
        try await atDesk { line, key in
            let cold = try await line.desk.tree.key(in: line.desk.tree.global).secret
            await remember(key, at: line.desk)
            for (waiting, answered) in [(OffloadDoor.mostUnanswered - 1, 1), (OffloadDoor.mostUnanswered, 0)] {
                let full = try Line(line.desk)
                try full.greet()
                var asked = ByteBuffer()
                for stream in 0..<waiting {
                    asked.writeImmutableBuffer(
                        .question(cold, "scope=data.read", stream: UInt64(stream), frame: 1))
                }
                asked.writeImmutableBuffer(.question(key, "scope=data.read", stream: 1000, frame: 1))
                try full.send(asked)
                // The loop does not run, so none of those that wait is answered.
                #expect(try full.written().count == answered)
            }
            let unread = try Line(line.desk)
            try unread.greet()
            unread.channel.isWritable = false
            try unread.send(.question(key, "scope=data.read", stream: 1, frame: 1))
            #expect(try unread.received() == [])
            unread.channel.isWritable = true
            unread.channel.pipeline.fireChannelWritabilityChanged()
            #expect(try unread.received().map { $0.values["status"] } == ["200"])
        }
    }

    @Test func `who is slow or silent has their time, and a server that stops says so`() async throws {
        try await atDesk { line, key in
            line.channel.embeddedEventLoop.advanceTime(by: .seconds(11))
            #expect(try line.received().map(\.values) == [Answer.disconnect(.timeout)])
            let half = try Line(line.desk)
            try half.greet()
            try half.send(ByteBuffer(bytes: [0, 0, 1, 0, 3]))
            half.channel.embeddedEventLoop.advanceTime(by: .seconds(21))
            #expect(try half.received().map(\.values) == [Answer.disconnect(.timeout)])
            let busy = try Line(line.desk)
            try busy.greet()
            let asked = ByteBuffer.question(key, "scope=data.read", stream: 1, frame: 1)
            let first = try #require(asked.getSlice(at: 0, length: 100))
            var second = try #require(asked.getSlice(at: 100, length: asked.readableBytes - 100))
            second.writeImmutableBuffer(first)
            try busy.send(first)
            for _ in 0..<6 {
                busy.channel.embeddedEventLoop.advanceTime(by: .seconds(4))
                try busy.send(second)
            }
            let told = try busy.received()
            #expect(told.count == 6 && told.allSatisfy { $0.values["status"] == "200" })
            let idle = try Line(line.desk)
            try idle.greet()
            idle.channel.embeddedEventLoop.advanceTime(by: .seconds(70))
            #expect(try idle.received() == [] && idle.channel.isActive)
            idle.channel.embeddedEventLoop.advanceTime(by: .seconds(15))
            #expect(try idle.received().map(\.values) == [Answer.disconnect(.none)])
            for event: any Sendable in [ChannelShouldQuiesceEvent(), Connections.MakeRoom()] {
                let last = try Line(line.desk)
                try last.greet()
                try last.send(.question(key, "", stream: 1, frame: 1))
                last.channel.pipeline.fireUserInboundEventTriggered(event)
                #expect(try last.received().map(\.kind) == [103, 102])
                #expect(!last.channel.isActive)
            }
            // What HAProxy has half sent when the server stops has a moment to come, and no more.
            for comes in [true, false] {
                let last = try Line(line.desk)
                try last.greet()
                var question = ByteBuffer.question(key, "", stream: 1, frame: 1)
                let half = question.readSlice(length: 20)
                try last.send(try #require(half))
                last.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
                #expect(try last.received() == [] && last.channel.isActive)
                if comes { try last.send(question) }
                last.channel.embeddedEventLoop.advanceTime(by: OffloadDoor.patienceAtTheEnd)
                #expect(try last.received().map(\.kind) == (comes ? [103, 102] : [102]))
                #expect(!last.channel.isActive)
            }
        }
    }
}

extension OffloadValue {
    /// Fields as `req.hdrs_bin` has them.
    fileprivate static func list(_ fields: [(String, String)]) -> OffloadValue {
        var bytes = ByteBuffer()
        for text in fields.flatMap({ [$0.0, $0.1] }) + ["", ""] {
            bytes.writeOffloadNumber(UInt64(text.utf8.count))
            bytes.writeString(text)
        }
        return .bytes(bytes)
    }
}

/// What HAProxy sends.
extension ByteBuffer {
    fileprivate static func frame(
        _ kind: UInt8, flags: UInt32 = 1, stream: UInt64, frame: UInt64, _ payload: (inout ByteBuffer) -> Void
    ) -> ByteBuffer {
        var inside = ByteBuffer()
        inside.writeInteger(kind)
        inside.writeInteger(flags)
        inside.writeOffloadNumber(stream)
        inside.writeOffloadNumber(frame)
        payload(&inside)
        var bytes = ByteBuffer(integer: UInt32(inside.readableBytes))
        bytes.writeBuffer(&inside)
        return bytes
    }

    fileprivate static func hello(
        versions: String? = "2.0", size: UInt32? = 16_380, hasCapabilities: Bool = true, isHealthCheck: Bool = false
    ) -> ByteBuffer {
        frame(1, stream: 0, frame: 0) { bytes in
            if let versions {
                bytes.writeOffloadName("supported-versions")
                bytes.writeOffloadValue(versions)
            }
            if let size {
                bytes.writeOffloadName("max-frame-size")
                bytes.writeOffloadValue(size)
            }
            if hasCapabilities {
                bytes.writeOffloadName("capabilities")
                bytes.writeOffloadValue("pipelining,async")
            }
            bytes.writeOffloadName("healthcheck")
            bytes.writeInteger(UInt8(isHealthCheck ? 0x11 : 0x01))
            bytes.writeOffloadName("engine-id")
            bytes.writeOffloadValue("A B")
        }
    }

    fileprivate static func notify(
        _ arguments: [(String, OffloadValue)], messages: Int = 1, stream: UInt64 = 1, frame: UInt64 = 1
    ) -> ByteBuffer {
        self.frame(3, stream: stream, frame: frame) { bytes in
            for _ in 0..<messages {
                bytes.writeOffloadName("question")
                bytes.writeInteger(UInt8(arguments.count))
                for (name, value) in arguments {
                    bytes.writeOffloadNumber(UInt64(name.utf8.count))
                    bytes.writeString(name)
                    bytes.write(value)
                }
            }
        }
    }

    fileprivate static func question(_ key: String?, _ rule: String, stream: UInt64, frame: UInt64) -> ByteBuffer {
        let fields =
            [("host", "api.example"), ("cookie", "a=b")] + (key.map { [("authorization", "Bearer \($0)")] } ?? [])
        return notify(
            [("rule", .text(rule)), ("address", .null), ("fields", .list(fields))], stream: stream, frame: frame)
    }

    private mutating func write(_ value: OffloadValue) {
        switch value {
        case .null: writeInteger(UInt8(0))
        case .boolean(let isTrue): writeInteger(UInt8(isTrue ? 0x11 : 0x01))
        case .number(let number): writeOffloadValue(UInt32(number))
        case .address: writeBytes([6, 192, 0, 2, 9])
        case .text(let text): writeOffloadValue(text)
        case .bytes(let bytes):
            writeInteger(UInt8(9))
            writeOffloadNumber(UInt64(bytes.readableBytes))
            writeImmutableBuffer(bytes)
        }
    }
}
