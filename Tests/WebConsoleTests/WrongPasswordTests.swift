import TestSupport
import Testing

/// On a server of its own: what is tried here in vain would slow down the sign-ins of others.
@Suite("A sign-in that fails", .server(on: [.sqlite]), .serialized)
struct WrongPasswordTests {
    @Test func `a wrong password and an unknown address get the same page`() async throws {
        let (server, demo) = try RunningServer.current
        func page(_ email: String) async throws -> Answer {
            var visitor = PageVisitor(server)
            let form = try await visitor.open("/sign-in")
            return try await visitor.send(
                form, to: "/sign-in", [("email", email), ("password", "no such password as this")])
        }
        let (wrong, unknown) = (try await page(demo.adminEmail), try await page("nobody@nowhere.example"))
        #expect(wrong.status == 422)
        #expect(unknown.status == 422)
        func words(_ answer: Answer) -> [Substring] {
            answer.text.matches(of: />([^<>]+)</).map(\.1)
        }
        #expect(words(wrong) == words(unknown))
    }
}
