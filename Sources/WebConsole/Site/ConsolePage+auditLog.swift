import Model
import ProductDefinition

extension ConsolePage {
    static let auditLog = ConsolePage(.auditLog)
    /// The story of one thing: an identifier of any kind.
    static let story = ConsolePage(.auditLog, "/{thing}")
}
