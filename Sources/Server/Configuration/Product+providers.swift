import DefinitionFile
import ProductDefinition
import ProviderDefinition

extension Product {
    /// Refuses to offer a provider that no file describes, or to give it a variable that it does not have or that has another form.
    func requireProviders(of catalogue: ProviderCatalogue) throws(DefinitionError) {
        for offered in providers {
            guard let provider = catalogue[offered.provider] else {
                let known = FileEntry.known(catalogue.providers.map(\.identifier), meant: offered.provider)
                throw offered.error("unknown provider \(offered.provider); \(known)")
            }
            for (name, value) in offered.variables.sorted(by: { $0.key < $1.key }) {
                guard let variable = provider.variables.first(where: { $0.name == name }) else {
                    let known = FileEntry.known(provider.variables.map(\.name), meant: name)
                    throw offered.error("unknown variable \(name) of \(provider.identifier); \(known)")
                }
                guard variable.allows(value) else {
                    throw offered.error("the variable \(name) must have the form \(variable.pattern)")
                }
            }
        }
    }
}

extension OfferedProvider {
    fileprivate func error(_ problem: String) -> DefinitionError {
        place?.error(problem)
            ?? DefinitionError(
                file: "the product", line: nil, key: "connections.providers.\(provider)", problem: problem)
    }
}
