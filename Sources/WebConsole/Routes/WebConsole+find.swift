import CredentialFormat
import Credentials
import HTTPTypes
import Model
import Persistence
import ProductDefinition

/// Whose a credential is that somebody came across. It comes in a form, so that no address, history or log has it, and is not
/// shown again.
extension WebConsole {
    var findRoutes: [PageRoute] {
        [shown(.find) { entered in .page(try findPage(entered, error: nil)) }, taken(.find, takeFind)]
    }

    private static let field: StaticString = "credential"

    private func findPage(_ entered: ConsoleVisit, error: String?) throws -> FormPage {
        let things = entered.findThings
        guard !things.isEmpty else { throw PageProblem.notFound }
        return FormPage(
            shell: entered.shell(below: FindLink.words),
            pageHead: PageHead(
                title: FindLink.words, lead: "Says whose it is, and whether it still works.", action: nil, reason: nil),
            notice: nil, sentTo: entered.link(.find), token: entered.token(sentTo: .find),
            sections: [
                FormSection(
                    heading: "What you came across",
                    words: "It isn’t kept, shown again, or put into an address.",
                    items: [
                        .text(
                            TextField(
                                label: "\(things.joined(separator: ", ").capitalizedFirst) or other ID",
                                name: "\(Self.field)", value: "",
                                hint: "As you found it: what stands around it does no harm.", error: error,
                                maximum: CredentialText.maximumLength, isRequired: true, isCode: true))
                    ])
            ], verb: "Find", cancelLink: entered.link(.overview))
    }

    private func takeFind(_ entered: ConsoleVisit, _ form: PageForm) async throws -> PageReply {
        let text = PresentedText(form.text(Self.field))
        let found = try await store.read(as: entered.actor) { [finder] tx in
            try finder.find(text, as: entered.actor, tx: tx)
        }
        if let found, let reply = reply(to: found, entered) { return reply }
        return .page(try findPage(entered, error: words(for: finder.kind(of: text))), .unprocessableContent)
    }

    /// The page of what was found, nil for what they see nothing of here.
    private func reply(to found: CredentialFinder.Found, _ entered: ConsoleVisit) -> PageReply? {
        func address(
            _ section: ConsoleSection, _ page: ConsolePage, _ identifiers: String..., query: [(String, String)] = []
        ) -> ConsoleAddress? {
            guard entered.sees(section) else { return nil }
            return ConsoleAddress(
                page, in: found.organization, identifiers,
                query: query.map { ConsoleAddress.Parameter(name: $0.0, value: $0.1) })
        }
        let address: ConsoleAddress? =
            switch found.thing {
            case .apiKey(let id): address(.apiKeys, .apiKey, id.description)
            case .accessKey(let id): address(.contacts, .accessKeys, query: [("q", id.description)])
            case .integration(let id): address(.integrations, .integration, id.description) ?? address(.client, .client)
            case .app(let id): address(.apps, .app, id.description)
            case .contact(let id): address(.contacts, .contact, id.description)
            case .connection(let id): address(.connections, .connection, id.description)
            case .grant(let id): address(.consents, .consent, id.description)
            case .member(let id): address(.people, .person, id.description)
            case .organization: address(.organizations, .organizations)
            }
        let done: Done =
            switch found.mark {
            case .identifier, .secret: .found
            case .olderSecret(works: true): .foundOlder
            case .olderSecret(works: false): .foundEnded
            }
        return address.map { PageReply.redirect(.console($0), at: site).telling(done, at: site) }
    }

    /// Why nothing was found, as far as its form says.
    private func words(for kind: CredentialKind?) -> String {
        let words = product.words
        switch kind {
        case .apiKey?, .accessKey?:
            return
                "Nothing that you can see has this secret. It may be deleted, replaced by another, or not yours to see."
        case .clientSecret?:
            return
                "That’s \(words[.clientSecret].indefinite), which doesn’t say whose it is. Look for the \(words[.clientID].singular) beside it."
        case .accessToken?, .refreshToken?, .authorizationCode?, .invitation?, .session?:
            return "That’s something that works for a while only, and isn’t listed anywhere."
        case nil:
            return
                "Nothing that you can see has this ID, and it’s no secret of \(product.name). Was all of it copied, letter by letter?"
        }
    }
}

extension ConsoleVisit {
    /// What can be found here, empty for who sees nothing of the kind.
    var findThings: [String] { FindLink.things(product, sees: sees) }
    var findLink: PageLink { PageLink(words: FindLink.words, address: link(.find)) }
}

/// What leads there.
enum FindLink {
    static let words = "Find by secret or ID"
    /// The lists that have it beside their search, which an address tells.
    static let lists: Set<ConsolePage> = [.apiKeys, .integrations, .apps, .accessKeys]

    /// What can be found by who sees these sections, in the product's words.
    static func things(_ product: Product, sees: (ConsoleSection) -> Bool) -> [String] {
        let words = product.words
        let hasClients = sees(.integrations) || sees(.client) || sees(.apps)
        return [
            sees(.apiKeys) ? words[.apiKey].singular : nil,
            sees(.contacts) && product.policy.accessKeys != .off ? words[.accessKey].singular : nil,
            hasClients ? words[.clientID].singular : nil,
        ].compactMap(\.self)
    }
}
