import TextForms

extension TemplateText {
    /// The text with values in it, each as `written` writes it.
    func filled(
        with values: RequestValues,
        written: (TemplateValue, String) throws(RequestFailure) -> String = { _, text in text }
    ) throws(RequestFailure) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .value(let value):
                guard let filling = values[value] else { throw .missing(value) }
                text += try written(value, filling)
            }
        }
        return text
    }
}

extension AddressTemplate {
    /// Host and path of the address.
    func filled(with values: RequestValues) throws(RequestFailure) -> (host: String, path: String) {
        let path = try path.filled(with: values, written: Self.escaped)
        switch origin {
        case .host(let text):
            // A variable's form may allow capitals; a host has none.
            let host = try text.filled(with: values) { _, text in text.lowercased() }
            return (host, path)
        case .metadata(let name):
            guard let text = values[.metadata(name)] else { throw .missing(.metadata(name)) }
            guard let origin = WrittenAddress(text), origin.target.isEmpty || origin.target == "/" else {
                throw .malformed(.metadata(name))
            }
            return (origin.host, path)
        }
    }

    /// A value as part of a path. An identifier such as `accounts/12` keeps its slash, and none climbs.
    private static func escaped(_ value: TemplateValue, _ text: String) throws(RequestFailure) -> String {
        let segments = text.split(separator: "/", omittingEmptySubsequences: false)
        guard segments.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." }) else { throw .malformed(value) }
        return segments.map { PercentEscape.value(String($0)) }.joined(separator: "/")
    }
}

/// An `https` address as somebody wrote it, in the parts that matter here: no user, no port, no fragment.
struct WrittenAddress: Equatable {
    let host: String
    /// Path and query, as they were written.
    let target: String

    /// Nil for anything else, and for what is not visible ASCII.
    init?(_ text: String) {
        guard text.hasPrefix(Self.scheme), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let rest = text.dropFirst(Self.scheme.count)
        let host = rest.prefix { $0 != "/" && $0 != "?" }.lowercased()
        let target = rest.dropFirst(host.count)
        guard HostAllowList.isName(host), !target.contains("#"), !target.contains("\\") else { return nil }
        self.host = host
        self.target = String(target)
    }

    private static let scheme = "https://"
}
