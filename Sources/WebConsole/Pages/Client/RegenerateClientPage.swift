import Credentials
import Model
import ProductDefinition

/// Asks whether the pair is to be made anew: what breaks, and the name of the organization, typed.
struct RegenerateClientPage: Page {
    static let template = PageTemplate.regenerateClient
    static let scripts: [Script] = [.menus]
    let title: String

    let shell: Shell?
    let lead: String
    let use: String
    let action: String
    let token: String
    let attempt: String
    let ways: [AppFormPage.Kind]
    let typed: LabelledInput
    let verb: String
    let cancelLink: String
    let notice: Notice?
}

extension RegenerateClientPage {
    /// What is made anew, and for how long the one before works on.
    enum Way: Hashable, Sendable {
        case secret(overlapSeconds: Int)
        case both

        init?(_ text: String?) {
            if text == "both" {
                self = .both
            } else if let seconds = text.flatMap({ Int($0) }) {
                self = .secret(overlapSeconds: seconds)
            } else {
                return nil
            }
        }
    }

    init(
        _ entered: ConsoleVisit, _ secrets: [ClientSecretSummary], chosen: String? = nil, typed text: String = "",
        error: String? = nil, notice: Notice? = nil
    ) {
        let words = entered.words
        let (pair, secret) = (ClientWords(words: words).pair, words[.clientSecret])
        title = "Regenerate \(pair)?"
        shell = entered.shell(below: "Regenerate")
        lead = """
            Every program that uses them for \(entered.organization.name) stops working until it has the new ones. Data that it \
            would have sent meanwhile may be lost.
            """
        use = "They were \(ClientWords.lastUse(secrets, at: entered.now))."
        action = entered.formLink()
        token = entered.token(sentTo: .regenerateClient)
        attempt = FormRepetitions.attempt()
        let most = entered.product.policy.secretOverlapMaximumSeconds
        let kept = [3600, 86_400].filter { $0 <= most }
        ways =
            kept.map { seconds in
                AppFormPage.Kind(
                    value: "\(seconds)",
                    words: "The \(secret.singular) alone, and keep the old one for \(Spans.words(seconds))",
                    detail: "Both work until \(DateWords.minute(entered.now.adding(seconds: seconds))).",
                    isChosen: chosen == "\(seconds)")
            } + [
                AppFormPage.Kind(
                    value: "0", words: "The \(secret.singular) alone, and end the old one now",
                    detail: "The next call with it is refused.", isChosen: chosen == "0"),
                AppFormPage.Kind(
                    value: "both", words: "Both, the \(words[.clientID].singular) too",
                    detail: "Everything that was made with the old ones is refused at once, authorization tokens too.",
                    isChosen: chosen == "both"),
            ]
        typed = LabelledInput(
            "typed", "Type \(entered.organization.name) to confirm", value: text, error: error, isRequired: true)
        verb = "Regenerate"
        cancelLink = entered.backLink(or: .client)
        self.notice = notice
    }
}
