/// What stands for an app without a picture.
enum AppWords {
    /// The first letter or digit of its name, as a capital.
    static func initial(_ name: String) -> String {
        name.first { $0.isLetter || $0.isNumber }.map { String($0).uppercased() } ?? "·"
    }
}
