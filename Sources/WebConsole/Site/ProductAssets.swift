import ProductDefinition

/// What the look of a product makes pages load besides ``Stylesheet``.
struct ProductAssets: Sendable {
    /// The shades of its colour, nil where it leaves ours.
    let stylesheet: Asset?
    /// Its mark, nil where its initial stands for it.
    let logo: Asset?
    /// What the browser's tab shows.
    let icon: Asset

    init(_ product: Product) {
        let look = product.look
        stylesheet = look.palette.map { palette in
            Asset(Array(Self.css(palette).utf8), named: "product", suffix: "css", mediaType: Stylesheet.mediaType)
        }
        logo = look.logo.map { logo in
            Asset(logo.bytes, named: "logo", suffix: logo.format.rawValue, mediaType: logo.format.mediaType)
        }
        let colours = look.palette.map { ($0.light.accent.text, $0.light.onAccent.text) } ?? Self.ours
        icon =
            logo
            ?? Asset(
                Array(Self.drawing(of: Initial.of(product.name), on: colours.0, in: colours.1).utf8), named: "icon",
                suffix: "svg", mediaType: ProductLogo.Format.svg.mediaType)
    }

    /// Those to register.
    var all: [Asset] { Array(Set([stylesheet, logo, icon].compactMap(\.self))) }

    /// `accent` and `on-accent` of ``Stylesheet``.
    static let ours = ("#1c5547", "#ffffff")

    private static func css(_ palette: AccentPalette) -> String {
        """
        :root {\(declarations(palette.light))}
        @media (prefers-color-scheme: dark) {:root {\(declarations(palette.dark))}}
        """
    }

    private static func declarations(_ shades: AccentPalette.Shades) -> String {
        [
            ("accent", shades.accent), ("accent-hover", shades.accentHover), ("on-accent", shades.onAccent),
            ("accent-soft", shades.accentSoft), ("on-accent-soft", shades.onAccentSoft), ("link", shades.link),
        ].map { "--\($0.0): \($0.1.text);" }.joined()
    }

    /// A capital on a square. A letter or digit means nothing in SVG, whatever it is.
    private static func drawing(of initial: String, on ground: String, in ink: String) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><rect width="28" height="28" rx="6" \
        fill="\(ground)"/><text x="14" y="20" font-family="system-ui, sans-serif" font-size="17" font-weight="600" \
        text-anchor="middle" fill="\(ink)">\(initial)</text></svg>
        """
    }
}
