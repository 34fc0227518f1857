import Credentials
import HTTPServing
import Model
import Persistence
import ProductDefinition

/// What pages say of apps.
enum AppWords {
    /// What kind of app it is, in a sentence.
    static func summary(of app: App, _ words: ProductWords) -> String {
        let whose =
            switch app.availability {
            case .account: "for people of your \(words[.account].singular)"
            case .everyone: "for people of every \(words[.account].singular)"
            }
        return app.isPublic
            ? "Runs in a browser, on a phone or a desktop, keeps no secret, and is \(whose)."
            : "Runs on a server, keeps its secret there, and is \(whose)."
    }

    /// The same in a word or two.
    static func kind(of app: App) -> String { app.isPublic ? "With its users" : "On a server" }

    /// So many people, as far as they were counted.
    static func people(_ count: Int, most: Int) -> String {
        count > most ? "More than \(most)" : "\(count)"
    }

    static func count(_ number: Int, _ one: String, _ many: String) -> String {
        number > AppReach.mostCounted
            ? "more than \(AppReach.mostCounted) \(many)" : "\(number) \(number == 1 ? one : many)"
    }

    /// What its deletion, or the removal of all consents, cuts off.
    static func consequence(_ reach: AppReach) -> String {
        guard reach.grants > 0 else { return "Nobody gives it access at the moment." }
        let people = count(reach.people, "person has given", "people have given")
        let tokens =
            switch reach.refreshTokens {
            case 0: "no refresh token is in force"
            case 1: "1 refresh token is in force"
            case let number: "\(count(number, "", "refresh tokens")) are in force"
            }
        return "\(people.capitalizedFirst) it access, and \(tokens)."
    }

    /// What is known of an app, one thing after another.
    static func facts(
        of listed: ListedApp, _ reach: AppReach, maker: String?, at now: Instant, in product: Product
    ) -> [Fact] {
        let (app, words) = (listed.app, product.words)
        let use = listed.lastUse
        return [
            Fact(term: words[.organization].capitalized, text: listed.organizationName),
            Fact(
                term: "People", text: reach.grants == 0 ? "None yet" : count(reach.people, "person", "people"),
                under: reach.refreshTokens == 0
                    ? nil : count(reach.refreshTokens, "refresh token in force", "refresh tokens in force")),
            Fact(
                term: "Last used", text: use.map { TimeWords($0.at, now: now).words.capitalizedFirst } ?? "Never used",
                under: use.map { use in
                    let from = use.address.map { " from \($0)" } ?? ""
                    return "\(DateWords.minute(use.at))\(from), \(use.count) time\(use.count == 1 ? "" : "s") in all"
                }),
            Fact(
                term: "Access tokens",
                text:
                    "\(app.tokenFormat == .sealed ? "Opaque" : "Signed JWT"), \(Spans.words(app.accessTokenSeconds ?? product.policy.accessTokenSeconds))",
                under: app.accessTokenSeconds == nil ? "set by \(product.name)" : nil),
            Fact(
                term: "Refresh tokens",
                text: Spans.words(app.refreshTokenSeconds ?? product.policy.refreshTokenSeconds),
                under: app.refreshTokenSeconds == nil ? "set by \(product.name)" : nil),
            Fact(term: "PKCE", text: app.requiresPKCE ? "Required" : "Not required with a nonce"),
            Fact(
                term: "Created", text: DateWords.minute(app.createdAt), under: maker.map { "by \($0)" }),
        ]
    }
}
