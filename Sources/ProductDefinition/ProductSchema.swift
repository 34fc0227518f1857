/// The JSON Schema (2020-12) of product definitions, for editors. A test holds it against what the loader takes.
package enum ProductSchema {
    /// The document.
    package static let text = String(decoding: PackageResources.product_schema_json, as: UTF8.self)
}
