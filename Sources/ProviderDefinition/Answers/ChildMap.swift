/// Things below a connection that come with its consent, such as pages, locations or a second token.
package struct ChildMap: Sendable, Equatable {
    /// Where they stand.
    package enum Source: Sendable, Equatable {
        /// Each element of this list.
        case elements(JSONPointer)
        /// This one object, if it is there.
        case object(JSONPointer)
    }

    /// What they are: `page`, `location`, `tenant`, `user`.
    package let kind: String
    package let source: Source
    /// Relative to the child, as are all that follow.
    package let identifier: JSONPointer
    package let name: JSONPointer?
    /// Tokens of its own, if it has any; an ``AnswerMap/accessToken`` that is missing there means that a permission is.
    package let answer: AnswerMap
    /// Whether its refresh token is renewed as the connection's own is.
    package let isRenewed: Bool
}
