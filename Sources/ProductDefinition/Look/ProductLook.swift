/// How pages look: the product's colour and its mark.
package struct ProductLook: Hashable, Sendable {
    /// The shades of its colour; nil leaves those of the pages' own stylesheet.
    package let palette: AccentPalette?
    /// Its mark; nil for the initial of its name.
    package let logo: ProductLogo?
    /// Whether the name is a part of the mark, so that it need not stand beside it.
    package let logoHasName: Bool

    package init(palette: AccentPalette? = nil, logo: ProductLogo? = nil, logoHasName: Bool = false) {
        self.palette = palette
        self.logo = logo
        self.logoHasName = logoHasName
    }
}
