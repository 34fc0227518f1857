/// Why somebody was not let in. What each says is all that may be told.
package enum SignInRefusal: Error, Hashable, Sendable {
    /// The e-mail address, the password or the code. Never which.
    case wrong
    /// Too many attempts in vain. None is looked at before so many seconds have passed.
    case throttled(retryAfterSeconds: Int)
    /// So many passwords wait already that another would wait too long. It may be tried again in a second.
    case busy
    /// A link or a step was used, is too old, or belongs to another browser. One begins again.
    case expired
    /// The account is suspended. Told only to who has proved who they are.
    case suspended
    /// The act is sensitive and the member proved who they are too long ago.
    case reauthenticationRequired
    /// This session or this member cannot do it: it was handed over from elsewhere, or has no password.
    case unavailable
}
