import CredentialFormat
import Model
import ProductDefinition

/// Asks before a secret is looked at again, where the product keeps it.
enum RevealQuestion {
    /// What stands above the secret.
    static let lead = "This look is on record under your name. Share it only with people who need it."

    /// - Parameters:
    ///   - identifiers: What stands in the page's path besides the organization.
    ///   - cancelLink: The page from which one came.
    static func page(
        _ entered: ConsoleVisit, in shell: Shell, at identifiers: [String], cancelLink: String, notice: Notice? = nil
    ) -> QuestionPage {
        let word = entered.words[.clientSecret]
        return QuestionPage(
            shell: shell,
            confirmation: Confirmation(
                title: "Show the \(word.singular)?",
                consequence: "Each look is on record under the name of who looked, and the page tells who was last.",
                verb: "Show \(word.singular)", action: entered.link(entered.page, at: identifiers),
                token: entered.visit.token(
                    for: .manage, about: entered.page.path(in: entered.organization.id.description, identifiers)),
                fields: [], cancelLink: cancelLink, alternative: nil, isTyped: false, expected: "", isHarmless: true),
            notice: notice)
    }
}
