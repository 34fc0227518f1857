import TestSupport

/// A browser as far as pages need one: keeps cookies, fills forms in, follows nothing.
struct PageVisitor {
    let server: ServerProcess
    private(set) var cookies: [String: String] = [:]

    init(_ server: ServerProcess) {
        self.server = server
    }

    /// Opens a page.
    mutating func open(_ path: String, headers: [(String, String)] = []) async throws -> Answer {
        keep(try await server.get(path, headers: headers + cookie))
    }

    /// Sends the form of a page with these fields besides its hidden ones.
    mutating func send(
        _ page: Answer, to path: String, _ fields: [(String, String)] = [], headers: [(String, String)] = []
    ) async throws -> Answer {
        try await post(path, page.hiddenFields + fields, headers: headers)
    }

    /// Sends these fields.
    mutating func post(
        _ path: String, _ fields: [(String, String)], headers: [(String, String)] = []
    ) async throws -> Answer {
        keep(try await server.form(path, fields, headers: headers + cookie))
    }

    /// Signs in, and gives what was answered.
    mutating func signIn(
        _ demo: DemoCredentials, password: String? = nil, continuing path: String? = nil
    ) async throws -> Answer {
        let page = try await open("/sign-in" + (path.map { "?continue=\(ServerProcess.encoded($0))" } ?? ""))
        return try await send(
            page, to: "/sign-in", [("email", demo.adminEmail), ("password", password ?? demo.adminPassword)])
    }

    private var cookie: [(String, String)] {
        cookies.isEmpty ? [] : [("Cookie", cookies.map { "\($0)=\($1)" }.sorted().joined(separator: "; "))]
    }

    private mutating func keep(_ answer: Answer) -> Answer {
        for cookie in (answer.headers["set-cookie"] ?? "").split(separator: ", ") {
            let pair = cookie.prefix { $0 != ";" }
            let name = String(pair.prefix { $0 != "=" })
            let value = String(pair.dropFirst(name.count + 1))
            cookies[name] = cookie.contains("Max-Age=0") ? nil : value
        }
        return answer
    }
}

extension Answer {
    /// The hidden fields of the first form that has a `csrf` and is no sign-out.
    var hiddenFields: [(String, String)] {
        let forms = text.split(separator: "<form").map(String.init)
        let form = forms.first { $0.contains("name=\"csrf\"") && !$0.contains("action=\"/sign-out\"") } ?? ""
        return form.matches(of: /<input type="hidden" name="([^"]*)" value="([^"]*)"/).map {
            (String($0.1), Self.unescaped(String($0.2)))
        }
    }

    /// The value of a hidden field.
    func hidden(_ name: String) -> String? { hiddenFields.first { $0.0 == name }?.1 }

    private static func unescaped(_ text: String) -> String {
        text.replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&lt;", with: "<")
            .replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }
}
