import CredentialFormat
import Credentials
import Foundation
import Locking
import Logging
import Model
import Notices
import Persistence
import ProductDefinition
import SignIn
import TestSupport
import Testing

/// A product that has its owners told, under a name of its own for keys.
private func product() throws -> Product {
    try Product(
        yaml: """
            product: {name: Acme}
            scopes: {data.read: {description: Read}}
            policy: {notify_roles: [owner]}
            words: {api_key: {singular: token}}
            """, file: "claviger.yaml")
}

@Suite("Events by e-mail", .onEveryEngine)
struct NoticeMailTests {
    private static let day = 86_400

    @Test func `reach the responsible and whoever looks after it, each once a day, however many nodes send`()
        async throws
    {
        try await StoreUnderTest.current.openNodes(2) { stores in
            let tree = try await SampleTree(in: stores[0], product: try product())
            let desk = try MailDesk(tree)
            let owner = try await desk.member("owner@acme.example", ["owner"], in: tree.global)
            let maker = try await desk.member("maker@acme.example", ["developer"], in: tree.europe)
            // By no role of theirs, elsewhere, at an address that nobody has proved, or without the right to see it.
            _ = try await desk.member("developer@acme.example", ["developer"], in: tree.europe)
            _ = try await desk.member("beside@acme.example", ["owner"], in: tree.northAmerica)
            _ = try await tree.member(in: tree.global, roles: ["owner"], email: "typo@acme.example")
            let key = try await tree.key(in: tree.france, as: desk.actor(maker, tree.europe)).credential
            try await desk.plan()
            try await desk.tell(key.id.description, in: tree.france)
            try await desk.plan()
            let nodes = [1, 2].map { desk.mailer(on: stores[$0 - 1], number: $0) }
            #expect(try await nodes[0].round() == 0, "What happens within the hour is one mail.")
            try await desk.tell(key.id.description, in: tree.france)
            try await desk.plan()
            tree.clock.advance(seconds: 3600)
            for _ in 0..<10 where desk.letters.count < 2 {
                let rounds = await race(2) { try await nodes[$0].round() }
                #expect(rounds.filter { !$0.isSuccess }.isEmpty)
            }
            #expect(try await nodes[0].round() == 0)
            #expect(Set(desk.letters.map(\.to)) == [owner.email, maker.email])
            #expect(desk.letters.count == 2)
            let letter = try #require(desk.letters.first { $0.to == owner.email })
            #expect(letter.subject == "Acme: 2 things to look at")
            for text in [letter.plain, letter.html] {
                #expect(text.contains("France") && text.contains("https://auth.example/o/\(tree.france.id)"))
                #expect(text.contains("Token “&lt;b&gt;” ended on") || text.contains("Token “<b>” ended on"))
                #expect(!text.contains("API key"))
            }
            #expect(!letter.html.contains("<b>"))
            // The next one is for tomorrow.
            try await desk.tell(key.id.description, in: tree.france)
            try await desk.plan()
            tree.clock.advance(seconds: Self.day - 3600)
            #expect(try await nodes[1].round() == 0)
            tree.clock.advance(seconds: 3600)
            while try await nodes[1].round() > 0 {}
            #expect(desk.letters.count == 4)
            #expect(desk.letters.last?.subject == "Acme: 1 thing to look at")
        }
    }

    @Test func `that a node had handed over when it was gone come once more, the same under the same name`()
        async throws
    {
        try await SampleTree.open(product: try product()) { tree in
            let desk = try MailDesk(tree)
            _ = try await desk.member("owner@acme.example", ["owner"], in: tree.europe)
            try await desk.plan()
            try await desk.tell("key_0000000000000000000001", in: tree.europe)
            try await desk.plan()
            tree.clock.advance(seconds: 3600)
            let other = desk.mailer(number: 2)
            let lapsed = Lock(false)
            let first = desk.mailer(number: 1) {
                guard
                    !lapsed.withLock({ was in
                        defer { was = true }; return was
                    })
                else { return }
                // The other one finds nothing, until it is as if this one were gone.
                #expect(try await other.round() == 0)
                try await tree.store.write { tx in try tx.perform("UPDATE notice_mail SET lease_until = 0") }
                // What is told meanwhile is for the next mail.
                try await desk.tell("key_0000000000000000000002", in: tree.europe)
                try await desk.plan()
                #expect(try await other.round() == 1)
            }
            #expect(try await first.round() == 1)
            #expect(desk.letters.count == 2)
            #expect(Set(desk.letters.map(\.name)).count == 1)
            #expect(Set(desk.letters.map(\.plain)).count == 1)
            // The late one changed nothing: what came meanwhile is told a day later, and what was told is not.
            tree.clock.advance(seconds: Self.day)
            while try await first.round() > 0 {}
            #expect(desk.letters.count == 3)
            #expect(desk.letters.last?.subject == "Acme: 1 thing to look at")
            #expect(Set(desk.letters.map(\.name)).count == 2)
        }
    }

    @Test func `that nobody takes are tried again, and go through a real command as both kinds of text`() async throws {
        try await SampleTree.open(product: try product()) { tree in
            try await withTemporaryFolder { folder in
                let script = "#!/bin/sh\n[ -e \(folder)/open ] || exit 75\ncat > \(folder)/mail\n"
                try script.write(toFile: folder + "/sendmail", atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes(
                    [.posixPermissions: 0o700], ofItemAtPath: folder + "/sendmail")
                let postman = SendmailPostman(
                    command: folder + "/sendmail", from: try #require(EmailAddress("desk@acme.example")),
                    now: tree.clock.now)
                let desk = try MailDesk(tree)
                _ = try await desk.member("owner@acme.example", ["owner"], in: tree.europe)
                try await desk.plan()
                try await desk.tell("key_0000000000000000000001", in: tree.europe)
                try await desk.plan()
                tree.clock.advance(seconds: 3600)
                let mailer = desk.mailer(number: 1, through: postman)
                #expect(try await mailer.round() == 1)
                #expect(try await mailer.round() == 0)
                try "".write(toFile: folder + "/open", atomically: true, encoding: .utf8)
                tree.clock.advance(seconds: 60)
                #expect(try await mailer.round() == 1)
                let mail = try String(contentsOfFile: folder + "/mail", encoding: .utf8)
                #expect(mail.contains("To: <owner@acme.example>\n"))
                let pause = try #require(
                    mail.firstMatch(
                        of:
                            /\nList-Unsubscribe: <(https:\/\/auth\.example\/account\/notices\/pause\?token=[0-9A-Za-z_~]+)>\n/
                    ))
                #expect(mail.contains("\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n"))
                let boundary = try #require(mail.firstMatch(of: /multipart\/alternative; boundary="([^"]+)"/)?.1)
                let parts = mail.components(separatedBy: "--\(boundary)")
                #expect(parts.count == 4 && parts[3] == "--\n")
                let texts = parts[1...2].compactMap { part in
                    Data(
                        base64Encoded: part.components(separatedBy: "\n\n").last ?? "",
                        options: .ignoreUnknownCharacters
                    ).map { String(decoding: $0, as: UTF8.self) }
                }
                #expect(texts.count == 2)
                #expect(parts[1].contains("text/plain") && parts[2].contains("text/html"))
                #expect(texts.allSatisfy { $0.contains("Europe") && $0.contains(String(pause.1)) })
            }
        }
    }

    @Test func `are stopped by the link in one, which does nothing else and nothing for anybody else`() async throws {
        try await SampleTree.open(product: try product()) { tree in
            let desk = try MailDesk(tree)
            let owner = try await desk.member("owner@acme.example", ["owner"], in: tree.europe)
            let other = try await desk.member("other@acme.example", ["owner"], in: tree.europe)
            try await desk.plan()
            try await desk.tell("key_0000000000000000000001", in: tree.europe)
            try await desk.plan()
            tree.clock.advance(seconds: 3600)
            let mailer = desk.mailer(number: 1)
            while try await mailer.round() > 0 {}
            let token = try #require(
                desk.letters.first { $0.to == owner.email }?.pauseAddress.split(separator: "=").last.map { String($0) })
            let forged = token.replacing(owner.id.description, with: other.id.description)
            for wrong in [forged, String(token.dropLast()), "", "\(owner.id)~", String(repeating: "a", count: 5000)] {
                await #expect(throws: Refusal.notFound) {
                    try await tree.store.write { tx in
                        try desk.choices.pause(wrong, requestID: "r", from: nil, tx: tx)
                    }
                }
            }
            for _ in 0..<2 {
                try await tree.store.write { tx in
                    try desk.choices.pause(token, requestID: "r", from: nil, tx: tx)
                }
            }
            try await desk.tell("key_0000000000000000000002", in: tree.europe)
            try await desk.plan()
            tree.clock.advance(seconds: Self.day)
            while try await mailer.round() > 0 {}
            #expect(desk.letters.map(\.to).filter { $0 == owner.email }.count == 1)
            #expect(desk.letters.map(\.to).filter { $0 == other.email }.count == 2)
            // What was told while they wanted nothing stays untold, and somebody who has gone elsewhere has another link.
            let actor = desk.actor(owner, tree.europe)
            try await tree.store.write { tx in
                let standing = try desk.choices.standing(of: actor, tx: tx)
                #expect(standing.choice.pace == .paused && standing.isResponsible && standing.isProved)
                try desk.choices.choose(NoticeChoice(pace: .soon, muted: [.upkeep]), as: actor, tx: tx)
                _ = try tx.setEmail(
                    try #require(EmailAddress("new@acme.example")), of: owner.id, from: owner.email, password: nil,
                    proof: .link(tree.clock.current), now: tree.clock.current)
            }
            try await desk.plan()
            while try await mailer.round() > 0 {}
            #expect(!desk.letters.contains { $0.to.text == "new@acme.example" })
            await #expect(throws: Refusal.notFound) {
                try await tree.store.write { tx in
                    try desk.choices.pause(token, requestID: "r", from: nil, tx: tx)
                }
            }
            try await desk.tell("key_0000000000000000000003", in: tree.europe)
            try await desk.plan()
            while try await mailer.round() > 0 {}
            #expect(desk.letters.last?.to.text == "new@acme.example", "Who wants it soon has it soon.")
            #expect(desk.letters.last?.subject == "Acme: 1 thing to look at")
        }
    }
}

/// A sample tree with what mails its members.
private final class MailDesk: Sendable {
    private let tree: SampleTree
    let choices: NoticeChoiceService
    private let sent = Letters()

    init(_ tree: SampleTree) throws {
        self.tree = tree
        choices = NoticeChoiceService(
            keyRing: tree.keys, product: tree.product, issuer: "https://auth.example", sendsMail: true,
            now: tree.clock.now)
    }

    var letters: [NoticeLetter] { sent.all }

    /// A member whose address is proved.
    func member(_ email: String, _ roles: [String], in organization: Organization) async throws -> Member {
        let member = try await tree.member(in: organization, roles: roles, email: email)
        let now = tree.clock.current
        try await tree.store.write { tx in try tx.setEmailProof(.link(now), of: member.id) }
        return member
    }

    func actor(_ member: Member, _ organization: Organization) -> Actor {
        Actor(
            .member(member.id), reach: .subtree(organization.path), permissions: SampleTree.customerRights,
            requestID: "r", address: nil)
    }

    /// Tells that a credential has ended, under a name that is HTML.
    func tell(_ subject: String, in organization: Organization) async throws {
        tree.clock.advance(seconds: 1)
        let now = tree.clock.current
        try await tree.store.write { tx in
            _ = try tx.tell(
                [
                    EventDraft(
                        .expired, subject: subject, occasion: "\(now.milliseconds)", path: organization.path, at: now,
                        [("credential_type", .text("api_key")), ("name", .text("<b>"))])
                ], at: now)
        }
    }

    /// Finds whom to mail, once what was told is old enough to be looked at.
    func plan() async throws {
        tree.clock.advance(seconds: 61)
        try await NoticePlanner(product: tree.product, now: tree.clock.now).round(through: tree.store)
    }

    func mailer(
        on store: (any Store)? = nil, number: Int, through postman: SendmailPostman? = nil,
        _ meanwhile: @escaping @Sendable () async throws -> Void = {}
    ) -> NoticeMailer {
        NoticeMailer(
            store: store ?? tree.store, node: ID(at: Int64(number)), product: tree.product,
            issuer: "https://auth.example", choices: choices, logger: Logger(label: "test"), now: tree.clock.now
        ) { [sent] letter in
            try await postman?.send(
                Letter(
                    to: letter.to, subject: letter.subject, body: letter.plain, html: letter.html,
                    pause: Letter.Pause(at: letter.pauseAddress), name: letter.name))
            sent.add(letter)
            try await meanwhile()
        }
    }
}

/// What was mailed, in the order in which it was.
private final class Letters: Sendable {
    private let kept = Lock([NoticeLetter]())

    var all: [NoticeLetter] { kept.withLock { $0 } }

    func add(_ letter: NoticeLetter) {
        kept.withLock { $0.append(letter) }
    }
}
