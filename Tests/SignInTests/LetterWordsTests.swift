import CredentialFormat
import Model
import Organizations
import ProductDefinition
import TestSupport
import Testing

@testable import SignIn

/// Letters call things as the product of the file does, and never as we do.
@Suite("Letters in the words of a product")
struct LetterWordsTests {
    @Test(arguments: OurWords.samples)
    func `none of ours is left in any letter on which the product has its own`(_ name: String) async throws {
        let product = try OurWords.sample(name).product
        let role = try #require(product.roles.first { !$0.isForOperator })
        try await SignInDesk.open(product: product) { desk in
            let member = try await desk.member(in: desk.tree.europe, roles: [role.name])
            _ = try await desk.member(in: desk.tree.stranger, roles: [role.name])
            let invited = try await desk.member(
                in: desk.tree.europe, roles: [role.name], email: "grace@example.com", password: nil)
            let operate = SampleTree.theOperator
            _ = try await desk.links.invite(invited.id, in: desk.tree.europe.id, as: operate)
            _ = try await desk.links.resetPassword(of: member.id, in: desk.tree.europe.id, as: operate)
            try await desk.links.requestReset(email: "ada@example.com", from: .sample())
            let step = try await desk.signIn.signIn(
                email: "ada@example.com", password: SignInDesk.password, from: .sample())
            let choice = try #require(step.choice)
            let chosen = try #require(choice.choices.choices.first { $0.member == member.id })
            let started = try #require(
                try await desk.signIn.choose(chosen.member, ticket: choice.ticket, from: .sample()).session)
            let me = try await desk.signedIn(started)
            let browser = Browser.sample(session: started.cookie)
            for email in ["grace@example.com", "new@example.com"] {
                try await desk.emailChanges.request(
                    EmailChangeService.Wish(email: email, password: SignInDesk.password), by: me, from: browser)
            }
            let letters = OwnerLetters(store: desk.store, product: product, postman: desk.postman)
            let former = try #require(EmailAddress("ada@former.example"))
            for event: OwnerLetters.Event in [
                .passwordChanged, .secondFactorAdded, .secondFactorRemoved, .newNetwork(started.session),
                .emailChanged(from: former),
            ] {
                letters.tell(member.id, event)
            }
            while desk.postman.sent.count < 10 { await Task.yield() }
            let words = OurWords(product)
            for letter in desk.postman.sent {
                #expect(words.found(in: letter.subject + "\n" + letter.body) == [], "\(letter.subject)")
            }
        }
    }
}
