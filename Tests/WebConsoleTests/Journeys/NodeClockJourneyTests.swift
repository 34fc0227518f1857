import Foundation
import TestSupport
import Testing

/// Two nodes on one PostgreSQL, the second of which shows a wrong time. Whatever one of them gives, the other takes.
@Suite("Two nodes whose clocks differ", .serialized)
struct NodeClockJourneyTests {
    private struct Nodes {
        let right: ServerProcess
        let wrong: ServerProcess
        let demo: DemoCredentials

        /// Each way from one to the other.
        var ways: [(from: ServerProcess, to: ServerProcess)] { [(right, wrong), (wrong, right)] }
    }

    private func with(skew seconds: Int, _ body: (Nodes) async throws -> Void) async throws {
        let folder = try Folder()
        let database = try await ServerDatabase.make(on: .postgres, in: folder)
        let right = try await ServerProcess(command: "demo", on: database)
        defer { right.kill() }
        try await right.start()
        let wrong = try await ServerProcess(
            command: "serve", on: database, arguments: ["--environment", "development", "--issuer", right.base],
            environment: try await SkewedClock.environment(seconds: seconds, in: folder))
        defer { wrong.kill() }
        let shown = Date().addingTimeInterval(TimeInterval(seconds))
        try await wrong.start()
        try #require(try await logs(wrong, from: shown), "The clock is not wrong: \(wrong.log.prefix(300))")
        try await body(Nodes(right: right, wrong: wrong, demo: try right.credentials()))
    }

    /// Whether the log of a server begins at this time, give or take a minute.
    private func logs(_ server: ServerProcess, from time: Date) async throws -> Bool {
        var written: Substring?
        try await eventually {
            written = server.log.firstMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/)?.output
            return written != nil
        }
        guard let written else { return false }
        return abs(try Date(String(written) + "Z", strategy: .iso8601).timeIntervalSince(time)) < 60
    }

    /// A browser that goes on at another node.
    private func moved(_ visitor: PageVisitor, to node: ServerProcess) -> PageVisitor {
        PageVisitor(node, cookies: visitor.cookies)
    }

    /// What is behind the authority of an address.
    private func path(_ url: String) throws -> String {
        let parts = try #require(URLComponents(string: url))
        return parts.path + (parts.percentEncodedQuery.map { "?\($0)" } ?? "")
    }

    @Test(.endedIfItHangs, arguments: [-120, -3, 3, 120])
    func `give and take sign-ins, codes, refreshes, one-time passwords, hand-overs and links`(skew: Int) async throws {
        try await with(skew: skew) { nodes in
            for (number, (from, to)) in nodes.ways.enumerated() {
                let member = try await from.makeMember(
                    "ada\(number)", in: nodes.demo.account, roles: ["owner"], as: nodes.demo.operatorKey)
                try await signsIn(member, from, to)
                try await tokens(member, nodes.demo, from, to)
                try await oneTimePassword(member, from, to)
                try await handOver("kay\(number)@over.example", nodes.demo, from, to)
                try await links(member, nodes.demo, from, to)
            }
        }
    }

    /// A password is right at once, here and there, also after a wrong one; a session holds at both.
    private func signsIn(_ member: MadeMember, _ from: ServerProcess, _ to: ServerProcess) async throws {
        for node in [from, to, from, to] {
            var stranger = PageVisitor(node)
            #expect(try await stranger.signIn(member.email, "a wrong password of somebody").status == 422)
            var visitor = PageVisitor(node)
            #expect(try await visitor.signIn(member.email, member.password).location == "/account")
            for other in [from, to] {
                var there = moved(visitor, to: other)
                #expect(try await there.account() != nil)
            }
        }
    }

    /// A code of one node is exchanged at the other; refreshes go to and fro, one of them twice as after a lost reply.
    private func tokens(
        _ member: MadeMember, _ demo: DemoCredentials, _ from: ServerProcess, _ to: ServerProcess
    ) async throws {
        let app = try await from.makeApp(in: demo.account, as: demo.operatorKey)
        var visitor = try await PageVisitor.signedIn(member, at: from)
        let first = try MadeTokens(try await to.exchange(try await visitor.code(for: app), of: app))
        let second = try MadeTokens(try await from.refresh(first.refresh, of: app))
        let repeated = try MadeTokens(try await to.refresh(first.refresh, of: app))
        #expect(repeated.refresh == second.refresh)
        let third = try MadeTokens(try await to.refresh(second.refresh, of: app))
        for (tokens, node) in [(first, from), (second, to), (third, from), (third, to)] {
            let verified = try await node.get("/verify?scope=data.read", bearer: tokens.access)
            #expect(verified.status == 200, "\(verified.headers["www-authenticate"] ?? "")")
        }
    }

    /// A second factor that was turned on at one node is asked for at the other, and its code of now is right there.
    private func oneTimePassword(_ member: MadeMember, _ from: ServerProcess, _ to: ServerProcess) async throws {
        var visitor = try await PageVisitor.signedIn(member, at: from)
        let setUp = try await visitor.fill(
            try await visitor.open("/account/second-factor"), "/account/second-factor")
        let authenticator = try #require(setUp.authenticatorKey.flatMap { Authenticator(secret: $0) })
        let confirmed = try await visitor.fill(
            setUp, "/account/second-factor/confirm", [("code", authenticator.code())])
        #expect(confirmed.location == "/account", "\(confirmed.text)")
        var other = PageVisitor(to)
        let asked = try await other.signIn(member.email, member.password)
        // The code of this half minute was spent to turn it on.
        let code = authenticator.code(later: 1)
        #expect(try await other.fill(asked, "/sign-in/second-factor", [("code", code)]).location == "/account")
        let removal = try await other.open("/account/second-factor/remove")
        #expect(try await other.fill(removal, "/account/second-factor/remove").location == "/account")
    }

    private func handOver(
        _ email: String, _ demo: DemoCredentials, _ from: ServerProcess, _ to: ServerProcess
    ) async throws {
        let made = try await from.make(
            "/api/v1/console-sessions",
            ["organization_id": .text(demo.account), "email": .text(email), "name": "Kay", "roles": ["developer"]],
            as: demo.operatorKey)
        var visitor = PageVisitor(to)
        let page = try await visitor.open(try path(try made["url"].string))
        #expect(page.status == 200)
        #expect(try await visitor.fill(page, "/hand-over").location == "/account")
        var back = moved(visitor, to: from)
        #expect(try await back.account() != nil)
    }

    private func links(
        _ member: MadeMember, _ demo: DemoCredentials, _ from: ServerProcess, _ to: ServerProcess
    ) async throws {
        let made = try await from.make("\(member.path)/password-reset", [:], as: demo.operatorKey)
        var visitor = PageVisitor(to)
        let link = try path(try made["link"].string)
        #expect(try await visitor.setPassword("quite another password", behind: link).location == "/account")
        var again = PageVisitor(from)
        #expect(try await again.signIn(member.email, "quite another password").location == "/account")
    }
}
