import Hummingbird
import Logging
import NIOCore
import NIOPosix

/// The second floor: a Hummingbird route that reads the whole request and answers a constant, as an ordinary endpoint
/// does before it does anything of its own.
///
/// `HummingbirdFloor --port 18092` listens on loopback with one event loop, until it is stopped.
@main
struct HummingbirdFloor {
    static func main() async throws {
        guard let port = port(in: CommandLine.arguments) else {
            print("usage: HummingbirdFloor --port <1…65535>")
            return
        }
        let router = Router()
        router.get("/floor") { _, _ in answer }
        router.post("/floor") { request, _ in
            _ = try await request.body.collect(upTo: 65_536)
            return answer
        }
        var logger = Logger(label: "floor")
        logger.logLevel = .error
        let application = Application(
            router: router,
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
            onServerRunning: { _ in print("HummingbirdFloor listens on 127.0.0.1:\(port)") },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
            logger: logger
        )
        try await application.runService()
    }

    /// The same bytes as the floor without Hummingbird sends.
    private static var answer: Response {
        Response(
            status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: body))
    }

    private static let body = ByteBuffer(
        string: #"{"access_token":"clv_at_0123456789012345678901234567890123456789012345678901234567","#
            + #""token_type":"Bearer","expires_in":3600}"#
    )

    private static func port(in arguments: [String]) -> Int? {
        guard arguments.count == 3, arguments[1] == "--port", let port = Int(arguments[2]) else { return nil }
        return (1...65_535).contains(port) ? port : nil
    }
}
