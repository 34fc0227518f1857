/// The shades that pages need of a product's accent colour, in light and in dark, each readable where it is used
/// (WCAG 2.2 AA).
package struct AccentPalette: Hashable, Sendable {
    /// One scheme's.
    package struct Shades: Hashable, Sendable {
        /// What one is asked to press.
        package let accent: Colour
        /// The same under the pointer.
        package let accentHover: Colour
        /// Text on either.
        package let onAccent: Colour
        /// Where something stands out without shouting.
        package let accentSoft: Colour
        /// Text on that.
        package let onAccentSoft: Colour
        /// Links in text.
        package let link: Colour
    }

    /// The grounds of the pages' own stylesheet.
    package struct Grounds: Sendable {
        package let surface: Colour
        package let ink: Colour
        /// Besides ``surface``.
        package let others: [Colour]

        fileprivate var all: [Colour] { [surface] + others }

        package static let light = Grounds(
            surface: Colour(0xFFFDF9), ink: Colour(0x1E2227),
            others: [Colour(0xF4F1EA), Colour(0xF6F2E9), Colour(0xEFEBE1), Colour(0xF8F5EE)])
        package static let dark = Grounds(
            surface: Colour(0x1D1C1A), ink: Colour(0xECE9E2),
            others: [Colour(0x151513), Colour(0x252421), Colour(0x191816), Colour(0x22211E)])
    }

    /// Why a colour cannot be an accent.
    package enum Problem: Error, Hashable, Sendable {
        /// Nobody sees it on the page: the contrast that was measured.
        case pale(Double)
        /// Neither white nor our ink can be read on it: the better contrast.
        case unreadable(Double)
    }

    package let light: Shades
    package let dark: Shades

    private static let text = 4.5
    private static let line = 3.0

    /// - Parameter accent: As the operator chose it for light pages. Dark ones get a lighter shade where they need it.
    /// - Throws: ``Problem``
    package init(_ accent: Colour) throws(Problem) {
        let soft = Grounds.light.surface.mixed(with: accent, share: 0.12)
        let seen = Self.least(accent, on: Grounds.light.all + [soft])
        guard seen >= Self.line else { throw .pale(seen) }
        let readable = max(accent.contrast(to: .white), accent.contrast(to: Grounds.light.ink))
        guard readable >= Self.text else { throw .unreadable(readable) }
        let isDark = accent.contrast(to: .white) >= Self.text
        light = Shades(
            accent: accent,
            // Away from the text that stands on it.
            accentHover: accent.mixed(with: isDark ? Grounds.light.ink : .white, share: 0.12),
            onAccent: isDark ? .white : Grounds.light.ink, accentSoft: soft,
            onAccentSoft: Self.shade(accent, towards: .black, on: [soft], atLeast: Self.text),
            link: Self.shade(accent, towards: .black, on: Grounds.light.all, atLeast: Self.text))

        let lighter = Self.shade(accent, towards: .white, on: Grounds.dark.all, atLeast: Self.text)
        let softDark = Grounds.dark.surface.mixed(with: lighter, share: 0.12)
        dark = Shades(
            accent: lighter, accentHover: lighter.mixed(with: .white, share: 0.12),
            onAccent: Self.shade(
                lighter.mixed(with: .black, share: 0.8), towards: .black, on: [lighter], atLeast: Self.text),
            accentSoft: softDark,
            onAccentSoft: Self.shade(lighter, towards: .white, on: [softDark], atLeast: Self.text),
            link: lighter)
    }

    private static func least(_ colour: Colour, on grounds: [Colour]) -> Double {
        grounds.map { colour.contrast(to: $0) }.min() ?? 1
    }

    /// The nearest shade on the way to another colour that is readable on all of these.
    private static func shade(
        _ colour: Colour, towards other: Colour, on grounds: [Colour], atLeast contrast: Double
    ) -> Colour {
        let shades = stride(from: 0, through: 1, by: 0.02).lazy.map { colour.mixed(with: other, share: $0) }
        return shades.first { least($0, on: grounds) >= contrast } ?? other
    }
}
