/// What stands for a person, an app or a product without a picture.
enum Initial {
    /// The first letter or digit of its name, as a capital.
    static func of(_ name: String) -> String {
        name.first { $0.isLetter || $0.isNumber }.map { String($0).uppercased() } ?? "·"
    }
}
