import Logging
import PersistencePostgres
import ServiceLifecycle
import Verification

/// Listens to the revocation feed while the server runs, and says farewell to the other nodes at the end.
struct RevocationListening: Service {
    let feed: RevocationFeed
    let connection: PostgresFeed
    let logger: Logger

    init(
        _ feed: RevocationFeed, of store: PostgresStore, at address: PostgresAddress, telling outages: Outages,
        logger: Logger
    ) {
        self.feed = feed
        self.logger = logger
        connection = store.feed { condition in
            switch condition {
            case .listens: outages.isWell(.feed, isCertain: true)
            case .isLost(let problem):
                outages.met(.feed, details: ["database": "\(address)", "error": "\(problem)"])
            }
        }
        feed.speak { [connection] in connection.say($0) }
    }

    func run() async throws {
        logger.info("listening to the revocation feed", metadata: ["node": "\(feed.node)"])
        connection.start(FeedNotices(receiver: feed, node: feed.node, logger: logger))
        try? await gracefulShutdown()
        await connection.close(saying: feed.farewell)
    }
}
