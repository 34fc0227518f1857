import CredentialFormat
import HTTPServing
import HTTPTypes
import Hummingbird
import Model
import OAuth
import Policy
import SignIn

/// A request for a page: what it asks for, and who asks.
struct Visit: Sendable, Redacted {
    let path: String
    /// What follows the question mark, still encoded.
    let query: String
    /// Who is signed in, if anybody.
    let signedIn: SignedIn?
    let now: Instant
    let requestID: String
    let address: IPAddress?
    /// What the page before has just done.
    let done: Done?
    /// The secret that tokens of forms hang on: the one that the browser sent, or a fresh one.
    let formSecret: String
    /// Whether the browser has to be given that secret.
    let hasFreshFormSecret: Bool
    private let sessionCookie: String?
    private let deviceCookie: String?
    private let segments: Parameters
    private let sentFormSecret: String?
    private let userAgent: String?

    init(
        _ request: Request, _ context: CallerContext, site: Site, now: Instant,
        signedIn: (String?) async throws -> SignedIn?
    ) async throws {
        let cookies = Cookies(request.headers)
        sessionCookie = cookies[SignInCookie.sessionName(at: site.address)]
        done = cookies[SignInCookie.doneName(at: site.address)].flatMap(Done.init)
        deviceCookie = cookies[SignInCookie.deviceName(at: site.address)]
        // Nothing else was ever in this cookie; a form must not hang on what somebody else chose to be long or short.
        sentFormSecret = cookies[SignInCookie.formName(at: site.address)].flatMap { secret in
            (32...128).contains(secret.utf8.count) ? secret : nil
        }
        formSecret = sentFormSecret ?? FormToken.freshSecret()
        hasFreshFormSecret = sentFormSecret == nil
        path = request.uri.path
        query = request.uri.query ?? ""
        segments = context.parameters
        requestID = context.requestID
        address = context.clientAddress
        userAgent = request.headers[.userAgent]
        self.now = now
        self.signedIn = try await signedIn(sessionCookie)
    }

    /// A parameter of the query, nil if it is absent, empty, sent twice, or the query is malformed.
    func parameter(_ name: StaticString) -> String? {
        guard let form = try? Form(parsing: Array(query.utf8)) else { return nil }
        return form[name]
    }

    /// The same of a parameter whose name is known only now.
    func parameter(named name: String) -> String? {
        let values = QueryParameters(Substring(query)).values(of: name)
        guard values.count == 1, let value = values[0], !value.isEmpty else { return nil }
        return value
    }

    /// What stands in the path where the route has a name in braces.
    func segment(_ name: String) -> String? { segments.get(name) }

    /// What sign-in asks of a browser.
    var browser: Browser { browser(holding: sentFormSecret) }

    /// The same once it has the form secret that it is given with the page.
    var answeredBrowser: Browser { browser(holding: formSecret) }

    private func browser(holding formSecret: String?) -> Browser {
        Browser(
            formSecret: formSecret, deviceCookie: deviceCookie, sessionCookie: sessionCookie, address: address,
            userAgent: userAgent, requestID: requestID)
    }

    /// What the audit log keeps of an authorization.
    var auditContext: AuditContext { AuditContext(requestID: requestID, address: address) }

    /// The token of a form on the page that answers this visit.
    func token(for purpose: FormPurpose, about: String = "") -> String {
        guard let session = session(for: purpose) else { return "" }
        return FormToken.make(formSecret, purpose: purpose.rawValue, in: session, about: about)
    }

    /// Whether a form came from a page that we gave to this browser, in the session that it has.
    func accepts(_ form: PageForm, for purpose: FormPurpose) -> Bool {
        accepts(form, for: purpose, in: session(for: purpose))
    }

    /// Whether a form came from a page that we gave to this browser, in that session.
    func accepts(_ form: PageForm, for purpose: FormPurpose, in session: String?) -> Bool {
        guard let session else { return false }
        return FormToken.isValid(
            form["csrf"], secret: sentFormSecret, purpose: purpose.rawValue, in: session,
            about: purpose.matter(of: form, sentTo: path))
    }

    /// Nil where a form needs a session and there is none.
    private func session(for purpose: FormPurpose) -> String? {
        purpose.isForVisitors ? "" : signedIn?.session.id.description
    }
}
