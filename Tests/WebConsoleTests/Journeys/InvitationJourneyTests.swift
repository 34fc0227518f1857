import TestSupport
import Testing

@Suite("A member who is invited", .server(), .serialized)
struct InvitationJourneyTests {
    @Test func `looks at the link as often as they like, sets a password, and is signed in, once`() async throws {
        let (server, demo) = try RunningServer.current
        let ada = try await Somebody("Ada", in: demo.account, on: server, demo)
        let link = try await ada.link("invitation", on: server, demo)
        #expect(link.hasPrefix("/invitation?token=clv_inv_"))
        var visitor = PageVisitor(server)
        for _ in 1...2 {
            let page = try await visitor.open(link)
            #expect(page.status == 200)
            #expect(page.text.contains("Welcome, <bdi>Ada</bdi>"))
            #expect(page.text.contains(ada.email))
        }
        let short = try await visitor.setPassword("too short", behind: link)
        #expect(short.status == 422)
        #expect(short.text.contains("12"))
        let answer = try await visitor.setPassword(Somebody.password, behind: link)
        #expect(answer.location == "/account")
        #expect(try await visitor.account()?.text.contains(ada.email) == true)

        var second = PageVisitor(server)
        #expect(try await second.open(link).status == 403)
        #expect(try await second.signIn(email: ada.email, password: Somebody.password).location == "/account")
    }

    @Test func `is let in once, however many use the link at the same moment`() async throws {
        let (server, demo) = try RunningServer.current
        let bea = try await Somebody("Bea", in: demo.account, on: server, demo)
        let link = try await bea.link("invitation", on: server, demo)
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 1...4 {
                group.addTask {
                    var visitor = PageVisitor(server)
                    return try await visitor.setPassword("a password of some length \(number)", behind: link).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count { $0 == 303 } == 1, "\(answers)")
        #expect(answers.allSatisfy { [303, 403].contains($0) }, "\(answers)")
    }

    @Test func `uses the last link: another invitation ends the one before`() async throws {
        let (server, demo) = try RunningServer.current
        let cem = try await Somebody("Cem", in: demo.account, on: server, demo)
        let first = try await cem.link("invitation", on: server, demo)
        let second = try await cem.link("invitation", on: server, demo)
        var visitor = PageVisitor(server)
        #expect(try await visitor.open(first).status == 403)
        #expect(try await visitor.setPassword(Somebody.password, behind: second).location == "/account")
        let third = try await server.call("POST", "\(cem.path)/invitation", bearer: demo.operatorKey)
        #expect(third.status == 409)
        #expect(try third.json["type"].string.hasSuffix("has-password"), "\(third.text)")
    }

    @Test func `finds no other page behind the link`() async throws {
        let (server, demo) = try RunningServer.current
        let dan = try await Somebody("Dan", in: demo.account, on: server, demo)
        let link = try await dan.link("invitation", on: server, demo)
        var visitor = PageVisitor(server)
        for other in ["/password-reset", "/hand-over"] {
            #expect(try await visitor.open(link.replacing("/invitation", with: other)).status == 403)
        }
        #expect(try await visitor.open(link).status == 200)
    }
}
