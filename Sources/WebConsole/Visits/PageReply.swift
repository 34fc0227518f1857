import HTTPServing
import HTTPTypes
import Hummingbird
import NIOCore
import SignIn

/// What a page's route answers.
struct PageReply: Sendable {
    private enum Content: Sendable {
        case html(@Sendable (PageWriter) -> [UInt8])
        case elsewhere(String)
        case file([UInt8], type: String)
    }

    private let content: Content
    private let status: HTTPResponse.Status
    private var policy = ContentSecurityPolicy()
    private var cookies: [String] = []
    private var further = HTTPFields()
    /// What the log says of a refusal.
    private(set) var rule: String?

    /// A page.
    static func page<P: Page>(
        _ page: P, _ status: HTTPResponse.Status = .ok, policy: ContentSecurityPolicy = ContentSecurityPolicy()
    ) -> PageReply {
        var reply = PageReply(content: .html { $0.html(page) }, status: status)
        reply.policy = policy
        reply.policy.scripts += page.scripts.map(\.hash)
        return reply
    }

    /// What a browser keeps as a file.
    ///
    /// - Parameter name: Letters, digits, `-` and `.`.
    static func file(_ bytes: [UInt8], _ type: String, named name: String) -> PageReply {
        PageReply(content: .file(bytes, type: type), status: .ok)
            .with(.contentDisposition, "attachment; filename=\"\(name)\"")
    }

    /// Another page of ours. 303, so that no form is ever sent on (threat R11).
    static func redirect(_ url: ConsoleURL, at site: Site) -> PageReply {
        PageReply(content: .elsewhere(site.link(url)), status: .seeOther)
    }

    /// An address that an app registered, or one that was proven in another way.
    static func redirect(toProven address: String) -> PageReply {
        PageReply(content: .elsewhere(address), status: .seeOther)
    }

    private init(content: Content, status: HTTPResponse.Status) {
        self.content = content
        self.status = status
    }

    /// The same, with cookies set.
    func setting(_ cookies: String?...) -> PageReply {
        var reply = self
        reply.cookies += cookies.compactMap(\.self)
        return reply
    }

    /// The same, with the cookie that the forms of a page need, where the browser has none.
    func settingForms(of visit: Visit, at site: Site) -> PageReply {
        guard case .html = content, visit.hasFreshFormSecret else { return self }
        return setting(SignInCookie.form(visit.formSecret, at: site.address))
    }

    /// The same, and the page that follows says what was done.
    func telling(_ done: Done, at site: Site) -> PageReply {
        setting(SignInCookie.done(done.rawValue, at: site.address))
    }

    /// The same, of a page that says what was just done: it is said once. What leads on says nothing itself, and leaves it
    /// for the page that follows.
    func saying(_ done: Done?, at site: Site) -> PageReply {
        guard case .html = content, done != nil else { return self }
        return setting(SignInCookie.clearingDone(at: site.address))
    }

    /// The same, with a header field.
    func with(_ name: HTTPField.Name, _ value: String) -> PageReply {
        var reply = self
        reply.further[name] = value
        return reply
    }

    /// The same, with a word for the log.
    func refused(by rule: String) -> PageReply {
        var reply = self
        reply.rule = rule
        return reply
    }

    /// As a response, with what protects every page.
    func response(_ writer: PageWriter, requestID: String) -> Response {
        var headers = further
        headers[.contentSecurityPolicy] = policy.text
        headers[.xFrameOptions] = "DENY"
        headers[.xContentTypeOptions] = "nosniff"
        // Neither path nor query leave this page, and forms still say where they come from: under `no-referrer` they
        // would not.
        headers[.referrerPolicy] = "strict-origin"
        headers[.crossOriginOpenerPolicy] = "same-origin"
        headers[.cacheControl] = "no-store"
        headers[.xRequestID] = requestID
        for cookie in cookies { headers.append(HTTPField(name: .setCookie, value: cookie)) }
        switch content {
        case .elsewhere(let address):
            headers[.location] = address
            return Response(status: status, headers: headers)
        case .file(let bytes, let type):
            headers[.contentType] = type
            return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        case .html(let html):
            headers[.contentType] = "text/html; charset=utf-8"
            return Response(
                status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: html(writer))))
        }
    }
}

extension HTTPField.Name {
    static let xFrameOptions = HTTPField.Name("X-Frame-Options") ?? .server
    static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .server
    static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy") ?? .server
}
