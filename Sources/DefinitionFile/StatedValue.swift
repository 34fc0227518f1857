/// A value that a file states.
package struct StatedValue: Hashable, Sendable {
    /// With those that it stands in, such as `policy.api_keys_per_account`.
    package let key: String
    /// As it is written there.
    package let text: String
    /// Counted from 1, nil where the reader does not know.
    package let line: Int?
}
