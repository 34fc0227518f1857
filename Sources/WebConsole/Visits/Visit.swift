import HTTPServing
import HTTPTypes
import Hummingbird
import Model
import OAuth
import Policy
import SignIn

/// A request for a page: what it asks for, and who asks.
struct Visit: Sendable {
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
    /// The secret that tokens of visitors' forms hang on: the one that the browser sent, or a fresh one.
    let formSecret: String
    /// Whether the browser has to be given that secret.
    let hasFreshFormSecret: Bool
    private let sessionCookie: String?
    private let deviceCookie: String?
    private let sentFormSecret: String?
    private let userAgent: String?

    init(
        _ request: Request, _ context: CallerContext, site: Site, now: Instant,
        signedIn: (String?) async throws -> SignedIn?
    ) async throws {
        let cookies = Cookies(request.headers)
        sessionCookie = cookies[SignInCookie.sessionName(isSecure: site.isSecure)]
        done = cookies[Done.cookieName(isSecure: site.isSecure)].flatMap(Done.init)
        deviceCookie = cookies[SignInCookie.deviceName(isSecure: site.isSecure)]
        // Nothing else was ever in this cookie; a form must not hang on what somebody else chose to be long or short.
        sentFormSecret = cookies[SignInCookie.formName(isSecure: site.isSecure)].flatMap { secret in
            (32...128).contains(secret.utf8.count) ? secret : nil
        }
        formSecret = sentFormSecret ?? FormToken.freshSecret()
        hasFreshFormSecret = sentFormSecret == nil
        path = request.uri.path
        query = request.uri.query ?? ""
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

    /// What sign-in asks of a browser.
    var browser: Browser {
        Browser(
            formSecret: sentFormSecret, deviceCookie: deviceCookie, sessionCookie: sessionCookie, address: address,
            userAgent: userAgent, requestID: requestID)
    }

    /// What the audit log keeps of an authorization.
    var origin: RequestOrigin { RequestOrigin(requestID: requestID, address: address) }

    /// The token of a form on the page that answers this visit.
    func token(for purpose: FormPurpose, about: String = "") -> String {
        guard let secret = secret(for: purpose, ofAnswer: true) else { return "" }
        return FormToken.make(secret, purpose: purpose.rawValue, about: about)
    }

    /// Whether a form came from a page that we gave to this browser.
    func accepts(_ form: PageForm, for purpose: FormPurpose) -> Bool {
        FormToken.isValid(
            form["csrf"], secret: secret(for: purpose, ofAnswer: false), purpose: purpose.rawValue,
            about: purpose.boundField.map { form.text($0) } ?? "")
    }

    private func secret(for purpose: FormPurpose, ofAnswer: Bool) -> String? {
        if purpose.isForVisitors { return ofAnswer ? formSecret : sentFormSecret }
        return signedIn == nil ? nil : sessionCookie
    }
}
