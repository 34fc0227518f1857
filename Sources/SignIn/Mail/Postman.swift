/// Takes mail. It returns once the mail is in somebody else's care.
package protocol Postman: Sendable {
    /// - Throws: What keeps the mail from going out. It says nothing of the mail.
    func send(_ letter: Letter) async throws
}
