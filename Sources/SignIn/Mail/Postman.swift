/// Takes mail. It returns once the mail is in somebody else's care.
package protocol Postman: Sendable {
    /// - Throws: ``MailError``, or what else keeps the mail from going out.
    func send(_ letter: Letter) async throws
}

/// Why a mail was not taken. Says nothing of the mail.
package enum MailError: Error, Hashable, Sendable {
    /// The command cannot be started.
    case noCommand
    /// It did not end in time.
    case tooSlow
    /// It ended with that status.
    case failed(Int32)
    /// So many wait already that another would wait too long.
    case overloaded
    /// The letter is too long.
    case tooLong
}
