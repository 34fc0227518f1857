import Crypto
import TextForms

extension Provider {
    /// What the query of a callback says. Whether its `state` is the browser's own, the caller has found out before.
    ///
    /// - Parameters:
    ///   - query: As it came, without the question mark.
    ///   - secrets: Those of our client that are in force, for providers that sign.
    package func readCallback(_ query: String, secrets: [String]) throws(ConsentFailure) -> ConsentAnswer {
        let callback = authorization.callback
        guard let parameters = CallbackQuery(query) else { throw .incomplete }
        switch callback.signature {
        case nil: break
        case .hmacSHA256:
            guard secrets.contains(where: parameters.isSigned) else { throw .unsigned }
        }
        switch authorization.issuer {
        case .absent: break
        case .optional(let issuer):
            if let said = parameters["iss"], said != issuer { throw .foreignIssuer }
        case .required(let issuer):
            guard parameters["iss"] == issuer else { throw .foreignIssuer }
        }
        if let error = parameters["error"] {
            guard error != "access_denied" else { throw .denied }
            throw .refused(code: error.wholeMatch(of: /[A-Za-z0-9_.-]{1,64}/) == nil ? "unknown" : error)
        }
        guard let code = callback.code(in: parameters) else { throw .incomplete }
        let scopes = callback.grantedParameter.flatMap { parameters[$0] }.map { text in
            text.split(separator: authorization.scope.separator).map(String.init)
        }
        return ConsentAnswer(
            code: code, scopes: scopes, metadata: callback.metadata.compactMapValues { parameters[$0] })
    }
}

extension Provider {
    /// The `state` of a callback, nil where there is none, or where the query is none that is read.
    package static func state(ofCallback query: String) -> String? {
        CallbackQuery(query)?["state"]
    }
}

extension ConsentRequest.Callback {
    /// The code without what hangs on it.
    fileprivate func code(in parameters: CallbackQuery) -> String? {
        guard var code = parameters[codeParameter], code.utf8.count <= JSONPointer.maximumTextSize else { return nil }
        if let codeSuffix, code.hasSuffix(codeSuffix) { code.removeLast(codeSuffix.count) }
        if codeIsEncodedTwice, code.contains("%") {
            let bytes = Array(code.utf8)
            guard let decoded = bytes.withUnsafeBytes({ PercentEscape.bytes($0) }),
                let text = String(validating: decoded, as: UTF8.self)
            else { return nil }
            code = text
        }
        return code.isEmpty ? nil : code
    }
}

/// The parameters of a query, each once.
private struct CallbackQuery {
    private struct Parameter {
        let name: String
        let value: String
        let written: String
    }

    private let parameters: [Parameter]

    /// Nil for a broken escape, for a name that stands there twice, and for more than 50 parameters.
    init?(_ query: String) {
        var parameters: [Parameter] = []
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.text(parts[0]), let value = parts.count > 1 ? Self.text(parts[1]) : "",
                parameters.count < 50, !parameters.contains(where: { $0.name == name })
            else { return nil }
            parameters.append(Parameter(name: name, value: value, written: String(pair)))
        }
        self.parameters = parameters
    }

    subscript(name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// Whether `hmac` is that of all others under a secret, in the order of their names: as they were written, or as they are meant.
    /// Which of the two holds for values with escapes is not documented by Shopify, and nobody without the secret can make either.
    func isSigned(under secret: String) -> Bool {
        guard let signature = self["hmac"].flatMap({ Hexadecimal.bytes($0.utf8) }) else { return false }
        let others = parameters.filter { $0.name != "hmac" }.sorted { $0.name < $1.name }
        let texts = [others.map(\.written), others.map { "\($0.name)=\($0.value)" }].map { $0.joined(separator: "&") }
        let key = SymmetricKey(data: Array(secret.utf8))
        return texts.contains { text in
            HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: Array(text.utf8), using: key)
        }
    }

    private static func text(_ escaped: Substring) -> String? {
        let bytes = Array(escaped.utf8)
        return bytes.withUnsafeBytes { PercentEscape.bytes($0, plusIsSpace: true) }
            .flatMap { String(validating: $0, as: UTF8.self) }
    }
}
