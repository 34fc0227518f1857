import TestSupport

@testable import WebConsole

/// A line of the ledger of pages: who may see a page of the console, or send a form to it. Each area has its lines in an
/// extension of its own, and a page without one fails the test.
struct PageLine: Sendable {
    enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
    }

    /// Those of the ledger's product, each a member of the organization that the page is about.
    enum Role: String, CaseIterable, Sendable {
        /// Everything.
        case owner
        /// Manages integrations and keys.
        case developer
        /// Sees everything, changes nothing.
        case auditor
        /// Knows the organization, and sees no section of it.
        case guest
    }

    let method: Method
    let page: ConsolePage
    let roles: Set<Role>
    /// What stands for the names in braces: things of an organization, made anew each time.
    let identifiers: @Sendable (_ organization: String, LedgerDesk) async throws -> [String]
    /// What the form says, for those who may.
    let fields: [(String, String)]

    /// A page that is shown.
    init(
        _ page: ConsolePage, _ roles: Set<Role>,
        with identifiers: @escaping @Sendable (String, LedgerDesk) async throws -> [String] = { _, _ in [] }
    ) {
        self.init(.get, page, roles, with: identifiers)
    }

    init(
        _ method: Method, _ page: ConsolePage, _ roles: Set<Role>, fields: [(String, String)] = [],
        with identifiers: @escaping @Sendable (String, LedgerDesk) async throws -> [String] = { _, _ in [] }
    ) {
        self.method = method
        self.page = page
        self.roles = roles
        self.identifiers = identifiers
        self.fields = fields
    }

    /// What a route and its line have in common.
    var key: String { "\(method.rawValue) \(page.pattern)" }

    static let all: [PageLine] = LedgerPart.ofMany.flatMap(\.lines) + client + connections

    static let readers: Set<Role> = [.owner, .developer, .auditor]
    static let managers: Set<Role> = [.owner, .developer]
}

/// Makes what pages are about, as the operator.
struct LedgerDesk: Sendable {
    let server: ServerProcess
    let demo: DemoCredentials

    func integration(in organization: String) async throws -> [String] {
        [try await server.makeIntegration(in: organization, as: demo.operatorKey).id]
    }

    /// What a list holds. The first answer that can tell counts: a busy database says 503.
    func found(_ path: String) async throws -> JSON {
        try await Answer.settled { try await server.get(path, bearer: demo.operatorKey) }.json["items"]
    }
}
