import CredentialFormat
import Model
import Organizations
import Persistence
import Policy
import ProductDefinition
import TestSupport
import Testing

@testable import SignIn

@Suite("Letters to the owner", .onEveryEngine)
struct OwnerLetterTests {
    /// What a member is told of an event.
    private func told(
        _ desk: SignInDesk, _ member: Member, _ event: OwnerLetters.Event
    ) async throws -> Letter {
        let letters = OwnerLetters(store: desk.store, product: desk.tree.product, postman: desk.postman)
        let count = desk.postman.sent.count
        letters.tell(member.id, event)
        while desk.postman.sent.count == count { await Task.yield() }
        return try #require(desk.postman.sent.last)
    }

    @Test func `tell what changed, of whom and where, and hold no link`() async throws {
        try await SignInDesk.open { desk in
            let member = try await desk.member(in: desk.tree.europe)
            let session = try await desk.session(from: .sample(from: "198.51.100.7")).session
            let former = try #require(EmailAddress("ada@former.example"))
            let events: [(OwnerLetters.Event, subject: String, words: String, to: String)] = [
                (.passwordChanged, "Your password was changed", "Your password was changed", "ada@example.com"),
                (
                    .secondFactorAdded, "Two-step verification was turned on", "An authenticator app was added",
                    "ada@example.com"
                ),
                (
                    .secondFactorRemoved, "Two-step verification was turned off", "Your authenticator app was removed",
                    "ada@example.com"
                ),
                (.newNetwork(session), "New sign-in to your account", "198.51.100.7, Browser/1", "ada@example.com"),
                (
                    .emailChanged(from: former), "Your e-mail address was changed",
                    "You no longer sign in with this one",
                    "ada@former.example"
                ),
            ]
            for (event, subject, words, to) in events {
                let letter = try await told(desk, member, event)
                #expect(letter.to.text == to)
                #expect(letter.subject == "\(desk.tree.product.name): \(subject)")
                #expect(letter.body.contains("Hello Ada,") && letter.body.contains("your account at Europe on"))
                #expect(letter.body.contains(words), "\(letter.body)")
                #expect(!letter.body.contains("://"))
            }
        }
    }
}
