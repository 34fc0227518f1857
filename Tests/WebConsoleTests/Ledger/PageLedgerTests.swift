import ProductDefinition
import TestSupport
import Testing

@testable import WebConsole

/// A product with a role for each line of the ledger, and every section.
let ledgerProduct = """
    product: {name: Ledger}
    scopes: {data.read: {description: Read data}, data.write: {description: Write data}}
    roles:
      owner:
        permissions: [organizations.read, organizations.manage, members.read, members.manage, integrations.read,
          integrations.manage, api-keys.read, api-keys.manage, apps.read, apps.manage, grants.read, grants.manage,
          contacts.read, contacts.manage, connections.read, connections.manage, webhooks.read,
          webhooks.manage, integrations.reveal, audit-events.read]
      developer:
        permissions: [organizations.read, contacts.read, integrations.read, integrations.manage, api-keys.read, api-keys.manage]
      auditor:
        permissions: [organizations.read, contacts.read, integrations.read, api-keys.read, members.read, apps.read, grants.read,
          connections.read, webhooks.read, audit-events.read]
      guest: {permissions: []}
      accountant: {permissions: [accounts.manage]}
      warden: {permissions: [resource-servers.manage]}
      operator:
        permissions: [organizations.read, organizations.manage, members.read, members.manage, integrations.read,
          integrations.manage, api-keys.read, api-keys.manage, apps.read, apps.manage, grants.read, grants.manage,
          contacts.read, contacts.manage, connections.read, connections.manage, webhooks.read,
          webhooks.manage, integrations.reveal, audit-events.read, console-sessions.create, accounts.manage, resource-servers.manage]
    """

/// Each page of the console × each caller (law 12): who may not see a page is answered as for one that does not exist.
@Suite("The ledger of pages", .server(product: ledgerProductOfMany), .serialized)
struct PageLedgerTests {
    @Test func `every page has a line, every line is a page, and every section with pages is said to have them`()
        async throws
    {
        try await SampleDesk.open { desk in
            let routes = try WebConsole.over(desk).routes
            let keys = routes.map { "\($0.isForm ? "POST" : "GET") \($0.path)" }
            let console = Set(keys.filter { $0.contains(" /o/") })
            // Where a form alone is sent to, a GET leads to the page that holds it.
            let leading = Set(PageLine.all.filter { $0.method == .post }.map { "GET \($0.page.pattern)" })
            let lines = PageLine.all.map(\.key)
            #expect(console.subtracting(leading) == Set(lines).subtracting(leading))
            #expect(Set(lines).subtracting(keys) == [])
            #expect(lines.count == Set(lines).count)
            let sections = Set(PageLine.all.compactMap(\.page.section))
            #expect(sections == ConsoleSections.withPages)
            let operators = OperatorPageLine.all.map(\.key)
            #expect(Set(keys.filter { $0.contains(" /operator") }) == Set(operators))
            #expect(operators.count == Set(operators).count)
            // The others are for whoever comes, or about who is signed in and nobody else.
            let others = Set(routes.map(\.path).filter { !$0.hasPrefix("/o/") && !$0.hasPrefix("/operator") })
            #expect(others == Self.others)
            // A product cannot lay a path of its own over one.
            #expect(routes.map(\.path).filter { $0 != ConsoleURL.home.path && !ReservedPath.covers($0) } == [])
        }
    }

    private static let others: Set = [
        "/", "/sign-in", "/sign-in/second-factor", "/sign-in/organization", "/sign-in/again", "/sign-out",
        "/forgot-password",
        "/password-reset", "/invitation", "/hand-over", "/email-change", "/consent", "/oauth2/authorize",
        "/oauth2/logout",
        "/oauth2/logout/confirm", "/.well-known/change-password", "/account", "/account/password", "/account/email",
        "/account/notices", "/account/notices/pause",
        "/account/second-factor", "/account/second-factor/confirm", "/account/second-factor/recovery-codes",
        "/account/second-factor/recovery-codes/keep", "/account/second-factor/remove", "/account/sessions/end",
        "/account/sessions/end-others", "/account/apps", "/account/apps/take-back",
        "/connections/callback/{provider}",
    ]

    @Test(arguments: LedgerPart.ofMany)
    func `each caller sees what the ledger says, and nothing tells a page from none`(_ part: LedgerPart) async throws {
        try await PageLedger.hold(part.lines)
    }

    @Test func `a kept secret is seen by who has just proved who they are, and the page tells who saw it`() async throws
    {
        let callers = try await LedgerCast.signedIn(["owner"])
        let (server, demo, europe) = (callers.estate.server, callers.estate.demo, callers.estate.europe)
        let made = try await server.makeIntegration(in: europe, as: demo.operatorKey)
        let page = ConsolePage.revealIntegrationSecret.path(in: europe, [made.id])
        let secrets = try await callers.answer(
            to: "owner", .get, ConsolePage.integrationSecrets.path(in: europe, [made.id]))
        #expect(secrets.links("Show client secret") == [page] && !secrets.text.contains(made.secret))
        let shown = try await callers.answer(to: "owner", .post, page)
        #expect(shown.status == 200 && shown.text.contains(made.secret), "\(shown.text)")
        let use = try await callers.answer(to: "owner", .get, ConsolePage.integration.path(in: europe, [made.id]))
        #expect(use.text.contains("Client secret seen") && !use.text.contains(made.secret))
        try await server.database.age(authenticationsBy: 301)
        for method in [PageLine.Method.get, .post] {
            let answer = try await callers.answer(to: "owner", method, page)
            #expect(answer.status == 303 && answer.location?.hasPrefix("/sign-in/again") == true, "\(answer.text)")
        }
    }

    @Test func `the operator's pages are there for the operator's people who may see them, and for nobody else`()
        async throws
    {
        try await PageLedger.hold(OperatorPageLine.ofServer)
    }
}

/// The same for a product with one integration of each organization.
@Suite("The ledger of pages for one integration", .server(product: ledgerProductOfOne), .serialized)
struct OneIntegrationLedgerTests {
    @Test func `each caller sees what the ledger says`() async throws {
        try await PageLedger.hold(PageLine.client)
    }

    @Test func `the overview tells of the one as well`() async throws {
        let callers = try await LedgerCast.signedIn(["owner"])
        let (server, demo, europe) = (callers.estate.server, callers.estate.demo, callers.estate.europe)
        // One that is there already is as good.
        _ = try await server.call(
            "POST", "/api/v1/organizations/\(europe)/integrations", bearer: demo.operatorKey, ["label": "The one"])
        let overview = try await callers.answer(to: "owner", .get, ConsolePage.overview.path(in: europe))
        let client = ConsolePage.client.path(in: europe)
        #expect(overview.text.contains("href=\"\(client)\"><strong>0</strong>whose creator has left"))
    }

    @Test func `what is for many is no page here`() async throws {
        let callers = try await LedgerCast.signedIn(["owner"])
        let answer = try await callers.answer(
            to: "owner", .get, ConsolePage.integrations.path(in: callers.estate.europe))
        #expect(answer.status == 404)
    }
}

let ledgerProductOfMany = ledgerProduct + "\npolicy: {secret_visibility: retrievable}\n"

let ledgerProductOfOne =
    ledgerProduct
    + "\npolicy: {secret_visibility: retrievable, integrations_per_organization: one, new_integration: {scopes: all}}\n"

/// Asks each page as each caller.
private enum PageLedger {
    static func hold(_ lines: [PageLine]) async throws {
        let callers = try await LedgerCast.signedIn(
            PageLine.Role.allCases.map(\.rawValue) + LedgerCast.strangers + ["parent"])
        let estate = callers.estate
        let desk = LedgerDesk(server: estate.server, demo: estate.demo)
        let secret = /[a-z]{2,8}_(?:key|cs|at|rt|ak|ses|code)_[0-9A-Za-z]{20,}/
        for line in lines {
            do {
                let bait = try await line.identifiers(estate.europe, desk)
                let (path, none) = (
                    line.page.path(in: estate.europe, bait), line.page.path(in: estate.gone, bait)
                )
                for caller in LedgerCast.strangers {
                    let answer = try await callers.answer(to: caller, line.method, path)
                    #expect(answer.status == 404, "\(line.key) as \(caller): \(answer.status)")
                    let missing = try await callers.answer(to: caller, line.method, none)
                    #expect(answer.withoutRequest == missing.withoutRequest, "\(line.key) as \(caller)")
                }
                let nobody = try await callers.answerToNobody(line.method, path, fields: line.fields)
                #expect(nobody.asksForSignIn, "\(line.key): \(nobody.status)")
                if line.method == .post {
                    let forged = try await callers.answersToForged(by: "owner", path, fields: line.fields)
                    #expect(forged == [403, 403, 403], "P1: \(line.key)")
                }
                for role in PageLine.Role.allCases {
                    let name = role.rawValue
                    if line.roles.contains(role) {
                        let fresh = line.page.path(in: estate.europe, try await line.identifiers(estate.europe, desk))
                        let answer = try await callers.answer(to: name, line.method, fresh, fields: line.fields)
                        #expect(answer.isServed, "\(line.key) as \(name): \(answer.status) \(answer.text)")
                        let isSecretShown = line.method == .get && answer.text.contains(secret)
                        #expect(!isSecretShown, "P4: \(line.key) as \(name): \(answer.text)")
                    } else {
                        let answer = try await callers.answer(to: name, line.method, path)
                        #expect(answer.status == 404, "\(line.key) as \(name): \(answer.status)")
                    }
                }
                // Whoever is above sees what is below, and the owner of the root may what an owner below may.
                let fresh = try await line.identifiers(estate.europe, desk)
                // What is in one organization is not found under the address of another.
                if !fresh.isEmpty {
                    let elsewhere = line.page.path(in: estate.northAmerica, fresh)
                    let answer = try await callers.answer(to: "parent", line.method, elsewhere, fields: line.fields)
                    #expect(answer.status == 404, "\(line.key) under another: \(answer.status)")
                }
                let above = line.page.path(in: estate.europe, fresh)
                let answer = try await callers.answer(to: "parent", line.method, above, fields: line.fields)
                #expect(answer.isServed, "\(line.key) from above: \(answer.status) \(answer.text)")
            } catch {
                Issue.record(error, "\(line.key)")
            }
        }
    }

    static func hold(_ lines: [OperatorPageLine]) async throws {
        let customers = PageLine.Role.allCases.map(\.rawValue) + ["parent", "stranger"]
        let callers = try await LedgerCast.signedIn(customers + OperatorPageLine.Role.allCases.map(\.rawValue))
        let (server, demo) = (callers.estate.server, callers.estate.demo)
        for line in lines {
            do {
                func path() async throws -> String {
                    switch line.subject {
                    case .nothing: return line.page.path()
                    case .account: return line.page.path(try await server.makeAccount("Bait", as: demo.operatorKey))
                    case .resourceServer:
                        let made = try await server.make(
                            "/api/v1/resource-servers", ["name": "Bait", "audiences": ["https://bait.example.com"]],
                            as: demo.operatorKey)
                        return line.page.path(try made["id"].string)
                    }
                }
                let bait = try await path()
                let nobody = try await callers.answerToNobody(line.method, bait, fields: line.fields)
                #expect(nobody.asksForSignIn, "\(line.key): \(nobody.status)")
                let others = OperatorPageLine.Role.allCases.filter { !line.roles.contains($0) }.map(\.rawValue)
                for caller in customers + others {
                    let answer = try await callers.answer(to: caller, line.method, bait, fields: line.fields)
                    #expect(answer.status == 404, "\(line.key) as \(caller): \(answer.status)")
                    let missing = try await callers.answer(to: caller, line.method, "/operator/nothing-of-the-kind")
                    #expect(answer.withoutRequest == missing.withoutRequest, "\(line.key) as \(caller)")
                }
                for role in line.roles {
                    let answer = try await callers.answer(
                        to: role.rawValue, line.method, try await path(), fields: line.fields)
                    #expect(answer.isServed, "\(line.key) as \(role): \(answer.status) \(answer.text)")
                    guard line.subject != .nothing else { continue }
                    for none in [callers.estate.gone, "rsv_0000000000000000000001"] {
                        let missing = try await callers.answer(
                            to: role.rawValue, line.method, line.page.path(none), fields: line.fields)
                        #expect(missing.status == 404, "\(line.key) as \(role), of none: \(missing.status)")
                    }
                }
            } catch {
                Issue.record(error, "\(line.key)")
            }
        }
    }
}
