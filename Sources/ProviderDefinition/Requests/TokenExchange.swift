/// A request whose answer has tokens, and where in it they stand.
package struct TokenExchange: Sendable, Equatable {
    /// What an answer must have.
    package enum Requirement: String, Sendable, CaseIterable {
        case accessToken = "access_token"
        case refreshToken = "refresh_token"
    }

    package let request: RequestTemplate
    package let answer: AnswerMap
    /// What comes along in the same answer.
    package let children: ChildMap?
    /// ``Requirement/accessToken`` always; without a refresh token that should be there, consent must be asked for again.
    package let requires: Set<Requirement>
}
