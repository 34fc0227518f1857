package import DefinitionFile
import FoundationEssentials

/// The providers that an installation knows: those that are compiled in, and those of the operator's folder, which may take the place of
/// one that is compiled in.
package struct ProviderCatalogue: Sendable, Equatable {
    /// Ordered by their identifiers.
    package let providers: [Provider]

    /// These; where several have one identifier, the last of them.
    package init(_ providers: [Provider]) {
        let latest = Dictionary(providers.map { ($0.identifier, $0) }) { $1 }
        self.providers = latest.values.sorted { $0.identifier < $1.identifier }
    }

    /// The provider of that identifier.
    package subscript(identifier: String) -> Provider? {
        providers.first { $0.identifier == identifier }
    }

    /// Those that are compiled in, and those of a folder.
    ///
    /// - Parameter folder: Whose files that end in `.yaml` are read; nil for none.
    package static func load(with folder: String? = nil) throws(DefinitionError) -> ProviderCatalogue {
        var providers: [Provider] = []
        for file in BuiltInProviderFile.all {
            providers.append(try Provider(yaml: file.text, file: "\(file.name) (built in)"))
        }
        guard let folder else { return ProviderCatalogue(providers) }
        var own: [String: String] = [:]
        for path in try files(in: folder) {
            let provider = try Provider.load(from: path)
            if let other = own.updateValue(path, forKey: provider.identifier) {
                throw DefinitionError(
                    file: path, line: nil, key: "id",
                    problem: "\(provider.identifier) is the provider of \(other) already")
            }
            providers.append(provider)
        }
        return ProviderCatalogue(providers)
    }

    private static func files(in folder: String) throws(DefinitionError) -> [String] {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw DefinitionError(file: folder, line: nil, key: nil, problem: "is no folder that can be read")
        }
        return names.filter { $0.hasSuffix(".yaml") }.sorted().map { "\(folder)/\($0)" }
    }
}
