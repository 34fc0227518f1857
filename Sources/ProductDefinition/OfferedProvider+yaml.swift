import DefinitionFile

extension ProductKeys {
    enum Connections: String, CaseIterable {
        case providers
    }

    enum Provider: String, CaseIterable {
        case secret, scopes, vars
        case clientIdentifier = "client_id"
        case callsPerSecond = "calls_per_second"
    }

    enum ProviderSecret: String, CaseIterable {
        case file
    }
}

extension FileEntry {
    /// The providers that a product offers, in the order of the file. Whether there are such, only the server knows.
    func offeredProviders() throws(DefinitionError) -> [OfferedProvider] {
        guard let providers = try section(ProductKeys.Connections.self)[.providers] else {
            throw error("providers is missing")
        }
        var offered: [OfferedProvider] = []
        for (name, entry) in try providers.entries() {
            guard name.utf8.count <= 40, name.wholeMatch(of: /[a-z][a-z0-9-]*/) != nil else {
                throw entry.error(
                    "a provider's identifier has 1 to 40 lower-case letters, digits and -, a letter first")
            }
            offered.append(try OfferedProvider(provider: name, entry: entry))
        }
        guard offered.count <= OfferedProvider.maximumCount else {
            throw providers.error("must be at most \(OfferedProvider.maximumCount) providers")
        }
        return offered
    }
}

extension OfferedProvider {
    fileprivate init(provider: String, entry: FileEntry) throws(DefinitionError) {
        let keys = try entry.section(ProductKeys.Provider.self)
        guard let client = keys[.clientIdentifier] else { throw entry.error("client_id is missing") }
        var scopes: [String]?
        if let list = keys[.scopes] {
            var named: [String] = []
            for entry in try list.list(maximum: 100) {
                let scope = try entry.plainText(maximum: 200)
                guard !named.contains(scope) else { throw entry.error("\(scope) stands here twice") }
                named.append(scope)
            }
            scopes = named
        }
        var variables: [String: String] = [:]
        for (name, entry) in try keys[.vars]?.entries() ?? [] { variables[name] = try entry.plainText(maximum: 200) }
        self.init(
            provider: provider, clientIdentifier: try client.plainText(maximum: 300),
            secret: try keys[.secret].map(SecretSource.init) ?? .store, scopes: scopes, variables: variables,
            callsPerSecond: try keys[.callsPerSecond]?.integer(in: 1...1000), place: entry.place)
    }
}

extension OfferedProvider.SecretSource {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        guard entry.isMapping else {
            _ = try entry.name(of: "source", among: ["store"])
            self = .store
            return
        }
        guard let file = try entry.section(ProductKeys.ProviderSecret.self)[.file] else {
            throw entry.error("file is missing")
        }
        self = .file(try file.text(maximum: 1000))
    }
}
