/// By what calls are told apart.
package enum UsageGrouping: String, Hashable, Sendable, CaseIterable {
    case credential
    case secret
    case organization
    case scope
    case outcome
    case status
}
