import BoundedCommand
import Foundation
import Locking
import Model
import TestSupport
import Testing

@testable import SignIn

@Suite("Mail")
struct MailTests {
    private let from = EmailAddress("auth@acme.example")
    private let to = EmailAddress("ada@example.com")

    private func message(_ subject: String, _ body: String = "Hello") throws -> String {
        Message(
            letter: Letter(to: try #require(to), subject: subject, body: body), from: try #require(from),
            date: Instant(seconds: 1_790_000_000), name: "id"
        ).text
    }

    @Test func `a message has the headers of RFC 5322 and its text in Base64`() throws {
        let text = try message("Hello", "Grüße\n.\nlast line")
        let parts = text.split(separator: "\n\n", maxSplits: 1).map(String.init)
        let (head, body) = (parts[0], parts[1])
        #expect(head.contains("From: <auth@acme.example>\nTo: <ada@example.com>\n"))
        #expect(head.contains("Date: Mon, 21 Sep 2026 14:13:20 +0000\nMessage-ID: <id@acme.example>\n"))
        let data = try #require(Data(base64Encoded: body.replacing("\n", with: "")))
        #expect(String(decoding: data, as: UTF8.self) == "Grüße\n.\nlast line")
    }

    @Test(arguments: [
        "Hi\nBcc: victim@example.com", "Hi\r\nBcc: victim@example.com\r\n\r\nbody", "Hi\u{2028}Bcc: x", "?=\nBcc: x",
        String(repeating: "ü\n", count: 300),
    ])
    func `nothing that people chose becomes a header`(_ subject: String) throws {
        let text = try message(subject, subject)
        let head = text.split(separator: "\n\n", maxSplits: 1)[0]
        let names = head.split(separator: "\n").filter { !$0.hasPrefix(" ") }.map { $0.prefix { $0 != ":" } }
        #expect(
            names == [
                "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type",
                "Content-Transfer-Encoding", "Auto-Submitted",
            ])
        #expect(text.split(separator: "\n").allSatisfy { $0.utf8.count <= 78 })
        #expect(text.utf8.allSatisfy { $0 == 0x0A || (0x20...0x7E).contains($0) })
    }

    @Test func `a letter with HTML has both texts, and an address that could end a header stops nothing`() throws {
        for wrong in [
            "https://x.example\nBcc: victim@example.com", "https://x.example/>", "https://x.example/ü", "a b",
        ] {
            #expect(Letter.Pause(at: wrong) == nil)
        }
        let letter = Letter(
            to: try #require(to), subject: "S", body: "plain\n--=_id", html: "<p>\n--=_id--",
            pause: Letter.Pause(at: "https://auth.example/stop?token=x"))
        let text = Message(
            letter: letter, from: try #require(from), date: Instant(seconds: 1_790_000_000), name: "id"
        ).text
        let parts = text.components(separatedBy: "--=_id")
        #expect(parts.count == 4 && parts[3] == "--\n")
        #expect(
            parts[0].hasSuffix(
                """
                Content-Type: multipart/alternative; boundary="=_id"
                Auto-Submitted: auto-generated
                List-Unsubscribe: <https://auth.example/stop?token=x>
                List-Unsubscribe-Post: List-Unsubscribe=One-Click


                """))
        #expect(parts[1].contains("Content-Type: text/plain") && parts[2].contains("Content-Type: text/html"))
    }

    private func postman(_ script: String, in folder: String) throws -> SendmailPostman {
        let path = folder + "/sendmail"
        try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        return SendmailPostman(command: path, from: try #require(from), now: FixedClock().now)
    }

    @Test func `the command gets -t -i, the message, and nothing of our environment`() async throws {
        try await withTemporaryFolder { folder in
            setenv("CLAVIGER_TEST_SECRET", "a secret", 1)
            let postman = try postman(
                "echo \"$@\" > \(folder)/args; env > \(folder)/env; cat > \(folder)/mail", in: folder)
            try await postman.send(Letter(to: try #require(to), subject: "S", body: "B"))
            func file(_ name: String) throws -> String {
                try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            }
            #expect(try file("args") == "-t -i\n")
            #expect(try file("mail").contains("To: <ada@example.com>\n"))
            #expect(try !file("env").contains("a secret"))
        }
    }

    @Test func `a command that fails is an error, and what it prints is nobody's`() async throws {
        try await withTemporaryFolder { folder in
            let letter = Letter(to: try #require(to), subject: "S", body: "B")
            await #expect(throws: BoundedCommandError.failed(status: 75)) {
                try await postman("exit 75", in: folder).send(letter)
            }
            try await postman("exec 0<&-; yes | head -c 1000000", in: folder).send(letter)
        }
    }

    @Test func `letters beyond what the outbox holds are refused, not kept`() async throws {
        let postman = SlowPostman()
        let outbox = Outbox(postman, limit: 2) { _ in }
        let letter = Letter(to: try #require(to), subject: "S", body: "B")
        let waiting = (0..<2).map { _ in Task { try await outbox.send(letter) } }
        while postman.waiting < 2 { await Task.yield() }
        #expect(try await !outbox.send(letter))
        postman.open()
        for task in waiting { #expect(try await task.value) }
        #expect(try await outbox.send(letter))
    }
}

/// Takes letters once it is open.
private final class SlowPostman: Postman {
    private let arrived = Lock(0)
    private let isOpen = Lock(false)

    var waiting: Int { arrived.withLock { $0 } }

    func open() { isOpen.withLock { $0 = true } }

    func send(_ letter: Letter) async throws {
        arrived.withLock { $0 += 1 }
        while !isOpen.withLock({ $0 }) { await Task.yield() }
    }
}
