/// What can be done to several API keys at once.
package enum SeveralKeysChange: String, Hashable, Sendable, CaseIterable {
    case disable, delete
}
