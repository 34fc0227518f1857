/// How soon a rotation's new keys are used. What only this installation reads (sealed tokens, kept replies) is made with
/// the new key at once. A key that signs is read from copies of the key set that others keep, so it is published first.
package enum RotationPace: Sendable {
    /// New signing keys are published for a day before they sign.
    case timed
    /// New signing keys are published for three times as long as the key set may be kept before they sign: who fetched
    /// it through a cache has it for up to twice as long, and fetching takes time.
    case prompt
    /// The keys before have leaked. They are refused from now on, and the new ones sign although nobody knows them yet.
    case immediate

    /// For how long a new signing key is published before it signs, in seconds.
    package var aheadSeconds: Int {
        switch self {
        case .timed: 86_400
        case .prompt: 3 * KeySet.maxAgeSeconds
        case .immediate: 0
        }
    }
}
