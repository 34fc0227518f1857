import TestSupport
import Testing

private let onetrust = (try? OurWords.sample("onetrust").text) ?? ""

@Suite("The overview", .server(product: onetrust), .serialized)
struct OverviewPageTests {
    private func open(as role: String, _ path: String? = nil) async throws -> Answer {
        let (server, demo) = try RunningServer.current
        var visitor = PageVisitor(server)
        let person = try #require(demo.people[role])
        _ = try await visitor.signIn(person.email, person.password)
        return try await visitor.open(path ?? "/o/\(demo.account)")
    }

    /// What a card says, by where it leads.
    private func counts(_ page: Answer) -> [String: Int] {
        Dictionary(
            page.text.matches(of: /<a class="risk[^"]*" href="([^"]*)"[^>]*><strong>(\d+)<\/strong>/).map {
                (String($0.1).split(separator: "/").last.map(String.init) ?? "", Int($0.2) ?? -1)
            }
        ) { first, _ in first }
    }

    @Test func `counts what breaks first, each as a link to those`() async throws {
        let (server, demo) = try RunningServer.current
        let before = counts(try await open(as: "site-admin"))
        let europe = try #require(demo.organizations["Europe"])
        _ = try await server.makeIntegration(
            in: europe, scopes: ["assessments.read"], ["label": "Told of"], as: demo.operatorKey)
        let after = counts(try await open(as: "site-admin"))
        let never = "integrations?never-used-7-days=on"
        #expect(after[never] == before[never] && after[never] != nil, "It was made a moment ago. \(after)")
        #expect(after["integrations?creator-left=on"] == 0 && after["integrations?old-secret=on"] == 0)
        #expect(after["integrations?expired=on"] == nil, "An integration never ends.")
        let list = "/o/\(europe)/integrations"
        #expect(try await open(as: "site-admin", "\(list)?never-used=on").text.contains("<bdi>Told of</bdi>"))
        #expect(try await !open(as: "site-admin", "\(list)?never-used-7-days=on").text.contains("<bdi>Told of</bdi>"))
        for address in after.keys {
            let list = try await open(as: "site-admin", "/o/\(demo.account)/\(address)")
            #expect(list.status == 200 && list.text.contains("Remove filter"), "\(address)")
        }
    }

    @Test func `shows each what they may see, and changes to who may read the log`() async throws {
        let auditor = try await open(as: "auditor")
        #expect(auditor.text.contains("Recent changes") && counts(auditor).count > 2)
        let manager = try await open(as: "credentials-manager")
        #expect(!manager.text.contains("Recent changes") && counts(manager).count > 2)
        let officer = try await open(as: "privacy-officer")
        #expect(counts(officer).isEmpty && officer.status == 200)
        let (server, demo) = try RunningServer.current
        let stranger = try await server.makeAccount("Stranger", as: demo.operatorKey)
        #expect(try await open(as: "site-admin", "/o/\(stranger)").status == 404)
    }
}
