import Credentials
import Model
import Policy
import ProductDefinition

/// What was entered of an app, or is entered to begin with.
struct AppForm: Sendable {
    /// How many places for addresses there are at least, and empty ones besides those that are filled.
    private static let places = (least: 2, empty: 1)

    var name = ""
    var isPublic = false
    var redirectURIs: [String] = []
    var signedOutURIs: [String] = []
    var scopes: Set<String> = []
    var logo = ""
    var homepage = ""
    var policy = ""
    var terms = ""
    var method = ""
    var accessSeconds = ""
    var refreshSeconds = ""
    var format = "sealed"
    var algorithm = "ES256"
    var isForEveryone = false
    /// Such as `100/minute`; empty for none.
    var callLimit = ""
    /// How many empty places for addresses were asked for besides.
    var more = 0

    /// Nothing yet.
    init() {}

    /// An app as it is.
    init(_ app: App) {
        name = app.name
        isPublic = app.isPublic
        redirectURIs = app.redirectURIs.map(\.text)
        signedOutURIs = app.signedOutURIs.map(\.text)
        scopes = Set(app.scopes.scopes.map(\.name))
        logo = app.links.logo?.text ?? ""
        homepage = app.links.homepage?.text ?? ""
        policy = app.links.policy?.text ?? ""
        terms = app.links.terms?.text ?? ""
        method = app.authentication.only?.rawValue ?? ""
        accessSeconds = app.accessTokenSeconds.map(String.init) ?? ""
        refreshSeconds = app.refreshTokenSeconds.map(String.init) ?? ""
        format = app.tokenFormat.rawValue
        algorithm = app.idTokenAlgorithm.rawValue
        callLimit = app.callLimit?.description ?? ""
        isForEveryone = app.availability == .everyone
    }

    /// What a browser sent.
    init(_ form: PageForm) {
        name = form.text("name")
        isPublic = form["kind"] == "public"
        redirectURIs = Self.list("redirect_uris", form, AppService.redirectURICount.upperBound)
        signedOutURIs = Self.list("post_logout_redirect_uris", form, AppService.signedOutURICount.upperBound)
        scopes = Set(form.names(behind: "scope."))
        logo = form.text("logo_uri")
        homepage = form.text("client_uri")
        policy = form.text("policy_uri")
        terms = form.text("tos_uri")
        method = form.text("method")
        accessSeconds = form.text("access_token_seconds")
        refreshSeconds = form.text("refresh_token_seconds")
        format = form["token_format"] ?? "sealed"
        algorithm = form["id_token_signed_response_alg"] ?? "ES256"
        isForEveryone = form["everyone"] != nil
        callLimit = CallLimitField.text(of: form)
        more = form["more"] == nil ? 0 : 3
    }

    /// The addresses that were entered, in the order of their places. A place that was left empty is none.
    private static func list(_ name: String, _ form: PageForm, _ most: Int) -> [String] {
        (0..<most).compactMap { form.value(of: "\(name).\($0)").map(trimmed) }.filter { !$0.isEmpty }
    }

    /// Without the blanks that come along when an address is pasted.
    private static func trimmed(_ text: String) -> String {
        let head = text.drop { $0.isWhitespace }
        return String(head.reversed().drop { $0.isWhitespace }.reversed())
    }

    /// The numbers that are none, each at its field.
    private var problems: [InvalidField] {
        [("access_token_seconds", accessSeconds), ("refresh_token_seconds", refreshSeconds)].compactMap { name, text in
            text.isEmpty || Int(text) != nil ? nil : InvalidField(name, "invalid", "Must be a whole number of seconds.")
        }
    }

    private func requireNumbers() throws(Refusal) {
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    private func optional(_ text: String) -> String? { text.isEmpty ? nil : text }

    /// A new app.
    ///
    /// - Throws: ``Refusal/invalid(_:)`` for a number that is none.
    func draft() throws(Refusal) -> AppDraft {
        try requireNumbers()
        return AppDraft(
            name: name, redirectURIs: redirectURIs, scopes: scopes.sorted(),
            authenticationMethod: isPublic ? "none" : optional(method), postLogoutRedirectURIs: signedOutURIs,
            availableTo: isForEveryone ? "everyone" : nil, logoURI: optional(logo), clientURI: optional(homepage),
            policyURI: optional(policy), termsURI: optional(terms), accessTokenSeconds: Int(accessSeconds),
            refreshTokenSeconds: Int(refreshSeconds), tokenFormat: format, idTokenAlgorithm: algorithm,
            callLimit: CallLimitField.limit(of: callLimit))
    }

    /// The changes of an app. What the form does not ask is left as it is.
    ///
    /// - Parameter saysForWhom: Whether it asks whose users the app is for.
    /// - Throws: ``Refusal/invalid(_:)`` for a number that is none.
    func edit(of app: App, saysForWhom: Bool) throws(Refusal) -> AppEdit {
        try requireNumbers()
        return AppEdit(
            name: name, redirectURIs: redirectURIs, scopes: scopes.sorted(),
            authenticationMethod: app.isPublic ? nil : .some(optional(method)), postLogoutRedirectURIs: signedOutURIs,
            availableTo: saysForWhom ? (isForEveryone ? "everyone" : "account") : nil, logoURI: .some(optional(logo)),
            clientURI: .some(optional(homepage)), policyURI: .some(optional(policy)), termsURI: .some(optional(terms)),
            accessTokenSeconds: .some(Int(accessSeconds)), refreshTokenSeconds: .some(Int(refreshSeconds)),
            tokenFormat: format, idTokenAlgorithm: algorithm, callLimit: .some(CallLimitField.limit(of: callLimit)))
    }
}

extension AppForm {
    /// Its places for redirect URIs, each with what is wrong with it.
    func redirectInputs(_ errors: FieldErrors) -> [TextField] {
        Self.inputs(
            "redirect_uris", redirectURIs, most: AppService.redirectURICount.upperBound, more: more,
            label: "Redirect URI", without: RedirectURI.answerParameters, errors)
    }

    /// The same for after a sign-out.
    func signedOutInputs(_ errors: FieldErrors) -> [TextField] {
        Self.inputs(
            "post_logout_redirect_uris", signedOutURIs, most: AppService.signedOutURICount.upperBound, more: more,
            label: "After a sign-out", without: RedirectURI.signedOutParameters, errors)
    }

    private static func inputs(
        _ name: String, _ texts: [String], most: Int, more: Int, label: String, without reserved: Set<String>,
        _ errors: FieldErrors
    ) -> [TextField] {
        let wrong = Dictionary(errors.items(of: name).map { ($0.index, $0.message) }) { first, _ in first }
        let count = min(most, max(places.least, texts.count + places.empty) + more)
        return (0..<max(count, texts.count)).map { index in
            TextField(
                label: "\(label) \(index + 1)", name: "\(name).\(index)",
                value: index < texts.count ? texts[index] : "", error: wrong[index],
                maximum: RedirectURI.maximumLength, isCode: true,
                checked: reserved.sorted().joined(separator: " "))
        }
    }
}
