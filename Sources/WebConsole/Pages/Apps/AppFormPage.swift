import CredentialFormat
import Model
import Policy
import ProductDefinition
import SignIn

/// Asks for an app: a new one, or what is to change of one.
struct AppFormPage: Page {
    static let template = PageTemplate.appForm
    static let scripts: [Script] = [.menus]
    let title: String

    struct Kind: Hashable, Sendable {
        let value: String
        let words: String
        let detail: String
        let isChosen: Bool
    }

    let shell: Shell?
    let lead: String
    let tabs: Tabs?
    let action: String
    let token: String
    /// A name for this attempt, so that a form that is sent twice makes one app; nil where nothing is made.
    let attempt: String?
    let name: LabelledInput
    let nameLead: String
    /// None where it cannot be changed any more.
    let kinds: [Kind]
    let hasKinds: Bool
    let redirects: [LabelledInput]
    let redirectError: String?
    let rightsLead: String
    let scopes: AppScopes
    let links: [LabelledInput]
    let signedOut: [LabelledInput]
    let choices: [LabelledChoice]
    let lifetimes: [LabelledInput]
    /// Nil for who does not say so.
    let everyone: String?
    let isForEveryone: Bool
    let isOpen: Bool
    let verb: String
    let cancelLink: String
    let notice: Notice?
}

extension AppFormPage {
    /// - Parameter app: The one that changes, nil for a new one.
    init(_ entered: ConsoleVisit, _ form: AppForm, of app: App?, _ errors: FieldErrors = .none, tabs: Tabs? = nil) {
        let (words, product) = (entered.words, entered.product)
        let word = words[.app]
        let id = app?.id.description
        let page = app == nil ? ConsolePage.newApp : .appSettings
        title = app.map { "Settings of \($0.name)" } ?? "Create \(word.singular)"
        shell =
            app.map { app in
                entered.shell(
                    below: "Settings", Crumb(words: app.name, address: entered.link(.app, app.id.description)))
            } ?? entered.shell(below: title)
        lead =
            app == nil
            ? "\(word.indefinite.capitalizedFirst) uses \(product.name) for people who let it: each is asked on a consent page."
            : "What you save counts at once, also for tokens that were given out before."
        self.tabs = tabs
        action = id.map { entered.link(page, $0) } ?? entered.link(page)
        token = id.map { entered.token(sentTo: page, $0) } ?? entered.token(sentTo: page)
        attempt = app == nil ? FormRepetitions.attempt() : nil
        nameLead = "People read it on the consent page. Call it what they know it by."
        name = LabelledInput("name", "Name", value: form.name, error: errors["name"], isRequired: true)
        kinds =
            app == nil
            ? [
                Kind(
                    value: "confidential", words: "It runs on a server",
                    detail: "and keeps a \(words[.clientSecret].singular) there that nobody else sees.",
                    isChosen: !form.isPublic),
                Kind(
                    value: "public", words: "It runs with its users",
                    detail: "in a browser, on a phone or a desktop. It can keep no secret, and has none.",
                    isChosen: form.isPublic),
            ] : []
        hasKinds = !kinds.isEmpty
        redirects = form.redirectInputs(errors)
        redirectError = errors.items(of: "redirect_uris").isEmpty ? errors["redirect_uris"] : nil
        rightsLead =
            "The most that it may ask people for. It asks for what it needs at the time, and people may say no."
        scopes = AppScopes(
            product, chosen: form.scopes,
            by: entered.actor.permissions.filter { !$0.isForOperator || entered.me.isOperator },
            error: errors["scopes"])
        links = [
            ("client_uri", "Homepage", form.homepage), ("policy_uri", "Privacy policy", form.policy),
            ("tos_uri", "Terms", form.terms), ("logo_uri", "Logo", form.logo),
        ].map { name, label, value in
            LabelledInput(
                name, label, value: value, kind: .text, maximum: RedirectURI.maximumLength, error: errors[name])
        }
        signedOut = form.signedOutInputs(errors)
        let isPublic = app?.isPublic ?? false
        choices =
            (isPublic
                ? []
                : [
                    LabelledChoice(
                        "method", "How it shows its \(words[.clientSecret].singular)",
                        options: [
                            ("", "In the header or in the body"), ("client_secret_basic", "In the header alone"),
                            ("client_secret_post", "In the body alone"),
                        ], chosen: form.isPublic ? "" : form.method, error: errors["token_endpoint_auth_method"])
                ]) + [
                LabelledChoice(
                    "token_format", "Access tokens", options: [("sealed", "Opaque"), ("jwt", "Signed JWT (RFC 9068)")],
                    chosen: form.format, error: errors["token_format"]),
                LabelledChoice(
                    "id_token_signed_response_alg", "ID tokens are signed with",
                    options: App.IDTokenAlgorithm.allCases.map { ($0.rawValue, $0.rawValue) }, chosen: form.algorithm,
                    error: errors["id_token_signed_response_alg"]),
            ]
        lifetimes = [
            (
                "access_token_seconds", "Access tokens live, in seconds", form.accessSeconds,
                product.policy.accessTokenSeconds
            ),
            (
                "refresh_token_seconds", "Refresh tokens live, in seconds", form.refreshSeconds,
                product.policy.refreshTokenSeconds
            ),
        ].map { name, label, value, standard in
            LabelledInput(
                name, label, value: value, maximum: 10,
                hint: "Empty for \(Spans.words(standard)), as \(product.name) says.", error: errors[name])
        }
        everyone = entered.me.isOperator ? "People of every \(words[.account].singular) may be asked" : nil
        isForEveryone = form.isForEveryone
        isOpen = (signedOut.map(\.error) + lifetimes.map(\.error) + choices.map(\.error)).contains { $0 != nil }
        verb = app == nil ? title : "Save changes"
        cancelLink = id.map { entered.link(.app, $0) } ?? entered.link(.apps)
        notice = errors.notice(besides: Self.fields) ?? entered.visit.done.map { .good($0.words(in: words)) }
    }

    private static let fields: Set = [
        "name", "redirect_uris", "post_logout_redirect_uris", "scopes", "logo_uri", "client_uri", "policy_uri",
        "tos_uri",
        "access_token_seconds", "refresh_token_seconds", "token_format", "id_token_signed_response_alg",
        "token_endpoint_auth_method",
    ]
}
