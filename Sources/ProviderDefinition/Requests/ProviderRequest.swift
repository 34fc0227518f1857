import CredentialFormat

/// A request to a provider as it is to be sent. Its query, headers and body hold secrets, so it prints none of them.
package struct ProviderRequest: Sendable, Equatable, Redacted {
    /// A header.
    package struct Header: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let method: RequestTemplate.Method
    /// In lower case, without a port: 443 is the only one. The allow-list has it.
    package let host: String
    /// With its query, escaped.
    package let target: String
    package let headers: [Header]
    package let body: [UInt8]

    package init(
        method: RequestTemplate.Method, host: String, target: String, headers: [Header] = [], body: [UInt8] = []
    ) {
        self.method = method
        self.host = host
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// The whole address. It may hold secrets.
    package var address: String { "https://\(host)\(target)" }

    /// Method and address without the query: what a log may say.
    package var description: String { "\(method.rawValue) https://\(host)\(target.prefix { $0 != "?" })" }
}

extension [ProviderRequest.Header] {
    /// The value of the first of that name, in any case.
    package subscript(name: String) -> String? {
        let name = name.lowercased()
        return first { $0.name.lowercased() == name }?.value
    }
}
