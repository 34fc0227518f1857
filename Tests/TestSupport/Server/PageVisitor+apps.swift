import Foundation

extension PageVisitor {
    /// A browser in which a member has signed in.
    package static func signedIn(_ member: MadeMember, at server: some HTTPFront) async throws -> PageVisitor {
        var visitor = PageVisitor(server)
        let answer = try await visitor.signIn(member.email, member.password)
        guard answer.status == 303 else { throw ServerFailure("No sign-in: \(answer.status) \(answer.text)") }
        return visitor
    }

    /// Answers the page that asks for a consent.
    package mutating func decide(_ decision: String, on page: Answer) async throws -> Answer {
        var fields = page.hiddenFields
        if page.hidden("organization") == nil {
            let choice = page.text.firstMatch(of: /name="organization" value="(org_[0-9A-Za-z]+)"/)
            fields += choice.map { [("organization", String($0.1))] } ?? []
        }
        return try await post("/consent", fields + [("decision", decision)])
    }

    /// Opens an authorization request and approves it, if it is asked.
    package mutating func approve(_ request: String) async throws -> Answer {
        let page = try await open(request)
        guard page.status == 200, page.hidden("request") != nil else { return page }
        return try await decide("approve", on: page)
    }

    /// A code for an app.
    package mutating func code(for app: MadeApp, _ changes: [String: String?] = [:]) async throws -> String {
        let answer = try await approve(app.request(changes))
        guard let code = answer.sent("code") else {
            throw ServerFailure("No code: \(answer.status) \(answer.headers["location"] ?? answer.text)")
        }
        return code
    }

    /// Tokens for an app.
    package mutating func tokens(for app: MadeApp, _ changes: [String: String?] = [:]) async throws -> MadeTokens {
        try MadeTokens(try await server.exchange(try await code(for: app, changes), of: app))
    }
}

extension Answer {
    /// A parameter that an authorization response carries, in whichever mode.
    package func sent(_ name: String) -> String? {
        if let posted = postedFields.first(where: { $0.0 == name }) { return posted.1 }
        let query = headers["location"]?.split(separator: "?", maxSplits: 1).dropFirst().last ?? ""
        let pair = query.split(separator: "&").first { $0.hasPrefix("\(name)=") }
        return pair.flatMap { $0.dropFirst(name.count + 1).removingPercentEncoding }
    }
}
