/// A browser as far as pages need one: keeps cookies, fills forms in, follows nothing.
package struct PageVisitor: Sendable {
    package let server: any HTTPFront
    package private(set) var cookies: [String: String] = [:]

    /// - Parameter cookies: What the browser was given before.
    package init(_ server: some HTTPFront, cookies: [String: String] = [:]) {
        self.server = server
        self.cookies = cookies
    }

    /// Opens a page.
    package mutating func open(_ path: String, headers: [(String, String)] = []) async throws -> Answer {
        keep(try await server.get(path, headers: headers + cookie))
    }

    /// Sends the form of a page with these fields besides its hidden ones.
    package mutating func send(
        _ page: Answer, to path: String, _ fields: [(String, String)] = [], headers: [(String, String)] = []
    ) async throws -> Answer {
        try await post(path, page.hiddenFields + fields, headers: headers)
    }

    /// Sends these fields.
    package mutating func post(
        _ path: String, _ fields: [(String, String)], headers: [(String, String)] = []
    ) async throws -> Answer {
        keep(try await server.form(path, fields, headers: headers + cookie))
    }

    /// Signs in, and gives what was answered.
    package mutating func signIn(
        _ demo: DemoCredentials, password: String? = nil, continuing path: String? = nil
    ) async throws -> Answer {
        try await signIn(demo.adminEmail, password ?? demo.adminPassword, continuing: path)
    }

    /// Signs in, and gives what was answered.
    package mutating func signIn(
        _ email: String, _ password: String, continuing path: String? = nil
    ) async throws -> Answer {
        let page = try await open("/sign-in" + (path.map { "?continue=\(ServerProcess.encoded($0))" } ?? ""))
        return try await send(page, to: "/sign-in", [("email", email), ("password", password)])
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
    package var hiddenFields: [(String, String)] {
        let forms = text.split(separator: "<form").map(String.init)
        let form = forms.first { $0.contains("name=\"csrf\"") && !$0.contains("/sign-out\"") } ?? ""
        return Self.hiddenFields(of: form)
    }

    /// The hidden fields of a page that a browser sends on to an app by itself (`response_mode=form_post`).
    package var postedFields: [(String, String)] {
        text.contains("document.forms[0].submit()") ? Self.hiddenFields(of: text) : []
    }

    /// The value of a hidden field.
    package func hidden(_ name: String) -> String? { hiddenFields.first { $0.0 == name }?.1 }

    /// The key for an authenticator app that it shows.
    package var authenticatorKey: String? {
        text.firstMatch(of: /<p class="secret">(.*?)<\/p>/).map { String($0.1).replacing(/<[^>]*>/, with: "") }
    }

    private static func hiddenFields(of form: String) -> [(String, String)] {
        form.matches(of: /<input type="hidden" name="([^"]*)" value="([^"]*)"/).map {
            (String($0.1), unescaped(String($0.2)))
        }
    }

    private static func unescaped(_ text: String) -> String {
        text.replacing("&quot;", with: "\"").replacing("&#39;", with: "'").replacing("&lt;", with: "<")
            .replacing("&gt;", with: ">").replacing("&amp;", with: "&")
    }
}
