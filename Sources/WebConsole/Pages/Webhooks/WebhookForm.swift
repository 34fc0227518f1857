import Model
import Notices
import ProductDefinition

/// What a form says of a webhook: where it is, and what it is told.
struct WebhookForm: Sendable {
    static let names: Set<String> = ["url", "description", "events", "signature_scheme", "header"]
    /// Before the name of a box of an event.
    private static let event = "event."

    var address = ""
    var description = ""
    var kinds: Set<LifecycleEvent.Kind> = []
    /// Words that only a newer version knows. They stay, unless somebody takes them away.
    var laterKinds: Set<String> = []
    var scheme = WebhookScheme.shared
    var headerName = ""
    /// What was typed, never what there is. Empty to leave that.
    private var headerValue = ""
    var isStopped = false
    /// The revision that the page showed, empty for a new one.
    var revision = ""

    init() {}

    init(_ form: PageForm) {
        address = form.text("url")
        description = form.text("description")
        let words = form.names(behind: Self.event)
        kinds = Set(words.compactMap(LifecycleEvent.Kind.init(rawValue:)))
        laterKinds = Set(words.filter { LifecycleEvent.Kind(rawValue: $0) == nil })
        scheme = form["signature_scheme"].flatMap(WebhookScheme.init(rawValue:)) ?? .shared
        headerName = form.text("header_name")
        headerValue = form.text("header_value")
        isStopped = form["disabled"] != nil
        revision = form.text("revision")
    }

    init(_ endpoint: WebhookEndpoint) {
        address = endpoint.address
        description = endpoint.description ?? ""
        kinds = endpoint.kinds ?? []
        laterKinds = endpoint.laterKinds
        headerName = endpoint.headerName ?? ""
        isStopped = endpoint.stoppedAt != nil
        revision = "\(endpoint.revision)"
    }

    /// Nil for all of them: what nobody has chosen from.
    var chosen: [String]? {
        let words = laterKinds.union(kinds.map(\.rawValue))
        return words.isEmpty ? nil : words.sorted()
    }

    /// The header field of its own that is wanted; the outer nil for that of before.
    ///
    /// - Parameter before: The name of the one that there is.
    func header(insteadOf before: String?) -> WebhookHeaderDraft?? {
        if headerName.isEmpty, headerValue.isEmpty { return before == nil ? nil : .some(nil) }
        if headerName == before, headerValue.isEmpty { return nil }
        return WebhookHeaderDraft(name: headerName, value: headerValue)
    }

    /// How messages are signed.
    static func schemeField(_ chosen: WebhookScheme, error: String?) -> RadioField {
        RadioField(
            legend: "Signature", name: "signature_scheme",
            options: [
                RadioField.Option(
                    value: WebhookScheme.shared.rawValue, words: "By a secret that both sides have",
                    under: "HMAC, which every library knows", isChosen: chosen == .shared),
                RadioField.Option(
                    value: WebhookScheme.publicKey.rawValue, words: "By a key that only this side has",
                    under: "Ed25519: your server gets a public key, which is no secret",
                    isChosen: chosen == .publicKey),
            ], error: error)
    }

    func sections(_ words: ProductWords, _ errors: FieldErrors) -> [FormSection] {
        let boxes = LifecycleEvent.Kind.chosen.map { kind in
            FormItem.tick(
                TickField(
                    name: Self.event + kind.rawValue, words: kind.rawValue, under: kind.under(words),
                    isTicked: kinds.contains(kind)))
        }
        let laterBoxes = laterKinds.sorted().map { word in
            FormItem.tick(
                TickField(
                    name: Self.event + word, words: word, under: "known to a newer version alone", isTicked: true))
        }
        let state = TickField(
            name: "disabled", words: "Send nothing for now",
            under:
                "What is on its way is dropped. Once it’s sent to again, what it missed can be sent through the API.",
            isTicked: isStopped)
        let signing = FormSection(
            heading: "How it knows who calls", words: nil,
            items: [.radios(Self.schemeField(scheme, error: errors["signature_scheme"]))])
        let header = FormSection(
            heading: "A header of its own",
            words: "Sent with each message, where your server wants one to let callers in.",
            items: [
                .text(
                    TextField(
                        label: "Name", name: "header_name", value: headerName,
                        hint: revision.isEmpty ? "Such as Authorization." : "Without one, none is sent.",
                        error: errors["header.name"], maximum: WebhookHeader.longestName, isCode: true)),
                .text(
                    TextField(
                        label: "Value", name: "header_value", value: "",
                        hint: revision.isEmpty ? "Shown to nobody." : "Shown to nobody. Empty leaves the one there is.",
                        error: errors["header.value"], maximum: WebhookHeader.longestValue, type: "password",
                        isCode: true)),
            ])
        return [
            FormSection(
                heading: "Where it is", words: "Your server, reached from the Internet.",
                items: [
                    .text(
                        TextField(
                            label: "Address", name: "url", value: address, hint: "Begins with https.",
                            error: errors["url"], maximum: WebhookService.longestAddress, isRequired: true, isCode: true
                        )),
                    .text(
                        TextField(
                            label: "Description", name: "description", value: description,
                            error: errors["description"])),
                ]),
            FormSection(
                heading: "What it is told", words: "Without any, it’s told everything, also what there will be.",
                items: boxes + laterBoxes),
            header,
        ] + (revision.isEmpty ? [signing] : [FormSection(heading: "Whether it’s sent to", items: [.tick(state)])])
    }
}

extension LifecycleEvent.Kind {
    /// What it means, for whoever chooses.
    func under(_ words: ProductWords) -> String? {
        switch self {
        case .expiring: "it ends in 30, 7 or 1 days"
        case .expired: "it has ended"
        case .neverUsed: "made 30 days ago, and used by nobody"
        case .unused: "used by nobody for 90 days"
        case .secretOld: "older than \(words[.clientSecret].plural) are meant to be"
        case .oldSecretIdle: "the one before a rotation was used by nobody for 6 hours, and can be ended"
        case .creatorLeft: "whoever made it or looked after it has left"
        case .leaked: "somebody found it where it should not be, and it was ended"
        case .newNetwork: "used from a network from which it wasn’t used before"
        case .refusedOften: "100 calls or more within an hour were refused, and half of all"
        case .limitReached: "80 or 100 % of what a day or month gives is used up"
        case .planChanged: "what’s included is another"
        case .refreshTokenReuse: "a token came back: somebody may have a copy"
        case .connectionCreated, .connectionExpiring, .connectionDegraded, .connectionRecovered,
            .connectionReauthRequired, .connectionPermissionChanged, .connectionRevoked, .connectionDisconnected,
            .webhookTest:
            nil
        }
    }
}
