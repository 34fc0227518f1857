extension Product {
    /// The product that a YAML text defines.
    ///
    /// - Parameter file: What errors call the text.
    package init(yaml text: String, file: String) throws(ProductError) {
        throw ProductError(file: file, line: nil, key: nil, problem: "not yet")
    }
}
