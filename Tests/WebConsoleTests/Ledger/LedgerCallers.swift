import Policy
import SignIn
import TestSupport

@testable import WebConsole

/// People of the ledger who are signed in.
final class LedgerCallers {
    let estate: Estate
    private let server: ServerProcess
    private var visitors: [String: (visitor: PageVisitor, session: String)] = [:]

    init(_ estate: Estate, _ people: [(name: String, email: String)], at server: ServerProcess) async throws {
        (self.estate, self.server) = (estate, server)
        for (name, email) in people {
            var visitor = PageVisitor(server)
            let answer = try await visitor.signIn(email: email, password: Somebody.password)
            let account = try await visitor.open("/account").text
            guard let session = account.firstMatch(of: /id="(ses_[0-9A-Za-z]{22})"/)?.1 else {
                throw ServerFailure("\(name) has no session: \(answer.status) \(answer.text)")
            }
            visitors[name] = (visitor, String(session))
        }
    }

    /// What an address answers. Forms have the token that they would have, if there were a page to take it from.
    func answer(
        to name: String, _ method: PageLine.Method, _ path: String, fields: [(String, String)] = []
    ) async throws -> Answer {
        guard let caller = visitors[name] else { throw ServerFailure("Nobody is called \(name).") }
        var visitor = caller.visitor
        defer { visitors[name]?.visitor = visitor }
        switch method {
        case .get: return try await visitor.open(path, headers: Self.asBrowser)
        case .post:
            let token = FormToken.make(
                visitor.cookies[SignInCookie.formName(at: PublicAddress(issuer: server.base))] ?? "",
                purpose: FormPurpose.manage.rawValue, in: caller.session, about: path)
            return try await visitor.post(path, [("csrf", token)] + fields, headers: Self.asBrowser)
        }
    }

    /// What a form of theirs is answered that another site sent, that has no token, and that has another page's (threat P1).
    func answersToForged(by name: String, _ path: String, fields: [(String, String)]) async throws -> [Int] {
        guard let caller = visitors[name] else { throw ServerFailure("Nobody is called \(name).") }
        var visitor = caller.visitor
        let secret = visitor.cookies[SignInCookie.formName(at: PublicAddress(issuer: server.base))] ?? ""
        func token(about path: String) -> [(String, String)] {
            let purpose = FormPurpose.manage.rawValue
            return [("csrf", FormToken.make(secret, purpose: purpose, in: caller.session, about: path))]
        }
        let foreign = Self.asBrowser + [("Sec-Fetch-Site", "cross-site")]
        return [
            try await visitor.post(path, token(about: path) + fields, headers: foreign).status,
            try await visitor.post(path, fields, headers: Self.asBrowser).status,
            try await visitor.post(path, token(about: path + "/else") + fields, headers: Self.asBrowser).status,
        ]
    }

    /// What it answers to who is not signed in.
    func answerToNobody(_ method: PageLine.Method, _ path: String, fields: [(String, String)]) async throws -> Answer {
        var nobody = PageVisitor(server)
        switch method {
        case .get: return try await nobody.open(path, headers: Self.asBrowser)
        case .post: return try await nobody.post(path, [("csrf", "x")] + fields, headers: Self.asBrowser)
        }
    }

    private static let asBrowser = [("Accept", "text/html")]
}

extension Answer {
    /// The body without what names the request.
    var withoutRequest: String { text.replacing(headers["x-request-id"] ?? "", with: "") }

    /// Whether a page was shown, or a form taken or sent back with what is wrong in it. To be sent to sign in again is
    /// neither, and neither is a form that was not let in.
    var isServed: Bool {
        switch status {
        case 200, 422: true
        case 303: headers["location"].map { !$0.hasPrefix("/sign-in") } ?? false
        default: false
        }
    }

    /// Whether it sends to the sign-in, or is a form that was not let in.
    var asksForSignIn: Bool {
        status == 403 || status == 303 && headers["location"]?.hasPrefix("/sign-in?continue=") == true
    }
}
