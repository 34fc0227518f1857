import TestSupport
import Testing

@Suite("An authorization request on its way through the sign-in", .server(), .serialized)
struct AuthorizationJourneyTests {
    private struct Scene {
        let server: ServerProcess
        let app: MadeApp
        let ada: MadeMember
        let bea: MadeMember
    }

    private func scene() async throws -> Scene {
        let (server, demo) = try RunningServer.current
        let account = try await server.makeAccount("Travelled", as: demo.operatorKey)
        return Scene(
            server: server, app: try await server.makeApp(in: account, as: demo.operatorKey),
            ada: try await server.makeMember("ada", in: account, as: demo.operatorKey),
            bea: try await server.makeMember("bea", in: account, as: demo.operatorKey))
    }

    /// The member signs in at the page that was led to, and goes on from there.
    private func signIn(
        _ member: MadeMember, _ visitor: inout PageVisitor, at location: String
    ) async throws -> Answer {
        let page = try await visitor.open(location)
        let answer = try await visitor.send(
            page, to: "/sign-in", [("email", member.email), ("password", member.password)])
        return try await visitor.open(try #require(answer.location))
    }

    @Test(arguments: ["{\"a\":1}", "a|b", "a^b", "a`b", "a\\b", "<a>", "a'b", "a[b]"])
    func `a request with what browsers leave raw is not lost`(_ raw: String) async throws {
        let scene = try await scene()
        let connection = try RawConnection(port: scene.server.port)
        let path = scene.app.request(["state": nil], further: "&state=\(raw)")
        connection.send("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        let answer = String(decoding: connection.receive(), as: UTF8.self)
        let field = answer.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("location: ") }
        let location = try #require(field?.dropFirst("location: ".count))
        var visitor = PageVisitor(scene.server)
        let page = try await signIn(scene.ada, &visitor, at: String(location))
        let sent = try await visitor.decide("approve", on: page)
        #expect(sent.sent("state") == raw)
        #expect(sent.sent("code") != nil)
    }

    @Test func `the longest request is not lost, and a longer one is refused before anybody signs in`() async throws {
        let scene = try await scene()
        let query = scene.app.query(["state": nil, "prompt": "consent"])
        for filling in ["x", "%7B"] {
            let room = (8000 - query.utf8.count - 3) / filling.count
            let whole = "/oauth2/authorize?\(query)&x=" + String(repeating: filling, count: room)
            var visitor = PageVisitor(scene.server)
            let location = try #require(try await visitor.open(whole).location)
            let page = try await signIn(scene.ada, &visitor, at: location)
            #expect(try await visitor.decide("approve", on: page).sent("code") != nil, "\(filling)")
            for isSignedIn in [true, false] {
                if !isSignedIn { visitor = PageVisitor(scene.server) }
                let refused = try await visitor.open(whole + "xxx")
                #expect(refused.status == 400)
                #expect(refused.text.contains("longer than 8000 bytes"))
            }
        }
    }

    @Test func `an app that names its user by an ID token gets nobody else's tokens, and no loop`() async throws {
        let scene = try await scene()
        var visitor = try await PageVisitor.signedIn(scene.ada, at: scene.server)
        let scope: [String: String?] = ["scope": "openid"]
        let hint = try #require(try await visitor.tokens(for: scene.app, scope).id)
        let request = scene.app.request(scope.merging(["id_token_hint": hint]) { $1 })
        #expect(try await visitor.open(request).sent("code") != nil)

        visitor = try await PageVisitor.signedIn(scene.bea, at: scene.server)
        _ = try await visitor.code(for: scene.app, scope)
        #expect(try await visitor.open(request + "&prompt=none").sent("error") == "login_required")
        let location = try #require(try await visitor.open(request).location)
        #expect(location.hasPrefix("/sign-in?continue="))
        let other = try await signIn(scene.bea, &visitor, at: location)
        #expect(other.sent("error") == "login_required")
        #expect(other.sent("state") == "s1")
        #expect(other.sent("code") == nil)
        #expect(try await signIn(scene.ada, &visitor, at: location).sent("code") != nil)
    }
}
