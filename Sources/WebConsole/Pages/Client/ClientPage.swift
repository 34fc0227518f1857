import CredentialFormat
import Credentials
import Model
import Policy
import ProductDefinition

/// The one client ID and secret of an organization.
struct ClientPage: Page {
    static let template = PageTemplate.client
    static let scripts: [Script] = [.menus, .copy, .times]
    var title: String { pageHead.title }

    let shell: Shell?
    let pageHead: PageHead
    let sectionTabs: Tabs?
    /// Nil where there is none yet.
    let pair: Pair?
    let empty: EmptyState?
    let notice: Notice?

    /// The integration with its secrets, and who is known of those who made it and who looked at its secret last.
    struct Found: Sendable {
        let integration: Integration
        let secrets: [ClientSecretSummary]
        let maker: String?
        let viewer: String?
        /// Who disabled it.
        let disabler: String?
    }

    /// What there is.
    struct Pair: Hashable, Sendable {
        let title: String
        let clientID: CodeBlock
        let facts: [Fact]
        let reveal: PageLink?
        let token: PageLink?
        let tokenTitle: String
        let tokenWords: String
        /// To have it refused for a while, or accepted again.
        let switching: DetailAction?
        let regenerate: PageLink?
        let regenerateWords: String
        let command: CodeBlock
    }
}

extension ClientPage {
    /// - Parameter found: The integration with its secrets, nil where there is none.
    init(_ entered: ConsoleVisit, _ found: Found?) {
        let (words, product) = (entered.words, entered.product)
        let pair = ClientWords(words: words).pair
        let mayManage = entered.may(.integrationsManage)
        shell = entered.shell()
        let generate = PageLink(words: "Generate \(pair)", address: entered.link(.generateClient))
        pageHead = PageHead(
            title: entered.heading, lead: "What programs of \(entered.organization.name) use the API with.",
            action: nil,
            reason: found == nil && !mayManage ? "Ask somebody who may manage them to generate them." : nil)
        sectionTabs = entered.sectionTabs
        empty =
            found == nil
            ? EmptyState(
                title: "No \(pair) yet",
                words: """
                    With them your programs get authorization tokens for the API. Whoever has both can do what \
                    \(entered.organization.name) can: share them only with people who need them.
                    """, action: mayManage ? generate : nil,
                code: TokenCommands(site: entered.site, product: product).example) : nil
        self.pair = found.map { found in
            let seconds = found.integration.accessTokenSeconds ?? product.policy.accessTokenSeconds
            return Pair(
                title: pair,
                clientID: CodeBlock(
                    found.integration.id.description, label: words[.clientID].capitalized, isWhole: true),
                facts: Self.facts(entered, found),
                reveal: product.policy.secretVisibility == .retrievable && entered.may(.integrationsReveal)
                    ? PageLink(words: "Show \(words[.clientSecret].singular)", address: entered.link(.revealClient))
                    : nil,
                token: mayManage
                    ? PageLink(words: "Generate API Authorization Token", address: entered.link(.clientToken)) : nil,
                tokenTitle: "API Authorization Token",
                tokenWords: """
                    A token is good for \(Spans.words(seconds)). When it has expired, generate the token alone anew: the \
                    \(pair) stay as they are.
                    """,
                switching: mayManage ? Self.switching(entered, found.integration) : nil,
                regenerate: mayManage ? PageLink(words: "Regenerate", address: entered.link(.regenerateClient)) : nil,
                regenerateWords:
                    "Everything that uses them stops working. Do it only when somebody has them who must not.",
                command: TokenCommands(site: entered.site, product: product)
                    .curl(
                        found.integration.id.description,
                        words[.clientSecret].capitalized.uppercased().replacing(" ", with: "_")))
        }
        notice = entered.doneNotice
    }

    private static func switching(_ entered: ConsoleVisit, _ integration: Integration) -> DetailAction {
        integration.disabling == nil
            ? DetailAction(words: "Disable", address: entered.link(.disableClient))
            : DetailAction(
                words: "Enable",
                form: RowMenu.Form(
                    action: entered.link(.enableClient), token: entered.token(sentTo: .enableClient), fields: []))
    }

    private static func facts(
        _ entered: ConsoleVisit, _ found: Found
    ) -> [Fact] {
        let word = entered.words[.clientSecret]
        let now = entered.now
        let secrets = found.secrets.map { secret in
            Fact(
                term: secret.expiresAt == nil ? word.capitalized : "\(word.capitalized) before", text: secret.hint.text,
                isCode: true,
                under: secret.expiresAt.map {
                    "ends in \(Spans.roughly($0.seconds(since: now))), \(DateWords.minute($0))"
                }
                    ?? "made \(DateWords.minute(secret.createdAt))")
        }
        let use = found.secrets.compactMap(\.lastUse).max { $0.at < $1.at }
        return secrets.reversed() + [
            Fact(
                term: "Last used", text: use.map { TimeWords($0.at, now: now).words.capitalizedFirst } ?? "Never used",
                under: use.map { use in
                    let from = use.address.map { " from \($0)" } ?? ""
                    return "\(DateWords.minute(use.at))\(from), \(use.count) time\(use.count == 1 ? "" : "s") in all"
                }),
            Fact(
                term: "Generated", text: DateWords.minute(found.integration.createdAt),
                under: found.maker.map { "by \($0)" }),
        ]
            + (found.integration.disabling.map { disabling in
                [Fact(term: "Disabled", text: DateWords.minute(disabling.at), under: found.disabler.map { "by \($0)" })]
            } ?? [])
            + (found.integration.lastLook.map { look in
                [Fact(term: "Last seen", text: DateWords.minute(look.at), under: found.viewer.map { "by \($0)" })]
            } ?? [])
    }
}
