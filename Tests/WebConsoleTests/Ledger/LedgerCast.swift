import TestSupport

/// The people of the ledger. They are made once on a server; each part of the ledger has them sign in anew.
struct LedgerCast: Sendable {
    /// Who may not even know that Europe exists.
    static let strangers = ["stranger", "sibling", "child"]

    let estate: Estate
    private let emails: [String: String]

    private init(_ server: ServerProcess, _ demo: DemoCredentials) async throws {
        let estate = try await Estate(on: server, demo)
        guard let desk = demo.people["operator"]?.organization else { throw ServerFailure("There is no operator.") }
        var people = PageLine.Role.allCases.map { ($0.rawValue, $0.rawValue, estate.europe) }
        people += [
            ("stranger", "owner", estate.stranger), ("sibling", "owner", estate.northAmerica),
            ("child", "owner", estate.france), ("parent", "owner", demo.account),
        ]
        people += OperatorPageLine.Role.allCases.map { ($0.rawValue, $0 == .colleague ? "guest" : $0.rawValue, desk) }
        var emails: [String: String] = [:]
        for (name, role, organization) in people {
            // Of each server its own: whoever belongs to two organizations is asked for one at the sign-in.
            let email = "\(name)@\(estate.europe.replacing("_", with: "-").lowercased()).example"
            emails[name] = try await Somebody.joined(name, email: email, in: organization, roles: [role]).email
        }
        (self.estate, self.emails) = (estate, emails)
    }

    /// Them as they have just signed in at the suite's server.
    static func signedIn(_ names: [String]) async throws -> LedgerCallers {
        let (server, demo) = try RunningServer.current
        let cast: LedgerCast
        if let known = await made.casts[server.base] {
            cast = known
        } else {
            cast = try await LedgerCast(server, demo)
            await made.keep(cast, on: server.base)
        }
        return try await LedgerCallers(cast.estate, names.map { ($0, cast.emails[$0] ?? "") }, at: server)
    }

    /// Suites run one test at a time, so that nobody is made twice.
    private static let made = Made()

    private actor Made {
        private(set) var casts: [String: LedgerCast] = [:]

        func keep(_ cast: LedgerCast, on server: String) { casts[server] = cast }
    }
}
