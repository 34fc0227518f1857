package import DefinitionFile

/// Where a product definition comes from, and what it says itself.
package struct ProductSource: Hashable, Sendable {
    /// The name of the file without its folder, nil for the standard product.
    package let file: String?
    /// In the order of the file.
    package let stated: [StatedValue]

    /// The product that is compiled in: nothing is stated.
    package static let builtIn = ProductSource(file: nil, stated: [])
}

extension FileEntry {
    /// All values of a file, with where they stand.
    var source: ProductSource {
        ProductSource(file: file.split(separator: "/").last.map(String.init) ?? file, stated: stated)
    }
}
