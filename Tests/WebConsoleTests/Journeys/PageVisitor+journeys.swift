import TestSupport

/// Steps that several journeys take.
extension PageVisitor {
    /// Sends the form of a page that leads to an address, with these fields besides its hidden ones. Of several, the one
    /// that a hidden field tells from the others.
    mutating func fill(
        _ page: Answer, _ action: String, _ fields: [(String, String)] = [], where hidden: (String, String)? = nil
    ) async throws -> Answer {
        let forms = page.forms(to: action).filter { form in
            hidden.map { hidden in form.contains { $0 == hidden } } ?? true
        }
        guard let form = forms.first else { throw ServerFailure("No form leads to \(action): \(page.text)") }
        return try await post(action, form + fields)
    }

    /// Signs in, and gives what was answered to the password.
    mutating func signIn(
        email: String, password: String, at path: String = "/sign-in"
    ) async throws -> Answer {
        try await fill(try await open(path), "/sign-in", [("email", email), ("password", password)])
    }

    /// Sets a password behind a link, and gives what was answered.
    mutating func setPassword(_ password: String, behind link: String) async throws -> Answer {
        let page = try await open(link)
        return try await fill(page, String(link.prefix { $0 != "?" }), [("password", password)])
    }

    /// The account page, nil for who is not signed in.
    mutating func account() async throws -> Answer? {
        let page = try await open("/account")
        return page.status == 200 ? page : nil
    }
}

extension Answer {
    /// The hidden fields of each form that leads to an address, whatever query it has.
    func forms(to action: String) -> [[(String, String)]] {
        text.split(separator: "<form").filter { form in
            form.contains("action=\"\(action)\"") || form.contains("action=\"\(action)?")
        }.map { form in
            form.matches(of: /<input type="hidden" name="([^"]*)" value="([^"]*)"/).map {
                (String($0.1), String($0.2).replacing("&amp;", with: "&"))
            }
        }
    }

    /// What it says was just done.
    var good: String? {
        text.firstMatch(of: /<p class="notice notice-good" role="status" id="notice">([^<]*)</).map { String($0.1) }
    }

    /// What it says went wrong.
    var bad: String? {
        text.firstMatch(
            of:
                /<p class="(?:notice notice-(?:bad|caution)|field-error)" (?:role="alert" )?id="[a-z-]*"(?: role="alert")?>([^<]*)</
        ).map { String($0.1.reversed().drop { $0 == " " }.reversed()) }
    }

    /// The addresses that its links with these words lead to.
    func links(_ words: String) -> [String] {
        text.matches(of: /<a [^>]*href="([^"]*)"[^>]*>([^<]*)</).filter { $0.2 == words }.map {
            String($0.1).replacing("&amp;", with: "&")
        }
    }

    /// The names of the rows of a list, in its order.
    var rowNames: [String] {
        text.matches(
            of: /<th role="rowheader" scope="row"><a (?:class="depth-\d" )?href="[^"]*"><bdi>([^<]*)<\/bdi>/
        ).map { String($0.1) }
    }

    /// The tag of the field of this name that is to be filled in.
    func field(_ name: String) -> String? {
        text.matches(of: /<input [^>]*>/).map { String($0.0) }.first {
            $0.contains(" name=\"\(name)\"") && !$0.contains("type=\"hidden\"")
        }
    }

    /// Where it leads, if it does.
    var location: String? { status == 303 ? headers["location"] : nil }
}

/// Somebody whom an admin made a member.
struct Somebody {
    static let password = "a password of some length"

    let organization: String
    let id: String
    let email: String

    /// Their path at the management API.
    var path: String { "/api/v1/organizations/\(organization)/members/\(id)" }

    /// Makes a member.
    init(
        _ name: String, email: String? = nil, in organization: String, roles: [String] = ["developer"],
        on server: ServerProcess, _ demo: DemoCredentials
    ) async throws {
        self.organization = organization
        self.email = email ?? "\(name.lowercased())@journey.example"
        let body: JSON = [
            "email": .text(self.email), "name": .text(name), "roles": .list(roles.map { .text($0) }),
        ]
        id = try await server.make(
            "/api/v1/organizations/\(organization)/members", body, as: demo.operatorKey)["id"].string
    }

    /// Makes a member and has them set ``password`` behind an invitation.
    static func joined(
        _ name: String, email: String? = nil, in organization: String? = nil, roles: [String] = ["developer"]
    ) async throws -> Somebody {
        let (server, demo) = try RunningServer.current
        let somebody = try await Somebody(
            name, email: email, in: organization ?? demo.account, roles: roles, on: server, demo)
        var visitor = PageVisitor(server)
        let link = try await somebody.link("invitation", on: server, demo)
        guard try await visitor.setPassword(password, behind: link).location == "/account" else {
            throw ServerFailure("No password was set.")
        }
        return somebody
    }

    /// A link that an admin makes, without the server's address.
    func link(_ kind: String, on server: ServerProcess, _ demo: DemoCredentials) async throws -> String {
        let url = try await server.make("\(path)/\(kind)", [:], as: demo.operatorKey)["link"].string
        return String(url.dropFirst(server.base.count))
    }
}
