/// What a kind of error means.
package struct ErrorRule: Sendable, Equatable {
    /// Where the provider says how long to wait, besides `Retry-After`.
    package enum WaitHint: Sendable, Equatable {
        /// A header with seconds.
        case seconds(header: String)
        /// A header with Meta's usage in JSON: `estimated_time_to_regain_access` in minutes.
        case metaUsage(header: String)
    }

    /// All of them must hold.
    package let conditions: [AnswerCondition]
    package let errorClass: ErrorClass
    package let waitHint: WaitHint?
    /// For people, in the file's words: why, and what helps. Nil where the class says all.
    package let note: String?

    package init(
        _ conditions: [AnswerCondition], _ errorClass: ErrorClass, waitHint: WaitHint? = nil, note: String? = nil
    ) {
        self.conditions = conditions
        self.errorClass = errorClass
        self.waitHint = waitHint
        self.note = note
    }
}
