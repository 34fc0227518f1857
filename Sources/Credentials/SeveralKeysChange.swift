/// What can be done to several API keys at once.
package enum SeveralKeysChange: String, Hashable, Sendable, CaseIterable {
    /// Those that may be used from anywhere get an address rule; others keep theirs.
    case restrict
    case disable, delete
}
