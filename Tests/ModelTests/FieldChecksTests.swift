import Testing

@testable import Model

@Suite("Names that people read")
struct FieldChecksTests {
    private func problems(_ name: String) -> [String] {
        var checks = FieldChecks()
        _ = checks.line("name", name)
        do {
            try checks.finish()
            return []
        } catch .invalid(let fields) {
            return fields.map(\.code)
        } catch {
            return ["\(error)"]
        }
    }

    @Test(arguments: [
        "\u{200B}", "\u{2800}", "\u{3164}", "\u{FEFF}", "\u{00AD}", "\u{115F}\u{1160}", "\u{200D}", "\u{FE0F}",
        "\u{301}", "\u{2060}\u{2800}\u{FFA0}", "\u{E0041}",
    ])
    func `a name has something to see`(_ name: String) {
        #expect(problems(name) == ["invisible_character"])
    }

    @Test(arguments: [
        "Sample\u{200B}App", "Sample\u{AD}App", "Sample\u{200D}App", "Sample\u{200C}App", "SampleApp\u{FE0F}",
        "App 1\u{FE0F}", "\u{FEFF}Sample", "Sample\u{3164}", "Sample\u{2800}App", "Sample\u{180E}App", "Sam\u{34F}ple",
        "\u{200D}\u{1F680}", "\u{1F680}\u{200D}", "\u{1F680}\u{FE0F}\u{FE0F}", "Sample\u{200E}App",
        "\u{645}\u{200D}A", "Sample\u{E0061}App", "\u{FFF9}a\u{FFFA}b\u{FFFB}",
    ])
    func `no name looks like another by what nobody sees`(_ name: String) {
        #expect(problems(name) == ["invisible_character"])
    }

    @Test(arguments: [
        "Sample App", "Ünal & Söhne", "O\u{2019}Neill", "\u{6771}\u{4EAC}", "\u{5E9}\u{5DC}\u{5D5}\u{5DD}",
        // Persian with a non-joiner, Devanagari with a joiner, a name with a combining mark.
        "\u{645}\u{6CC}\u{200C}\u{62E}\u{648}\u{627}\u{647}\u{645}", "\u{915}\u{94D}\u{200D}\u{937}", "Jose\u{301}",
        // Emoji: a heart, a family, an eye in a speech bubble, a colour, a keycap, a variant of an ideograph.
        "\u{2764}\u{FE0F} Love", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}",
        "\u{1F441}\u{FE0F}\u{200D}\u{1F5E8}\u{FE0F}", "\u{1F44B}\u{1F3FD}", "\u{1F468}\u{1F3FD}\u{200D}\u{1F680}",
        "1\u{FE0F}\u{20E3}", "\u{8FBB}\u{E0100}",
    ])
    func `names of all languages are taken, and emoji`(_ name: String) {
        #expect(problems(name).isEmpty)
    }

    @Test func `an empty name is said to be empty`() {
        #expect(problems(" \u{A0}") == ["required"])
    }
}
