import Connections
import CredentialFormat
import Model
import Persistence
import ProductDefinition

/// The question before a connection is ended, with all that goes with it.
struct DisconnectQuestion: Sendable {
    /// The parameter and field that says whether access is given back.
    static let wishField = "revoke"

    let forecast: DisconnectionForecast
    let wish: RevocationWish
    let provider: String
    let entered: ConsoleVisit

    /// Whether others end with it, so that its name has to be typed.
    var isTyped: Bool { wish == .always && [.spared, .uncertain].contains(forecast.atProvider) }
    /// What has to be typed.
    var expected: String { forecast.connection.name }

    func page(_ notice: Notice? = nil) -> QuestionPage {
        let connection = forecast.connection
        let id = connection.id.description
        return QuestionPage(
            shell: entered.shell(
                below: "Disconnect", Crumb(words: connection.name, address: entered.link(.connection, id))),
            confirmation: Confirmation(
                title: "Disconnect \(connection.name)?", consequence: consequence,
                verb: isTyped ? "Disconnect all of it" : "Disconnect", action: entered.link(.disconnect, id),
                token: entered.token(sentTo: .disconnect, id),
                fields: [HiddenField(name: Self.wishField, value: wish.rawValue)],
                cancelLink: entered.link(.connection, id), alternative: alternative, isTyped: isTyped,
                expected: expected),
            notice: notice)
    }

    private var consequence: String {
        [below, atProvider, "What is kept for it is destroyed, with a receipt. This can’t be undone."].compactMap(
            \.self
        )
        .joined(separator: " ")
    }

    private var below: String? {
        guard !forecast.children.isEmpty else { return nil }
        let names = forecast.children.compactMap(\.name)
        let shown = names.prefix(3).joined(separator: ", ")
        let others = forecast.children.count - min(3, names.count)
        return "\(entered.product.name) loses \(shown)\(others > 0 ? " and \(others) more" : "")."
    }

    private var atProvider: String {
        switch (forecast.atProvider, wish) {
        case (.nothing, _): return "There is nothing left to give back at \(provider)."
        case (.noCall, _): return "\(provider) has no way to give access back from here: you can take it away there."
        case (.revoked, .never), (.spared, .never), (.uncertain, .never):
            return "Access stays at \(provider), until somebody takes it away there."
        case (.revoked, _): return "Access is given back at \(provider)."
        case (.spared, .unlessOthersEnd):
            return "Access stays at \(provider), because \(others) would end with it."
        case (.spared, .always): return "\(provider) takes all of it back at once: \(others) end with it."
        case (.uncertain, .unlessOthersEnd):
            return "Access stays at \(provider), because nobody knows what else would end with it."
        case (.uncertain, .always): return "\(provider) takes all of it back at once, and nobody knows what else ends."
        }
    }

    /// Others that end with it, as far as one may know of them.
    private var others: String {
        let names = forecast.others.prefix(5).map(\.name)
        let rest = forecast.others.count - names.count
        let all =
            names + (rest > 0 ? ["\(rest) more"] : []) + (forecast.hasHiddenOthers ? ["some that you can’t see"] : [])
        return all.joined(separator: ", ")
    }

    private var alternative: PageLink? {
        func link(_ words: String, _ wish: RevocationWish) -> PageLink {
            PageLink(
                words: words,
                address: entered.link(
                    .disconnect, forecast.connection.id.description, query: [(Self.wishField, wish.rawValue)]))
        }
        switch (forecast.atProvider, wish) {
        case (.spared, .unlessOthersEnd), (.uncertain, .unlessOthersEnd):
            return link("Give access back at \(provider) all the same", .always)
        case (.revoked, .unlessOthersEnd): return link("Disconnect here alone", .never)
        case (.nothing, _), (.noCall, _), (_, .never), (_, .always): return nil
        }
    }
}
