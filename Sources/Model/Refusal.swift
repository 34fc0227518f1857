/// Why a service did not do what it was asked. The outside maps each case to one status; nothing here carries a secret.
package enum Refusal: Error, Hashable, Sendable {
    /// It does not exist, or the actor must not know that it does.
    case notFound
    /// The actor may know, but lacks a right.
    case forbidden(Permission)
    /// The change would give a right that the actor does not have itself (law 11).
    case exceedsRights(Permission)
    /// A field is well-formed but not acceptable.
    case invalid([InvalidField])
    /// The present state does not allow it. The code is for programs, the explanation for people.
    case conflict(code: String, explanation: String)
    /// A limit of the product is reached.
    case limitReached(code: String, explanation: String)
    /// Somebody must have proved who they are within so many seconds: a key, which nobody stands behind, never has.
    case presenceRequired(seconds: Int)
    /// It was done too often lately. Once more after so many seconds.
    case tooOften(retryAfterSeconds: Int)
    /// `If-Match` named another version than the present one.
    case preconditionFailed
}

/// What is wrong with one field of a request.
package struct InvalidField: Hashable, Sendable {
    /// The member's name, with a dot or an index for one inside another.
    package let field: String
    /// For programs, such as `too_long`.
    package let code: String
    /// For people.
    package let message: String

    package init(_ field: String, _ code: String, _ message: String) {
        self.field = field
        self.code = code
        self.message = message
    }
}
