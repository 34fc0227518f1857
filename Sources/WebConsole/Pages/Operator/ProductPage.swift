import CredentialFormat
import DefinitionFile
import Model
import Persistence
import Policy
import ProductDefinition
import SignIn
import Tokens
import Verification

/// The product definition in force, with where each value comes from.
struct ProductPage: Page {
    static let template = PageTemplate.productInForce
    static let scripts: [Script] = [.menus]
    var title: String { pageHead.title }

    struct Row: Hashable, Sendable {
        let key: String
        let text: String
        /// `line 12`, nil for what the file does not say.
        let line: String?
    }

    let shell: Shell?
    let pageHead: PageHead
    let rows: [Row]
    let hasRows: Bool
    /// What the file does not say.
    let standard: [Row]
    var notice: Notice?

    init(_ entered: OperatorVisit) {
        let source = entered.product.source
        shell = entered.shell()
        pageHead = PageHead(
            title: "Product",
            lead: source.file.map { "The definition in force on this node, from \($0), read when it started." }
                ?? "The standard product: no file was named at the start.", action: nil, reason: nil)
        rows = source.stated.map { Row(key: $0.key, text: $0.text, line: $0.line.map { "line\u{00A0}\($0)" }) }
        hasRows = !rows.isEmpty
        standard = entered.product.policy.effective.filter { effective in
            !source.stated.contains { $0.key == effective.key || $0.key.hasPrefix("\(effective.key).") }
        }.map { Row(key: $0.key, text: $0.text, line: nil) }
    }
}
