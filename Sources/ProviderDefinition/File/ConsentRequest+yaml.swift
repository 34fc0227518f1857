import DefinitionFile

extension ConsentRequest {
    init(_ entry: FileEntry, variables: [String]) throws(DefinitionError) {
        typealias Key = ProviderKeys.Authorize
        let section = try Section(entry, keys: Key.spellings)
        let names = TemplateNames(fixed: [.clientIdentifier, .redirectURI], variables: variables, metadata: [])
        func parameters(_ key: Key) throws(DefinitionError) -> [RequestParameter] {
            var parameters: [RequestParameter] = []
            for (name, entry) in try section[key]?.entries() ?? [] {
                guard !["state", "redirect_uri", "code_challenge", "code_challenge_method"].contains(name) else {
                    throw entry.error("is sent by itself, and not said here")
                }
                parameters.append(RequestParameter(name: name, value: try entry.template(names)))
            }
            return parameters
        }
        self.init(
            address: try section.required(Key.url).address(names, hosts: nil),
            scope: try ScopeParameter(section.required(Key.scope)),
            proofKey: try section.required(Key.pkce).word(ProofKey.self, of: "proof key"),
            issuer: try section[Key.issuer].map(Issuer.init) ?? .absent,
            parameters: try parameters(.params), reconnectParameters: try parameters(.reconnectParams),
            callback: try section[Key.callback].map(Callback.init) ?? Callback())
    }
}

extension ConsentRequest.ScopeParameter {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        let keys = try entry.section(ProviderKeys.ScopeParameter.self)
        guard let list = keys[.default] else {
            throw entry.error("default is missing; [] asks for nothing in particular")
        }
        let separator = try keys[.sep]?.separator() ?? " "
        var scopes: [String] = []
        for entry in try list.list(maximum: 100) {
            let scope = try entry.text()
            guard scope.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !scope.contains(separator) else {
                throw entry.error("must be visible ASCII, without the separator")
            }
            guard !scopes.contains(scope) else { throw entry.error("\(scope) stands here twice") }
            scopes.append(scope)
        }
        self.init(
            name: try keys[.param]?.parameterName() ?? "scope", separator: separator, standard: scopes,
            userName: try keys[.userParam]?.parameterName())
    }
}

extension ConsentRequest.Issuer {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        guard entry.isMapping else {
            self = .optional(try entry.link())
            return
        }
        guard let issuer = try entry.section(ProviderKeys.Issuer.self)[.required] else {
            throw entry.error("required is missing")
        }
        self = .required(try issuer.link())
    }
}

extension ConsentRequest.Callback {
    fileprivate init(_ entry: FileEntry) throws(DefinitionError) {
        let keys = try entry.section(ProviderKeys.Callback.self)
        var metadata: [String: String] = [:]
        for (name, entry) in try keys[.meta]?.entries() ?? [] {
            try entry.requireName(name)
            metadata[name] = try entry.parameterName()
        }
        self.init(
            codeParameter: try keys[.code]?.parameterName() ?? "code",
            codeSuffix: try keys[.stripSuffix]?.text(maximum: 10),
            codeIsEncodedTwice: try keys[.encodedTwice]?.flag() ?? false,
            grantedParameter: try keys[.granted]?.parameterName(), metadata: metadata,
            signature: try keys[.signature]?.word(Signature.self, of: "signature"))
    }
}
