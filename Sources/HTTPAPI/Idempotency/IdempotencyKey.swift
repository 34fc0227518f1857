/// The value of `Idempotency-Key`: what a caller calls one request to create something, so that repeating it creates
/// nothing again.
struct IdempotencyKey: Hashable, Sendable {
    let text: String

    /// The key, or nil unless `text` is 1 to 255 visible ASCII characters.
    init?(_ text: String) {
        guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.text = text
    }
}
