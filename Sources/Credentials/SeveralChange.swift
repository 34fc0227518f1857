package import Model

/// What can be done to several credentials of a kind at once.
package enum SeveralChange: String, Hashable, Sendable, CaseIterable {
    /// Those that may be used from anywhere get an address rule; others keep theirs.
    case restrict
    case disable, delete

    /// Those that a kind knows: what cannot be bound to addresses by itself is not by the hundred either.
    package static func offered(for kind: StewardedID.Kind) -> [SeveralChange] {
        switch kind {
        case .apiKey: [.restrict, .disable, .delete]
        case .integration: [.restrict, .disable, .delete]
        case .app: [.disable, .delete]
        }
    }
}
