import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPServing

@Suite("Closing in stages")
struct LingeringTests {
    private func channel() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        try channel.pipeline.syncOperations.addHandler(Lingering(at: channel.eventLoop.now))
        return channel
    }

    @Test func `what comes is thrown away, and nobody behind hears of it`() throws {
        let channel = try channel()
        for _ in 0..<10 { try channel.writeInbound(ByteBuffer(repeating: 0x61, count: 100_000)) }
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
        #expect(channel.isActive)
    }

    @Test func `silence of five seconds is the end`() throws {
        let channel = try channel()
        channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        try channel.writeInbound(ByteBuffer(string: "x"))
        channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func `so are thirty seconds, however much comes`() throws {
        let channel = try channel()
        for second in 1..<30 {
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            try channel.writeInbound(ByteBuffer(string: "x"))
            #expect(channel.isActive, "\(second)")
        }
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func `so is more than there is patience for, and the client's own end`() throws {
        let much = try channel()
        let megabyte = ByteBuffer(repeating: 0x61, count: 1 << 20)
        for _ in 0..<32 { try much.writeInbound(megabyte) }
        #expect(much.isActive)
        try much.writeInbound(megabyte)
        #expect(!much.isActive)
        for event: any Sendable in [ChannelEvent.inputClosed, ChannelShouldQuiesceEvent()] {
            let ended = try channel()
            ended.pipeline.fireUserInboundEventTriggered(event)
            #expect(!ended.isActive)
        }
    }
}
