/// How to learn that a connection works without changing anything.
package struct HealthProbe: Sendable, Equatable {
    /// What is asked.
    package enum Question: Sendable, Equatable {
        case request(RequestTemplate)
        /// The request of this step; nothing of its answer but its being good is used.
        case step(String)
    }

    /// In seconds.
    package let every: Int
    /// In percent of ``every``, up or down.
    package let jitter: Int
    package let question: Question
    /// Whether a renewal takes its place where the access token has ended meanwhile.
    package let renewsWhenStale: Bool
}
