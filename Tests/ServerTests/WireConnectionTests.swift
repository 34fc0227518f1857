import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import TestSupport
import Testing

@testable import Server

@Suite("Accepted connections")
struct WireConnectionTests {
    @Test(.endedIfItHangs) func `one that is handed to nobody is closed, and the process goes on`() async throws {
        let accepting = WireConnection(http: HTTP1Channel(responder: { _, _, _ in }))
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0) { accepting.setup(channel: $0, logger: Logger(label: "test")) }
        let address = try #require(listener.channel.localAddress)
        try await listener.executeThenClose { accepted in
            let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address)
                .get()
            for try await _ in accepted { break }
            try await client.closeFuture.get()
        }
    }
}
