import CredentialFormat
import Foundation
import Model
import Persistence
import TestSupport
import Testing

@testable import Server

/// Two nodes on one PostgreSQL, one of which takes the time for another than it is, as processes: what one of them writes
/// down, the other believes.
@Suite("Nodes whose clocks differ", .serialized)
struct ClockSkewTests {
    @Test(.timeLimit(.minutes(5)), arguments: [-120, -3, 3, 120])
    func `one that is some seconds off is no other node to anybody`(_ seconds: Int) async throws {
        let database = try await ServerDatabase.make(on: .postgres, in: Folder())
        let right = try await ServerProcess(command: "demo", on: database)
        try await right.start()
        defer { right.kill() }
        let off = try await ServerProcess(
            command: "serve", on: database, arguments: ["--environment", "development"],
            environment: [
                "CLAVIGER_ISSUER": right.base, "LD_PRELOAD": try Self.library(), "FAKETIME": "\(seconds)",
                "DONT_FAKE_MONOTONIC": "1",
            ])
        try await off.start()
        defer { off.kill() }
        let demo = try right.credentials()
        for (here, there) in [(right, off), (off, right)] { try await walk(here, there, demo, issuer: right.base) }
        #expect(!"\(right.log)\(off.log)".contains("\"status\":5"))
    }

    /// Goes from one node to the other with everything that a node writes down with a time.
    private func walk(
        _ here: ServerProcess, _ there: ServerProcess, _ demo: TestSupport.DemoCredentials, issuer: String
    ) async throws {
        let name = here.port < there.port ? "ada" : "eve"
        let member = try await here.makeMember(name, in: demo.account, as: demo.operatorKey)
        // Right passwords, from browsers that nobody knows, here and there, with failures between.
        for number in 0..<8 {
            var visitor = PageVisitor(number % 2 == 0 ? here : there)
            #expect(try await visitor.signIn(member.email, member.password).status == 303, "\(number)")
            if number < 3 {
                #expect(try await visitor.signIn(member.email, "not the password of hers").status == 422)
            }
        }
        // A session of one is one of the other's, and as young there.
        var visitor = try await PageVisitor.signedIn(member, at: here)
        var beyond = PageVisitor(there, cookies: visitor.cookies)
        #expect(try await beyond.open("/account").status == 200)
        #expect(try await beyond.open("/account/password").status == 200)

        // A code, its exchange, a refresh whose reply was lost, and what they are good for.
        let app = try await here.makeApp(in: demo.account, as: demo.operatorKey)
        let code = try await visitor.code(for: app, ["scope": "openid data.read"])
        let first = try MadeTokens(try await there.exchange(code, of: app))
        let second = try MadeTokens(try await here.refresh(first.refresh, of: app))
        let again = try MadeTokens(try await there.refresh(first.refresh, of: app))
        #expect(again.refresh == second.refresh && again.access == second.access)
        let third = try MadeTokens(try await there.refresh(second.refresh, of: app))
        for node in [here, there] {
            #expect(try await node.get("/verify?scope=data.read", bearer: third.access).status == 200)
        }

        // A second factor that is turned on here is asked for there.
        let introduction = try await visitor.open("/account/second-factor")
        let setUp = try await visitor.send(introduction, to: "/account/second-factor")
        let key = try #require(setUp.authenticatorKey)
        let authenticator = try #require(Authenticator(secret: key))
        let confirmed = try await visitor.send(
            setUp, to: "/account/second-factor/confirm", [("code", authenticator.code())])
        #expect(confirmed.status == 303)
        var owner = PageVisitor(there)
        let asked = try await owner.signIn(member.email, member.password)
        let entered = try await owner.send(
            asked, to: "/sign-in/second-factor", [("code", authenticator.code(later: 1))])
        #expect(entered.status == 303, "\(entered.text)")

        // Whom strangers keep out is let in by their own browser, at the other node too.
        for number in 0..<7 {
            var stranger = PageVisitor(number % 2 == 0 ? here : there)
            _ = try await stranger.signIn(member.email, "not the password of hers")
        }
        var elsewhere = PageVisitor(here, cookies: ["claviger-device": owner.cookies["claviger-device"] ?? ""])
        #expect(try await elsewhere.signIn(member.email, member.password).status == 200, "A code is asked for.")

        // Links: a hand-over of a minute, and an invitation.
        let draft: JSON = [
            "organization_id": .text(demo.account), "email": .text("\(name)@over.example"), "name": "Ada",
            "roles": .list([]), "return_url": .null,
        ]
        let made = try await here.make("/api/v1/console-sessions", draft, as: demo.operatorKey)
        let handOver = String(try made["url"].string.dropFirst(issuer.count))
        var handed = PageVisitor(there)
        let button = try await handed.open(handOver)
        var pressed = PageVisitor(here, cookies: handed.cookies)
        #expect(try await pressed.send(button, to: "/hand-over").status == 303)
        let reset = try await here.make("\(member.path)/password-reset", [:], as: demo.operatorKey)
        let link = String(try reset["link"].string.dropFirst(issuer.count))
        var forgetful = PageVisitor(there)
        let page = try await forgetful.open(link)
        #expect(page.status == 200)
        var setting = PageVisitor(here, cookies: forgetful.cookies)
        let set = try await setting.send(page, to: "/password-reset", [("password", "quite another password")])
        #expect(set.status == 200, "A code is asked for: \(set.status)")
    }

    private static func library() throws -> String {
        for folder in ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"] {
            let path = "\(folder)/faketime/libfaketimeMT.so.1"
            if FileManager.default.fileExists(atPath: path) { return path }
        }
        throw ServerFailure("libfaketime is missing: scripts/prepare test")
    }
}

@Suite("The clock that nodes share", .onEveryEngine)
struct DatabaseClockTests {
    @Test func `however far machines' clocks are apart, their nodes go by the database's`() async throws {
        try await StoreUnderTest.current.open { store in
            let steady = FixedClock(Instant(seconds: 5000))
            let early = try await DatabaseClock(of: store) { steady.current.milliseconds }
            let late = try await DatabaseClock(of: store) { steady.current.milliseconds + 120_000 }
            let time = try await store.read { tx in try tx.databaseTime() }
            for clock in [early, late] { #expect(abs(clock.now().seconds(since: time)) <= 60) }
            // It goes on by itself between two looks, and a look sets it right.
            let before = early.now()
            steady.advance(seconds: 10)
            #expect(early.now() == before.adding(seconds: 10))
            try await early.compare()
            let after = try await store.read { tx in try tx.databaseTime() }
            #expect(early.now() <= after)
        }
    }

    @Test func `while the database does not answer, it goes on`() async throws {
        try await StoreUnderTest.current.open { store in
            let steady = FixedClock(Instant(seconds: 5000))
            let clock = try await DatabaseClock(of: store) { steady.current.milliseconds }
            await store.close()
            let before = clock.now()
            await #expect(throws: (any Error).self) { try await clock.compare() }
            steady.advance(seconds: 7)
            #expect(clock.now() == before.adding(seconds: 7))
        }
    }
}
