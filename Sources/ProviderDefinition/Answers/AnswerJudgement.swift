/// What an answer means.
package enum AnswerJudgement: Sendable, Equatable {
    case success
    case failure(AnswerFailure)
}

/// An error of a provider. It holds no secret and none of the provider's sentences.
package struct AnswerFailure: Error, Sendable, Equatable {
    package let errorClass: ErrorClass
    /// Short and without spaces: `invalid_grant`, `190/460`, `http-503`.
    package let code: String
    /// Seconds that the provider asks for.
    package let retryAfter: Int?
    /// Whether a second one, at least 60 s later, must say the same before the connection is called dead.
    package let needsConfirmation: Bool
    /// For people, from the file.
    package let note: String?

    package init(errorClass: ErrorClass, code: String, retryAfter: Int?, needsConfirmation: Bool, note: String?) {
        self.errorClass = errorClass
        self.code = code
        self.retryAfter = retryAfter
        self.needsConfirmation = needsConfirmation
        self.note = note
    }
}
