/// What a node needs and may lose while it runs.
enum Dependency: String, CaseIterable, Sendable {
    /// The database is reached.
    case database
    /// It can be written to.
    case writing
    /// The revocation feed is heard.
    case feed

    /// What its loss is called in the log.
    var loss: String {
        switch self {
        case .database: "the database is lost"
        case .writing: "nothing can be written"
        case .feed: "the revocation feed is lost"
        }
    }

    /// What the end of it is called.
    var recovery: String {
        switch self {
        case .database: "the database is back"
        case .writing: "writing works again"
        case .feed: "the revocation feed is back"
        }
    }

    /// What its loss means, for whoever asks whether the node is ready. Where things are, and what they said, is for the
    /// log.
    var consequence: String {
        switch self {
        case .database: "The database is not reached."
        case .writing: "Nothing can be written. What exists is verified."
        case .feed: "The revocation feed is not heard: verification asks the database each time."
        }
    }
}
