import Model
import ProductDefinition

extension Badge {
    /// That a secret should be replaced by another, nil while it need not be.
    ///
    /// - Parameters:
    ///   - made: When it was made.
    ///   - left: When whoever looked after it left, nil while they are here.
    static func rotation(madeAt made: Instant, leftAt left: Instant?, at now: Instant, _ product: Product) -> Badge? {
        // Who has left may still have what they copied.
        let isWithLeaver = left.map { $0 > made } ?? false
        let isOld = now.seconds(since: made) > product.policy.rotationReminderSeconds
        return isWithLeaver || isOld ? Badge(.caution, "Rotate") : nil
    }
}
