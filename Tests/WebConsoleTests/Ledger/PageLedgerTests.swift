import Model
import Policy
import ProductDefinition
import SignIn
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
          contacts.read, contacts.manage, integrations.reveal, audit-events.read]
      developer:
        permissions: [organizations.read, contacts.read, integrations.read, integrations.manage, api-keys.read, api-keys.manage]
      auditor:
        permissions: [organizations.read, contacts.read, integrations.read, api-keys.read, members.read, apps.read, grants.read,
          audit-events.read]
      guest: {permissions: []}
      operator:
        permissions: [organizations.read, organizations.manage, members.read, members.manage, integrations.read,
          integrations.manage, api-keys.read, api-keys.manage, apps.read, apps.manage, grants.read, grants.manage,
          contacts.read, contacts.manage, integrations.reveal, audit-events.read, console-sessions.create, accounts.manage, resource-servers.manage]
    """

/// Each page of the console × each caller (law 12): who may not see a page is answered as for one that does not exist.
@Suite("The ledger of pages", .server(product: ledgerProduct), .serialized)
struct PageLedgerTests {
    @Test func `every page has a line, every line is a page, and every section with pages is said to have them`()
        async throws
    {
        try await SampleDesk.open { desk in
            let routes = try WebConsole.over(desk).routes.filter { $0.path.hasPrefix("/o/") }
            let keys = routes.map { "\($0.isForm ? "POST" : "GET") \($0.path)" }
            // Where a form alone is sent to, a GET leads to the page that holds it.
            let leading = Set(PageLine.all.filter { $0.method == .post }.map { "GET \($0.page.pattern)" })
            let lines = PageLine.all.map(\.key)
            #expect(Set(keys).subtracting(leading) == Set(lines).subtracting(leading))
            #expect(Set(lines).subtracting(keys) == [])
            #expect(lines.count == Set(lines).count)
            let sections = Set(PageLine.all.compactMap(\.page.section))
            #expect(sections == ConsoleSections.withPages)
        }
    }

    @Test func `each caller sees what the ledger says, and nothing tells a page from none`() async throws {
        try await PageLedger.hold(PageLine.all.filter { $0.page.section != .client })
    }
}

/// The same for a product with one integration of each organization.
@Suite("The ledger of pages for one integration", .server(product: ledgerProductOfOne), .serialized)
struct OneIntegrationLedgerTests {
    @Test func `each caller sees what the ledger says`() async throws {
        try await PageLedger.hold(PageLine.client)
    }

    @Test func `what is for many is no page here`() async throws {
        let (server, demo) = try RunningServer.current
        let callers = try await Callers(server, demo)
        let answer = try await callers.answer(
            to: "owner", PageLine(.integrations, []), [], in: callers.estate.europe)
        #expect(answer.status == 404)
    }
}

let ledgerProductOfOne =
    ledgerProduct
    + "\npolicy: {secret_visibility: retrievable, integrations_per_organization: one, new_integration: {scopes: all}}\n"

/// Asks each page as each caller.
private enum PageLedger {
    static func hold(_ lines: [PageLine]) async throws {
        let (server, demo) = try RunningServer.current
        let callers = try await Callers(server, demo)
        let desk = LedgerDesk(server: server, demo: demo)
        for line in lines {
            do {
                let bait = try await line.identifiers(callers.estate.europe, desk)
                for caller in callers.strangers {
                    let answer = try await callers.answer(to: caller, line, bait, in: callers.estate.europe)
                    #expect(answer.status == 404, "\(line.key) as \(caller): \(answer.status)")
                    let missing = try await callers.answer(to: caller, line, bait, in: callers.estate.gone)
                    #expect(answer.withoutRequest == missing.withoutRequest, "\(line.key) as \(caller)")
                }
                let nobody = try await callers.answerToNobody(line, bait)
                #expect(nobody.status == 303 || nobody.status == 403, "\(line.key): \(nobody.status)")
                #expect(nobody.headers["location"]?.hasPrefix("/sign-in?continue=") ?? (nobody.status == 403))
                for role in PageLine.Role.allCases {
                    let isAllowed = line.roles.contains(role)
                    let identifiers = isAllowed ? try await line.identifiers(callers.estate.europe, desk) : bait
                    let answer = try await callers.answer(
                        to: role.rawValue, line, identifiers, in: callers.estate.europe,
                        fields: isAllowed ? line.fields : [])
                    #expect((answer.status != 404) == isAllowed, "\(line.key) as \(role): \(answer.status)")
                    #expect(answer.status < 404 || answer.status == 404 || answer.status == 422)
                }
                // Whoever is above sees what is below, and the owner of the root may what an owner below may.
                let above = try await callers.answer(
                    to: "parent", line, try await line.identifiers(callers.estate.europe, desk),
                    in: callers.estate.europe, fields: line.fields)
                #expect(above.status != 404, "\(line.key) from above: \(above.status)")
                // What is in one organization is not found under the address of another.
                guard !bait.isEmpty else { continue }
                let fresh = try await line.identifiers(callers.estate.europe, desk)
                let elsewhere = try await callers.answer(
                    to: "parent", line, fresh, in: callers.estate.northAmerica, fields: line.fields)
                guard line.countsAsDone, elsewhere.status == 303 else {
                    #expect(elsewhere.status == 404, "\(line.key) under another: \(elsewhere.status)")
                    continue
                }
                let still = try await callers.answer(
                    to: "parent", PageLine(line.page, []), fresh, in: callers.estate.europe)
                #expect(still.status == 200, "\(line.key) under another was done: \(still.status)")
            } catch {
                Issue.record(error, "\(line.key)")
            }
        }
    }
}

/// Members of the estate who are signed in.
private final class Callers {
    let estate: Estate
    private let server: ServerProcess
    private var visitors: [String: (visitor: PageVisitor, session: String)] = [:]
    /// Who may not even know that Europe exists.
    let strangers = ["stranger", "sibling", "child"]

    init(_ server: ServerProcess, _ demo: DemoCredentials) async throws {
        self.server = server
        estate = try await Estate(on: server, demo)
        for role in PageLine.Role.allCases {
            try await join(role.rawValue, role, in: estate.europe, demo)
        }
        try await join("stranger", .owner, in: estate.stranger, demo)
        try await join("sibling", .owner, in: estate.northAmerica, demo)
        try await join("child", .owner, in: estate.france, demo)
        try await join("parent", .owner, in: demo.account, demo)
    }

    private func join(
        _ name: String, _ role: PageLine.Role, in organization: String, _ demo: DemoCredentials
    ) async throws {
        // Of each estate its own: whoever belongs to two organizations is asked for one at the sign-in.
        let email = "\(name)@\(estate.europe.replacing("_", with: "-").lowercased()).example"
        let somebody = try await Somebody.joined(name, email: email, in: organization, roles: [role.rawValue])
        var visitor = PageVisitor(server)
        _ = try await visitor.signIn(email: somebody.email, password: Somebody.password)
        let account = try await visitor.open("/account").text
        guard let session = account.firstMatch(of: /id="(ses_[0-9A-Za-z]{22})"/)?.1 else {
            throw ServerFailure("\(name) has no session.")
        }
        visitors[name] = (visitor, String(session))
    }

    /// What a page answers. Forms have the token that they would have, if there were a page to take it from.
    func answer(
        to name: String, _ line: PageLine, _ identifiers: [String], in organization: String,
        fields: [(String, String)] = []
    ) async throws -> Answer {
        guard let caller = visitors[name] else { throw ServerFailure("Nobody is called \(name).") }
        var visitor = caller.visitor
        defer { visitors[name]?.visitor = visitor }
        let path = line.page.path(in: organization, identifiers)
        switch line.method {
        case .get: return try await visitor.open(path)
        case .post:
            let token = FormToken.make(
                visitor.cookies[SignInCookie.formName(at: PublicAddress(issuer: server.base))] ?? "",
                purpose: FormPurpose.manage.rawValue, in: caller.session, about: path)
            return try await visitor.post(path, [("csrf", token)] + fields)
        }
    }

    func answerToNobody(_ line: PageLine, _ identifiers: [String]) async throws -> Answer {
        var nobody = PageVisitor(server)
        let path = line.page.path(in: estate.europe, identifiers)
        switch line.method {
        case .get: return try await nobody.open(path)
        case .post: return try await nobody.post(path, [("csrf", "x")] + line.fields)
        }
    }
}

extension Answer {
    /// The body without what names the request.
    fileprivate var withoutRequest: String {
        text.replacing(headers["x-request-id"] ?? "", with: "")
    }
}
