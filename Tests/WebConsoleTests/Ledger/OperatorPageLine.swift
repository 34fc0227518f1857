import TestSupport

@testable import WebConsole

/// A line of the ledger of the operator's pages: whoever of the operator's people may see one, or send a form to it. For
/// everybody else there is none.
struct OperatorPageLine: Sendable {
    /// Those of the operator's own account, besides the one who may everything.
    enum Role: String, CaseIterable, Sendable {
        /// Everything.
        case `operator`
        /// Manages accounts, and nothing else.
        case accountant
        /// Manages resource servers, and nothing else.
        case warden
        /// One of the operator's people, with no right of the operator's own.
        case colleague
    }

    let method: PageLine.Method
    let page: OperatorPage
    let roles: Set<Role>
    /// What a page is about, which is made anew each time.
    enum Subject: Sendable {
        case nothing, account, resourceServer
    }

    let subject: Subject
    /// What the form says, for those who may.
    let fields: [(String, String)]

    /// A page that is shown.
    private init(_ page: OperatorPage, _ roles: Set<Role>) {
        self.init(.get, page, roles)
    }

    private init(
        _ method: PageLine.Method, _ page: OperatorPage, _ roles: Set<Role>, fields: [(String, String)] = []
    ) {
        self.method = method
        self.page = page
        self.roles = roles
        self.fields = fields
        subject = !page.pattern.contains("{id}") ? .nothing : page.above == .accounts ? .account : .resourceServer
    }

    /// What a route and its line have in common.
    var key: String { "\(method.rawValue) \(page.pattern)" }

    private static let accountants: Set<Role> = [.operator, .accountant]
    private static let wardens: Set<Role> = [.operator, .warden]

    static let all = ofServer + providers

    /// Held without a server of their own.
    static let providers: [OperatorPageLine] = [
        OperatorPageLine(.providers, [.operator]),
        OperatorPageLine(.providerSecret, [.operator]),
        OperatorPageLine(
            .post, .providerSecret, [.operator], fields: [("secret", "another-s3cret"), ("overlap_seconds", "3600")]),
    ]

    /// Held at a server.
    static let ofServer: [OperatorPageLine] = [
        OperatorPageLine(.accounts, accountants),
        OperatorPageLine(.newAccount, accountants),
        OperatorPageLine(.post, .newAccount, accountants, fields: [("name", "Made in the ledger")]),
        OperatorPageLine(.account, accountants),
        OperatorPageLine(.post, .account, accountants, fields: [("name", "Changed in the ledger")]),
        OperatorPageLine(.suspendAccount, accountants),
        OperatorPageLine(.post, .suspendAccount, accountants, fields: [("suspended", "yes")]),
        OperatorPageLine(.resourceServers, wardens),
        OperatorPageLine(.newResourceServer, wardens),
        OperatorPageLine(
            .post, .newResourceServer, wardens,
            fields: [("name", "Made in the ledger"), ("audiences", "https://ledger.example.com")]),
        OperatorPageLine(.resourceServer, wardens),
        OperatorPageLine(.editResourceServer, wardens),
        OperatorPageLine(
            .post, .editResourceServer, wardens,
            fields: [("name", "Changed in the ledger"), ("audiences", "https://ledger.example.com"), ("revision", "1")]),
        OperatorPageLine(.rotateResourceServer, wardens),
        OperatorPageLine(.post, .rotateResourceServer, wardens, fields: [("overlap_seconds", "0")]),
        OperatorPageLine(.deleteResourceServer, wardens),
        OperatorPageLine(.post, .deleteResourceServer, wardens),
        OperatorPageLine(.product, accountants),
        OperatorPageLine(.auditLog, [.operator]),
        OperatorPageLine(.auditFile, [.operator]),
        OperatorPageLine(.nodes, accountants),
        OperatorPageLine(.keyRing, accountants),
    ]
}
