import Credentials
import Model
import ProductDefinition

/// Asks whether the pair is to be made anew: what breaks, and the name of the organization, typed.
enum RegenerateClientForm {
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

    /// - Parameter error: What is wrong with the name that was typed.
    static func page(
        _ entered: ConsoleVisit, _ secrets: [ClientSecretSummary], chosen: String? = nil, typed text: String = "",
        error: String? = nil, notice: Notice? = nil
    ) -> FormPage {
        FormPage(
            shell: entered.shell(below: "Regenerate"),
            pageHead: PageHead(
                title: "Regenerate \(ClientWords(words: entered.words).pair)?",
                lead: """
                    Every program that uses them for \(entered.organization.name) stops working until it has the new ones. Data \
                    that it would have sent meanwhile may be lost.
                    """, action: nil, reason: nil),
            notice: notice, sentTo: entered.formLink(), token: entered.token(sentTo: .regenerateClient),
            fields: [.idempotencyKey()],
            sections: [
                FormSection(items: [
                    .remark(.caution("They were \(ClientWords.lastUse(secrets, at: entered.now)).")),
                    .radios(
                        RadioField(
                            legend: "What is made anew?", name: "way", options: ways(entered, chosen: chosen),
                            isRequired: true)),
                    .text(
                        TextField(
                            label: "Type \(entered.organization.name) to confirm", name: "typed", value: text,
                            error: error, isRequired: true)),
                ])
            ], verb: "Regenerate", isDanger: true, cancelLink: entered.backLink(or: .client))
    }

    private static func ways(_ entered: ConsoleVisit, chosen: String?) -> [RadioField.Option] {
        let (words, secret) = (entered.words, entered.words[.clientSecret])
        let kept = [3600, 86_400].filter { $0 <= entered.product.policy.secretOverlapMaximumSeconds }
        return kept.map { seconds in
            RadioField.Option(
                value: "\(seconds)",
                words: "The \(secret.singular) alone, and keep the old one for \(Spans.words(seconds))",
                under: "Both work until \(DateWords.minute(entered.now.adding(seconds: seconds))).",
                isChosen: chosen == "\(seconds)")
        } + [
            RadioField.Option(
                value: "0", words: "The \(secret.singular) alone, and end the old one now",
                under: "Whatever still uses it is refused from the next call on.", isChosen: chosen == "0"),
            RadioField.Option(
                value: "both", words: "Both, the \(words[.clientID].singular) too",
                under: "Everything that was made with the old ones is refused at once, authorization tokens too.",
                isChosen: chosen == "both"),
        ]
    }
}
