package import Model

/// A session that has just begun or got another secret: what the reply puts into cookies.
package struct StartedSession: Sendable, CustomStringConvertible, CustomReflectable {
    package let session: MemberSession
    /// The value of the session's cookie. The one before it, if any, is worth nothing now.
    package let cookie: String
    /// The value of the cookie that says who signed in here before, nil to leave that as it is.
    package let deviceCookie: String?
    /// Whether it was begun from a network from which its member has never signed in before.
    package var isFromNewNetwork = false

    /// Where the operator's backend wants the browser back.
    package var returnURL: String? { session.returnURL }

    /// The session's identifier alone.
    package var description: String { "started \(session.id)" }
    /// Nothing to reflect upon.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
