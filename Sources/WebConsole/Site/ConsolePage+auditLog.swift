import Model
import ProductDefinition

extension ConsolePage {
    static let auditLog = ConsolePage(.auditLog)
    /// Events of a search as a file.
    static let auditFile = ConsolePage(.auditLog, "/file")
    /// The story of one thing: an identifier of any kind.
    static let story = ConsolePage(.auditLog, "/{thing}")
}
