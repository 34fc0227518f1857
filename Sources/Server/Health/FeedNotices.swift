import CredentialFormat
import Logging
import Model
import Persistence

/// Passes on what the feed brings, and says in the log of every node what an operator wants to find there: that the keys
/// were changed, and that another node ended.
struct FeedNotices: FeedReceiver {
    let receiver: any FeedReceiver
    let node: ID<Node>
    let logger: Logger

    func listeningBegan() { receiver.listeningBegan() }

    func listeningEnded() { receiver.listeningEnded() }

    func heartbeat() -> FeedMessage? { receiver.heartbeat() }

    func heard(_ message: FeedMessage) -> [FeedMessage] {
        switch message {
        case .changes(let changes) where changes.contains(.keyRing):
            logger.notice("the key ring was changed, and is read anew")
        case .farewell(let other) where other != node:
            logger.notice("another node has ended", metadata: ["node": "\(other)"])
        case .changes, .farewell, .heartbeat, .everything, .question, .answer: break
        }
        return receiver.heard(message)
    }
}
