import CredentialFormat
import Model
import Policy
import ProductDefinition
import SignIn

extension AppForm {
    /// The fields that have a place for what is wrong with them.
    private static let names: Set = [
        "name", "redirect_uris", "post_logout_redirect_uris", "scopes", "logo_uri", "client_uri", "policy_uri",
        "tos_uri", "access_token_seconds", "refresh_token_seconds", "token_format", "id_token_signed_response_alg",
        CallLimitField.name,
        "token_endpoint_auth_method",
    ]

    /// Asks for an app: a new one, or what is to change of one.
    ///
    /// - Parameter app: The one that changes, nil for a new one.
    func page(
        _ entered: ConsoleVisit, of app: App?, _ errors: FieldErrors = .none, tabs: Tabs? = nil
    ) -> FormPage {
        let word = entered.words[.app]
        let id = app?.id.description
        let page = app == nil ? ConsolePage.newApp : .appSettings
        let title = app.map { "Settings of \($0.name)" } ?? "Create \(word.singular)"
        return FormPage(
            shell: app.map { entered.shell(below: "Settings", of: $0) } ?? entered.shell(below: title),
            pageHead: PageHead(
                title: title,
                lead: app == nil
                    ? "\(word.indefinite.capitalizedFirst) uses \(entered.product.name) for people who let it: each is asked on a consent page."
                    : "What you save counts at once, also for tokens that were given out before.",
                action: nil, reason: nil),
            tabs: tabs,
            notice: errors.notice(besides: Self.names)
                ?? entered.doneNotice,
            sentTo: id.map { entered.link(page, $0) } ?? entered.link(page),
            token: id.map { entered.token(sentTo: page, $0) } ?? entered.token(sentTo: page),
            // Of a form that is sent twice there comes one app.
            fields: app == nil ? [.idempotencyKey()] : [],
            sections: sections(entered, of: app, errors), verb: app == nil ? title : "Save changes",
            cancelLink: id.map { entered.link(.app, $0) } ?? entered.link(.apps),
            explanations: RedirectURI.Problem.allCases.map {
                FormPage.Explanation(name: $0.rawValue, words: $0.explanation)
            })
    }

    private func sections(_ entered: ConsoleVisit, of app: App?, _ errors: FieldErrors) -> [FormSection] {
        let name = FormSection(
            heading: "What it is called", words: "People read it on the consent page. Call it what they know it by.",
            items: [
                .text(
                    TextField(label: "Name", name: "name", value: self.name, error: errors["name"], isRequired: true))
            ])
        let rights = FormSection(
            heading: "Permissions",
            words: "The most that it may ask people for. It asks for what it needs at the time, and people may say no.",
            items: [
                .rights(
                    ScopeChoice(
                        ofAppsOf: entered.product, chosen: scopes,
                        permissions: entered.actor.permissions.filter { !$0.isForOperator || entered.me.isOperator },
                        error: errors["scopes"]))
            ])
        return [name] + (app == nil ? [kindSection(entered)] : [])
            + [redirectSection(errors), rights, linkSection(errors), developerSection(entered, of: app, errors)]
    }

    /// Asked of a new one alone.
    private func kindSection(_ entered: ConsoleVisit) -> FormSection {
        FormSection(
            heading: "Where it runs", words: "This can’t be changed later.",
            items: [
                .radios(
                    RadioField(
                        legend: "Where does it run?", name: "kind",
                        options: [
                            RadioField.Option(
                                value: "confidential", words: "It runs on a server",
                                under:
                                    "and keeps a \(entered.words[.clientSecret].singular) there that nobody else sees.",
                                isChosen: !isPublic),
                            RadioField.Option(
                                value: "public", words: "It runs with its users",
                                under: "in a browser, on a phone or a desktop. It can keep no secret, and has none.",
                                isChosen: isPublic),
                        ], isRequired: true))
            ])
    }

    private func redirectSection(_ errors: FieldErrors) -> FormSection {
        // What is wrong with all of them together stands above them.
        let common = errors.items(of: "redirect_uris").isEmpty ? errors["redirect_uris"] : nil
        return FormSection(
            heading: "Redirect URIs",
            words:
                "Where people are sent back to, compared letter by letter: https, an address of their own machine, or a scheme of its own such as com.example:/back.",
            items: (common.map { [FormItem.remark(.bad($0))] } ?? [])
                + redirectInputs(errors).map(FormItem.text)
                + [.further(FieldButton(words: "Add more", name: "more", value: "on"))])
    }

    private func linkSection(_ errors: FieldErrors) -> FormSection {
        FormSection(
            heading: "Links", words: "The consent page shows them. All begin with https://, and none is needed.",
            items: [
                ("client_uri", "Homepage", homepage), ("policy_uri", "Privacy policy", policy),
                ("tos_uri", "Terms", terms), ("logo_uri", "Logo", logo),
            ].map { name, label, value in
                .text(
                    TextField(
                        label: label, name: name, value: value, error: errors[name],
                        maximum: RedirectURI.maximumLength, isCode: true))
            })
    }

    private func developerSection(_ entered: ConsoleVisit, of app: App?, _ errors: FieldErrors) -> FormSection {
        let (words, product) = (entered.words, entered.product)
        let methods = SelectField(
            label: "How it shows its \(words[.clientSecret].singular)", name: "method",
            options: [
                ("", "In the header or in the body"), ("client_secret_basic", "In the header alone"),
                ("client_secret_post", "In the body alone"),
            ].map { Segmented.Option(value: $0.0, words: $0.1, isChosen: $0.0 == (isPublic ? "" : method)) },
            error: errors["token_endpoint_auth_method"])
        let formats = SelectField(
            label: "Access tokens", name: "token_format",
            options: [("sealed", "Opaque"), ("jwt", "Signed JWT (RFC 9068)")].map {
                Segmented.Option(value: $0.0, words: $0.1, isChosen: $0.0 == format)
            }, error: errors["token_format"])
        let algorithms = SelectField(
            label: "ID tokens are signed with", name: "id_token_signed_response_alg",
            options: App.IDTokenAlgorithm.allCases.map {
                Segmented.Option(value: $0.rawValue, words: $0.rawValue, isChosen: $0.rawValue == algorithm)
            }, error: errors["id_token_signed_response_alg"])
        let lifetimes = [
            (
                "access_token_seconds", "Access tokens live, in seconds", accessSeconds,
                product.policy.accessTokenSeconds
            ),
            (
                "refresh_token_seconds", "Refresh tokens live, in seconds", refreshSeconds,
                product.policy.refreshTokenSeconds
            ),
        ].map { name, label, value, standard in
            TextField(
                label: label, name: name, value: value,
                hint: "Empty for \(Spans.words(standard)), as \(product.name) says.", error: errors[name], maximum: 10)
        }
        let signedOut = signedOutInputs(errors)
        let everyone = TickField(
            name: "everyone", words: "People of every \(words[.account].singular) may be asked",
            isTicked: isForEveryone)
        let isWrong =
            (lifetimes.map(\.error) + signedOut.map(\.error)
            + [methods.error, formats.error, algorithms.error, errors[CallLimitField.name]])
            .contains { $0 != nil }
        let selects = (app?.isPublic ?? false ? [] : [methods]) + [formats, algorithms]
        return FormSection(
            heading: "For developers",
            words:
                "What is here already is right for most. The browser may be sent to the last addresses after a sign-out (OpenID Connect).",
            isFolded: !isWrong,
            items: selects.map(FormItem.select) + lifetimes.map(FormItem.text)
                + [CallLimitField.item(callLimit, entered, errors)] + signedOut.map(FormItem.text)
                + (entered.me.isOperator ? [.tick(everyone)] : []))
    }
}
