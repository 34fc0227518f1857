import DefinitionFile

/// What the templates of one part of a file may name.
struct TemplateNames {
    let fixed: [TemplateValue]
    let variables: [String]
    let metadata: [String]

    /// As templates write them.
    var all: [String] {
        fixed.map(\.name) + variables.map { TemplateValue.variable($0).name }
            + metadata.map { TemplateValue.metadata($0).name }
    }

    func value(_ name: String) -> TemplateValue? {
        let values = fixed + variables.map(TemplateValue.variable) + metadata.map(TemplateValue.metadata)
        return values.first { $0.name == name }
    }
}

extension FileEntry {
    /// A text with values in braces, of those that may stand here.
    func template(_ names: TemplateNames, maximum: Int = 2000) throws(DefinitionError) -> TemplateText {
        try template(in: isText ? text(maximum: maximum) : number(), names)
    }

    /// A number is a text to the provider.
    private func number() throws(DefinitionError) -> String {
        guard !isFlag, !isList, !isMapping else { throw error("must be a text; put true and false between quotes") }
        return String(try integer(in: Int.min...Int.max))
    }

    func template(in text: some StringProtocol, _ names: TemplateNames) throws(DefinitionError) -> TemplateText {
        var parts: [TemplateText.Part] = []
        var rest = Substring(text)
        while let start = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
            guard rest[start] == "{", let end = rest[start...].firstIndex(of: "}") else {
                throw error("has a brace without its other one")
            }
            if start > rest.startIndex { parts.append(.literal(String(rest[..<start]))) }
            let name = String(rest[rest.index(after: start)..<end])
            guard let value = names.value(name) else {
                throw error("unknown value {\(name)}; \(Self.known(names.all, meant: name))")
            }
            parts.append(.value(value))
            rest = rest[rest.index(after: end)...]
        }
        if !rest.isEmpty { parts.append(.literal(String(rest))) }
        return TemplateText(parts)
    }

    /// An `https` address with values in braces. No secret stands in it.
    ///
    /// - Parameter hosts: The hosts that it may lead to; nil where a browser goes there and any will do.
    func address(_ names: TemplateNames, hosts: HostAllowList?) throws(DefinitionError) -> AddressTemplate {
        let text = try plainText(maximum: 2000)
        guard !text.contains("?"), !text.contains("#") else {
            throw error("must have no ? and no #; parameters belong into send (or params)")
        }
        if let whole = text.prefixMatch(of: /\{meta\.([^}]*)\}/) {
            let path = try template(in: text[whole.range.upperBound...], names)
            let origin = try template(in: whole.output.0, names)
            guard case .value(.metadata(let name)) = origin.parts[0] else { throw error("must begin with https://") }
            return AddressTemplate(origin: .metadata(name), path: try pathTemplate(path))
        }
        guard text.hasPrefix("https://") else {
            throw error("must begin with https://, or with an address that is kept: {meta.…}")
        }
        let rest = text.dropFirst("https://".count)
        let hostText = rest.prefix { $0 != "/" }
        let host = try template(in: hostText, names)
        try requireHost(host, hosts)
        let path = try template(in: rest.dropFirst(hostText.count), names)
        return AddressTemplate(origin: .host(host), path: try pathTemplate(path))
    }

    private func pathTemplate(_ path: TemplateText) throws(DefinitionError) -> TemplateText {
        if let secret = path.values.first(where: \.isSecret) {
            throw error("must not hold {\(secret.name)}: addresses are written into logs")
        }
        guard case .literal(let text) = path.parts.first, text.hasPrefix("/") else {
            throw error("must have a path; / is the shortest")
        }
        return path
    }

    private func requireHost(_ host: TemplateText, _ hosts: HostAllowList?) throws(DefinitionError) {
        var name = ""
        for part in host.parts {
            switch part {
            case .literal(let text): name += text
            // Its pattern and the allow-list hold it when it is used.
            case .value(.variable): name += "a"
            case .value(let value): throw error("a host may hold variables only, and not {\(value.name)}")
            }
        }
        if host.parts.count == 1, case .value = host.parts[0] { return }
        guard HostAllowList.isName(name) else {
            throw error("must have a host name in lower case, without port or user")
        }
        guard let hosts, !hosts.allows(name) else { return }
        throw error("its host \(name) is not in hosts")
    }
}
