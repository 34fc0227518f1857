import AsyncHTTPClient
import NIOPosix

extension HTTPClient {
    /// A client whose requests and connections all live on one event loop.
    ///
    /// Its pool ends the process when it hears of the end of a request behind the end of the request's connection, and where each has a
    /// loop of its own, these two race: a receiver or provider could end a node. A compromise: one core makes all requests of a client.
    static func onOneLoop(of group: MultiThreadedEventLoopGroup, _ configuration: Configuration) -> HTTPClient {
        HTTPClient(eventLoopGroupProvider: .shared(group.next()), configuration: configuration)
    }
}
