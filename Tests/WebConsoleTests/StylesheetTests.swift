import Foundation
import Testing

@testable import WebConsole

/// Colours are held against WCAG 2.2 AA: 4.5 to 1 for text, 3 to 1 for what can be used and for the focus.
@Suite("The stylesheet")
struct StylesheetTests {
    enum Scheme: CaseIterable { case light, dark }

    private static let texts = [
        ("ink", "ground"), ("ink", "surface"), ("ink", "sunken"), ("ink-soft", "ground"), ("ink-soft", "surface"),
        ("ink-soft", "sunken"), ("link", "ground"), ("link", "surface"), ("on-accent", "accent"),
        ("on-accent", "accent-hover"), ("on-accent-soft", "accent-soft"), ("on-caution-soft", "caution-soft"),
        ("on-danger", "danger"), ("on-danger", "danger-hover"), ("on-danger-soft", "danger-soft"),
    ]
    private static let lines = [
        ("line-strong", "surface"), ("focus", "surface"), ("focus", "ground"), ("accent", "surface"),
        ("accent", "ground"), ("accent", "accent-soft"), ("danger", "surface"),
    ]

    private let css = String(decoding: Stylesheet.bytes, as: UTF8.self)

    @Test(arguments: Scheme.allCases, texts)
    func `text can be read on its ground`(_ scheme: Scheme, _ pair: (String, String)) throws {
        #expect(try contrast(pair, scheme) >= 4.5, "\(pair) in \(scheme)")
    }

    @Test(arguments: Scheme.allCases, lines)
    func `what can be used stands out from its ground`(_ scheme: Scheme, _ pair: (String, String)) throws {
        #expect(try contrast(pair, scheme) >= 3, "\(pair) in \(scheme)")
    }

    @Test func `every token that a rule names is there, and every colour has a dark one`() throws {
        let named = Set(css.matches(of: /var\(--([a-z0-9-]+)\)/).map { String($0.1) })
        let light = try tokens(.light)
        #expect(named.subtracting(light.keys) == [])
        #expect(Set(light.filter { $0.value.hasPrefix("#") }.keys).subtracting(try tokens(.dark).keys) == [])
    }

    @Test func `it loads nothing from anywhere, and is small`() {
        #expect(!css.contains("@import"))
        #expect(css.matches(of: /url\(['"]?([^'")]{5})/).allSatisfy { $0.1 == "data:" })
        #expect(Stylesheet.bytes.count < 16_000)
    }

    private func tokens(_ scheme: Scheme) throws -> [String: String] {
        let blocks = css.matches(of: /:root \{([^}]*)\}/)
        let block = try #require(scheme == .light ? blocks.first : blocks.dropFirst().first).1
        let pairs = block.matches(of: /--([a-z0-9-]+):\s*([^;]+);/).map { (String($0.1), String($0.2)) }
        return Dictionary(pairs) { $1 }
    }

    private func contrast(_ pair: (String, String), _ scheme: Scheme) throws -> Double {
        let colours = try tokens(scheme)
        let first = try luminance(#require(colours[pair.0]))
        let second = try luminance(#require(colours[pair.1]))
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    /// The relative luminance of `#rrggbb`.
    private func luminance(_ text: String) throws -> Double {
        let number = try #require(Int(text.dropFirst(), radix: 16))
        func channel(_ shift: Int) -> Double {
            let value = Double(number >> shift & 255) / 255
            return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0)
    }
}
