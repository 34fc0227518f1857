import Foundation
import ProductDefinition
import TestSupport
import Testing

/// `claviger demo` with each of the files in `Products` has somebody to sign in as for each role.
@Suite("Sample people")
struct DemoPeopleTests {
    @Test(.endedIfItHangs, arguments: OurWords.samples)
    func `there is one for each role of the file, who can sign in`(_ name: String) async throws {
        let (text, product) = try OurWords.sample(name)
        try await ServerProcess.withDemo(product: text) { server, demo in
            #expect(Set(demo.people.keys) == Set(product.roles.map(\.name)))
            for (role, person) in demo.people {
                var visitor = PageVisitor(server)
                #expect(try await visitor.signIn(person.email, person.password).status == 303, "\(role)")
                let isOperator = product.role(role)?.isForOperator == true
                #expect((person.organization == demo.account) == !isOperator, "\(role)")
                let title = try #require(product.role(role)?.title)
                let account = try await visitor.open("/account")
                #expect(account.text.contains("<dd><bdi>\(title.replacing("&", with: "&amp;"))</bdi></dd>"), "\(role)")
            }
            // What is printed says whom to sign in as, where, and nothing that this product does not have.
            try await eventually { server.output.contains("Ctrl-C") }
            #expect(server.output.contains("Open \(server.base)/sign-in and sign in as one of these:"))
            for person in demo.people.values {
                #expect(server.output.contains(person.email) && server.output.contains(person.password))
            }
            #expect(!server.output.contains("data.read"))
            let scope = try #require(server.output.firstMatch(of: /\/verify\?scope=([a-z.-]+)'/)).1
            #expect(try await server.verify(demo.apiKey, scope: String(scope)).status == 200)
        }
    }

    @Test func `a second start gives them other passwords and makes nobody twice`() async throws {
        let (text, _) = try OurWords.sample("onetrust")
        try await ServerProcess.withDemo(product: text) { server, first in
            _ = try await server.stop()
            try await server.start()
            let second = try server.credentials()
            #expect(second.people.mapValues(\.email) == first.people.mapValues(\.email))
            for (role, person) in second.people { #expect(person.password != first.people[role]?.password) }
            let members = try await server.get(
                "/api/v1/organizations/\(second.account)/members?limit=200", bearer: second.operatorKey)
            let emails = try members.json["items"].elements.map { try $0["email"].string }
            #expect(emails.count == Set(emails).count)
            var visitor = PageVisitor(server)
            let person = try #require(second.people["site-admin"])
            #expect(try await visitor.signIn(person.email, person.password).status == 303)
        }
    }

    @Test func `a default plan without access to the API is no plan for a demonstration`() async throws {
        let (text, _) = try OurWords.sample("altruistiq")
        let product = text.replacing("default_plan: advanced", with: "default_plan: essential")
        try await ServerProcess.withDemo(product: product) { server, demo in
            let token = try await server.tokenAnswer(demo.integration)
            #expect(token.status == 200, "\(token.text)")
            let account = try await server.get("/api/v1/accounts/\(demo.account)", bearer: demo.operatorKey)
            #expect(try account.json["plan"].string == "advanced")
        }
    }
}
