import NIOCore
import NIOEmbedded
import Testing

@testable import HTTPServing

@Suite("Closing in stages")
struct LingeringTests {
    private func channel() throws -> EmbeddedChannel { try channel(isWritten: true).0 }

    private func channel(isWritten: Bool) throws -> (EmbeddedChannel, Lingering) {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 1)).wait()
        let lingering = Lingering(at: channel.eventLoop.now, isWritten: isWritten)
        try channel.pipeline.syncOperations.addHandler(lingering)
        return (channel, lingering)
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

    @Test func `a client that still reads is waited for, and has its time then`() throws {
        let (channel, lingering) = try channel(isWritten: false)
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        lingering.begin()
        channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test func `one that does not read is waited for so long and no longer, and less while the server stops`() throws {
        let (slow, _) = try channel(isWritten: false)
        slow.embeddedEventLoop.advanceTime(by: .seconds(30))
        #expect(!slow.isActive)
        let (stopped, _) = try channel(isWritten: false)
        stopped.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        stopped.embeddedEventLoop.advanceTime(by: .seconds(9))
        #expect(stopped.isActive)
        stopped.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!stopped.isActive)
    }
}
