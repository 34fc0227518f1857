import Foundation
import ProductDefinition
import Testing

@testable import WebConsole

/// Colours are held against WCAG 2.2 AA: 4.5 to 1 for text, 3 to 1 for what can be used and for the focus.
@Suite("The stylesheet")
struct StylesheetTests {
    enum Scheme: CaseIterable { case light, dark }

    private static let grounds = ["ground", "surface", "sunken", "nav", "row-hover"]

    private static let texts =
        ["ink", "ink-soft", "link"].flatMap { text in grounds.map { (text, $0) } } + [
            ("ink", "accent-soft"), ("ink", "caution-soft"), ("on-accent", "accent"), ("on-accent", "accent-hover"),
            ("on-accent-soft", "accent-soft"), ("on-info-soft", "info-soft"), ("on-caution-soft", "caution-soft"),
            ("on-danger", "danger"), ("on-danger", "danger-hover"), ("on-danger-soft", "danger-soft"),
            ("danger", "surface"), ("danger", "ground"), ("danger", "sunken"), ("danger", "row-hover"),
            // The signs of notices stand in the colours of their text, turned round.
            ("accent-soft", "on-accent-soft"), ("info-soft", "on-info-soft"), ("caution-soft", "on-caution-soft"),
            ("danger-soft", "on-danger-soft"),
        ]
    private static let lines =
        ["focus", "accent"].flatMap { line in grounds.map { (line, $0) } } + [
            ("line-strong", "surface"), ("line-strong", "ground"), ("focus", "accent-soft"), ("focus", "caution-soft"),
            ("focus", "danger-soft"), ("focus", "info-soft"), ("accent", "accent-soft"), ("danger", "surface"),
            ("danger", "ground"), ("caution-edge", "surface"), ("caution-edge", "caution-soft"),
        ]

    private let css = Stylesheet.source

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
        #expect(Stylesheet.asset.bytes.count <= 36_000, "\(Stylesheet.asset.bytes.count)")
    }

    @Test func `what is served says the same as what was written, in fewer bytes`() {
        let served = String(decoding: Stylesheet.asset.bytes, as: UTF8.self)
        #expect(!served.contains("/*") && !served.contains("\n "))
        func bare(_ text: String) -> String { text.filter { !$0.isWhitespace } }
        let written = css.split(separator: "/*", omittingEmptySubsequences: false).enumerated().map { index, part in
            index == 0 ? String(part) : String(part.split(separator: "*/", maxSplits: 1).last ?? "")
        }.joined()
        #expect(bare(served) == bare(written))
        #expect(served.contains("--accent: #1c5547;"))
    }

    @Test(arguments: Scheme.allCases)
    func `a product's colours are computed for the grounds that pages have`(_ scheme: Scheme) throws {
        let colours = try tokens(scheme)
        let grounds = scheme == .light ? AccentPalette.Grounds.light : .dark
        #expect(grounds.surface.text == colours["surface"])
        #expect(grounds.ink.text == colours["ink"])
        #expect(
            Set(grounds.others.map(\.text)) == Set(Self.grounds.filter { $0 != "surface" }.compactMap { colours[$0] }))
        if scheme == .light {
            #expect(ProductAssets.ours.0 == colours["accent"] && ProductAssets.ours.1 == colours["on-accent"])
        }
    }

    @Test(arguments: Scheme.allCases)
    func `the browser's own frame has the colour of the page`(_ scheme: Scheme) throws {
        let ground = try #require(try tokens(scheme)["ground"])
        let media = scheme == .light ? "light" : "dark"
        #expect(
            PageTemplate.layout.contains(
                "<meta name=\"theme-color\" content=\"\(ground)\" media=\"(prefers-color-scheme: \(media))\">"))
    }

    @Test func `a product's stylesheet sets its colours alone, and nothing that warns`() throws {
        let palette = try #require(Colour("#0b57d0").map { try AccentPalette($0) })
        let assets = ProductAssets(Product(name: "Acme", look: ProductLook(palette: palette)))
        let own = String(decoding: try #require(assets.stylesheet).bytes, as: UTF8.self)
        let set = own.matches(of: /--([a-z-]+):/).map { String($0.1) }
        let six = ["accent", "accent-hover", "on-accent", "accent-soft", "on-accent-soft", "link"]
        #expect(set == six + six)
        #expect(own.contains("--accent: #0b57d0;"))
        #expect(ProductAssets(.standard).stylesheet == nil)
        let icon = String(decoding: assets.icon.bytes, as: UTF8.self)
        #expect(icon.contains("fill=\"#0b57d0\"") && icon.contains(">A</text>"))
    }

    private func tokens(_ scheme: Scheme) throws -> [String: String] {
        let text =
            scheme == .light ? css : css.split(separator: "(prefers-color-scheme: dark)").last.map(String.init) ?? ""
        let block = try #require(text.firstMatch(of: /:root \{([^}]*)\}/)).1
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
