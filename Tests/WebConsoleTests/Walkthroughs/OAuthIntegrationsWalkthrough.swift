import TestSupport
import Testing

@Suite("Walkthrough A: OAuth integrations", .server(product: Walkthrough.product("altruistiq")), .serialized)
struct OAuthIntegrationsWalkthrough {
    @Test func `A1: the settings of the organisation show the integrations with label and client id`() async throws {
        try await Walkthrough.take("a1", of: "a")
    }

    @Test func `A2: an integration is made with its label alone, and its secret is shown this once`() async throws {
        try await Walkthrough.take("a2", of: "a")
    }

    @Test func `A2: the same form sent twice makes one, and shows the same secret`() async throws {
        try await Walkthrough.take("a2_twice", of: "a")
    }

    @Test func `A3: the IT team gets tokens at the product's path, by Basic and body, and calls the API`() async throws
    {
        try await Walkthrough.take("a3", of: "a")
    }

    @Test func `A4: rotating ends the old secret at the very next call, and tokens where that is wanted`() async throws
    {
        try await Walkthrough.take("a4", of: "a")
    }

    @Test func `A4: with an overlap both work, are seen side by side, and the old one is extended and ended early`()
        async throws
    {
        try await Walkthrough.take("a4_overlap", of: "a")
    }

    @Test func `A5: deleting warns, and ends client and tokens at the very next call`() async throws {
        try await Walkthrough.take("a5", of: "a")
    }

    @Test func `A6: the four roles with Manage API Keys see the section, and nothing hints at it to others`()
        async throws
    {
        try await Walkthrough.take("a6", of: "a")
    }

    @Test func `A7: without API access the section is gone, and admins are told whom to ask`() async throws {
        try await Walkthrough.take("a7", of: "a")
    }

    @Test func `A8: what was not used for 90 days, and a secret older than a year, are found by filters`() async throws
    {
        let (server, demo) = try RunningServer.current
        _ = try await server.makeIntegration(
            in: demo.account, scopes: ["facilities.read"], ["label": "Left in a drawer"], as: demo.operatorKey)
        try await server.database.age(integration: "Left in a drawer", by: 400 * 86_400)
        try await Walkthrough.take("a8", of: "a")
    }
}
