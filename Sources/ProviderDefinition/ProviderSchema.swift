/// The JSON Schema (2020-12) of provider files, for editors. A test holds it against what the loader takes.
package enum ProviderSchema {
    /// The document.
    package static let text = String(decoding: PackageResources.provider_schema_json, as: UTF8.self)
}
