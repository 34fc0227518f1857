import Model
import ProductDefinition
import TextForms

/// What is said of an event to a person, in the product's words.
struct NoticeWords: Sendable {
    let words: ProductWords

    /// One sentence, or two.
    func sentence(_ event: LifecycleEvent) -> String {
        let facts = Facts(event)
        let it = thing(facts)
        return switch event.kind {
        case .expiring: "\(it) ends on \(facts.day("expires_at") ?? Self.day(event.at))."
        case .expired: "\(it) ended on \(Self.day(event.at))."
        case .neverUsed:
            "\(it) was made on \(facts.day("created_at") ?? Self.day(event.at)), and nobody has ever used it."
        case .unused: "\(it) was last used on \(facts.day("last_used_at") ?? Self.day(event.at))."
        case .secretOld:
            "\(it) has had the same secret since \(facts.day("secret_created_at") ?? Self.day(event.at)). "
                + "It’s time to rotate it."
        case .oldSecretIdle: "Nobody uses the older secret of \(inner(facts)) any more. You can end it."
        case .creatorLeft: "\(it) belongs to nobody any more: whoever looked after it has left."
        case .leaked: "\(it) was found where it should not be, and was ended. Give whoever needs it a new one."
        case .newNetwork:
            "\(it) was used from \(facts["network"] ?? "a network"), from where it wasn’t used before. If that wasn’t you, rotate it."
        case .refusedOften:
            "\(it) was refused \(facts.number("refused") ?? 0) times within an hour, of \(facts.number("calls") ?? 0) calls."
        case .limitReached: limit(facts, it)
        case .planChanged:
            facts["plan"].map { "The plan is “\($0)” now." } ?? "There is no plan any more."
        case .refreshTokenReuse:
            "\(words[.app].indefinite.capitalizedFirst) came back with a token that it had used already. Somebody may "
                + "have a copy, so everything that came of it was ended."
        case .connectionCreated: "\(connection(event)) works."
        case .connectionExpiring: "\(connection(event)) ends soon, unless somebody connects it again."
        case .connectionDegraded: "\(connection(event)) could not be renewed, which is tried again."
        case .connectionRecovered: "\(connection(event)) works again."
        case .connectionReauthRequired: "\(connection(event)) needs somebody to connect it again."
        case .connectionPermissionChanged: "\(connection(event)) may do less than before."
        case .connectionRevoked: "\(connection(event)) was taken back at the provider."
        case .connectionDisconnected: "\(connection(event)) was disconnected."
        case .webhookTest: event.kind.rawValue
        }
    }

    private func thing(_ facts: Facts) -> String { inner(facts).capitalizedFirst }

    private func inner(_ facts: Facts) -> String {
        let word =
            switch facts["credential_type"] {
            case WatchedCredential.Kind.apiKey.rawValue: words[.apiKey].singular
            case WatchedCredential.Kind.integration.rawValue: words[.integration].singular
            case WatchedCredential.Kind.accessKey.rawValue: words[.accessKey].singular
            case .some, .none: words[.app].singular
            }
        return facts["name"].map { "\(word) “\($0)”" } ?? word
    }

    private func limit(_ facts: Facts, _ thing: String) -> String {
        let whose = facts["credential_id"] == nil ? "" : "\(thing): "
        let name = facts["limit"] ?? ""
        let end = facts.day("resets_at").map { " It begins anew on \($0)." } ?? ""
        return facts.number("percent") == 100
            ? "\(whose)the limit “\(name)” is used up, and calls are refused.\(end)".capitalizedFirst
            : "\(whose)\(facts.number("percent") ?? 80) % of the limit “\(name)” is used up.\(end)".capitalizedFirst
    }

    private func connection(_ event: LifecycleEvent) -> String {
        "\(words[.connection].capitalized) \(event.subject)"
    }

    /// `3 December 2026`, in UTC.
    static func day(_ instant: Instant) -> String {
        let time = CivilTime(instant)
        return "\(time.day) \(months[(time.month - 1) % months.count]) \(time.year)"
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// The members of what receivers are sent.
    private struct Facts {
        private let data: JSONObject?

        init(_ event: LifecycleEvent) {
            guard case .object(let whole)? = try? JSONParser.parse(Array(event.body.utf8)),
                case .object(let data)? = whole["data"]
            else {
                data = nil
                return
            }
            self.data = data
        }

        subscript(name: String) -> String? {
            if case .string(let text)? = data?[name] { text } else { nil }
        }

        func number(_ name: String) -> Int? {
            if case .integer(let number)? = data?[name] { number } else { nil }
        }

        func day(_ name: String) -> String? {
            self[name].flatMap { RFC3339.instant($0) }.map(NoticeWords.day)
        }
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
