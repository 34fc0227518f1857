/// Where a product definition comes from, and what it says itself.
package struct ProductSource: Hashable, Sendable {
    /// A value of the file.
    package struct Stated: Hashable, Sendable {
        /// With those that it stands in, such as `policy.api_keys_per_account`.
        package let key: String
        /// As it is written there.
        package let text: String
        /// Counted from 1, nil where the reader does not know.
        package let line: Int?
    }

    /// The name of the file without its folder, nil for the standard product.
    package let file: String?
    /// In the order of the file.
    package let stated: [Stated]

    /// The product that is compiled in: nothing is stated.
    package static let builtIn = ProductSource(file: nil, stated: [])
}

extension FileEntry {
    /// All values of a file, with where they stand.
    var source: ProductSource {
        var stated: [ProductSource.Stated] = []
        collect(&stated)
        return ProductSource(file: file.split(separator: "/").last.map(String.init) ?? file, stated: stated)
    }
}
