package import TextForms

extension Provider {
    /// The request that a template makes with these values.
    ///
    /// - Parameter further: Parameters besides those of the template, such as the text that a list goes on with.
    package func request(
        _ template: RequestTemplate, with values: RequestValues, further: [(name: String, value: String)] = []
    ) throws(RequestFailure) -> ProviderRequest {
        let values = try complete(values)
        let (host, path) = try template.address.filled(with: values)
        guard hosts.allows(host) else { throw .hostNotAllowed }
        var parameters: [(name: String, value: String)] = []
        for parameter in template.parameters {
            parameters.append((parameter.name, try parameter.value.filled(with: values)))
        }
        parameters += further
        var headers: [ProviderRequest.Header] = []
        func needed(_ value: TemplateValue) throws(RequestFailure) -> String {
            guard let text = values[value] else { throw .missing(value) }
            return text
        }
        switch template.authentication {
        case .clientParameters(let identifier, let secret):
            parameters.append((identifier, try needed(.clientIdentifier)))
            parameters.append((secret, try needed(.clientSecret)))
        case .clientBasic:
            let pair =
                PercentEscape.value(try needed(.clientIdentifier)) + ":"
                + PercentEscape.value(try needed(.clientSecret))
            headers.append(.init("Authorization", "Basic " + Base64.text(Array(pair.utf8))))
        case .bearer:
            headers.append(
                .init("Authorization", "Bearer " + (try Self.headerValue(.accessToken, needed(.accessToken)))))
        case .header(let name):
            headers.append(.init(name, try Self.headerValue(.accessToken, needed(.accessToken))))
        case .none: break
        }
        headers += try Self.headers(template.headers, with: values)
        if !template.headers.contains(where: { $0.name.lowercased() == "accept" }) {
            headers.append(.init("Accept", "application/json"))
        }
        var target = path
        var body: [UInt8] = []
        switch template.placement {
        case .query:
            if !parameters.isEmpty { target += "?" + Self.form(parameters) }
        case .form:
            body = Array(Self.form(parameters).utf8)
            headers.append(.init("Content-Type", "application/x-www-form-urlencoded"))
        case .json:
            body = Self.json(parameters)
            headers.append(.init("Content-Type", "application/json"))
        }
        return ProviderRequest(method: template.method, host: host, target: target, headers: headers, body: body)
    }

    /// The request for the next page of a list, nil where there is none.
    package func request(
        _ step: ChainStep, after body: JSONValue, with values: RequestValues
    ) throws(RequestFailure) -> ProviderRequest? {
        switch step.nextPage {
        case nil: return nil
        case .token(let place, let parameter):
            guard let text = place.text(in: body), !text.isEmpty else { return nil }
            return try request(step.request, with: values, further: [(parameter, text)])
        case .address(let place):
            guard let text = place.text(in: body), !text.isEmpty else { return nil }
            guard let next = WrittenAddress(text), hosts.allows(next.host) else { throw .hostNotAllowed }
            let first = try request(step.request, with: values)
            return ProviderRequest(
                method: first.method, host: next.host, target: next.target, headers: first.headers, body: first.body)
        }
    }

    /// Where a browser is sent for consent. Its host need not be one of ``hosts``: no token goes there.
    ///
    /// - Parameters:
    ///   - scopes: What is asked for; nil for what the file says.
    ///   - userScopes: What the user itself is asked for, where the provider makes a difference.
    ///   - challenge: The challenge of the code verifier, nil where there is no proof key.
    package func consentAddress(
        with values: RequestValues, state: String, scopes: [String]? = nil, userScopes: [String] = [],
        challenge: String? = nil, isReconnecting: Bool = false
    ) throws(RequestFailure) -> String {
        guard let clientIdentifier = values[.clientIdentifier] else { throw .missing(.clientIdentifier) }
        guard let redirectURI = values[.redirectURI] else { throw .missing(.redirectURI) }
        let values = try complete(values)
        let (host, path) = try authorization.address.filled(with: values)
        guard HostAllowList.isName(host) else { throw .hostNotAllowed }
        var query = [
            (name: client.identifierParameter, value: clientIdentifier), ("redirect_uri", redirectURI),
            ("state", state),
        ]
        let scope = authorization.scope
        let asked = scopes ?? scope.standard
        if !asked.isEmpty { query.append((scope.name, asked.joined(separator: scope.separator))) }
        if let name = scope.userName, !userScopes.isEmpty {
            query.append((name, userScopes.joined(separator: scope.separator)))
        }
        switch authorization.proofKey {
        case .none: break
        case .s256, .s256Hexadecimal:
            guard let challenge else { throw .missing(.codeVerifier) }
            query += [("code_challenge", challenge), ("code_challenge_method", "S256")]
        }
        let parameters = authorization.parameters + (isReconnecting ? authorization.reconnectParameters : [])
        for parameter in parameters {
            query.append((parameter.name, try parameter.value.filled(with: values)))
        }
        return "https://\(host)\(path)?\(Self.form(query))"
    }

    /// The values with what the file says of variables that nobody gave, and none that has not the form of its variable.
    private func complete(_ values: RequestValues) throws(RequestFailure) -> RequestValues {
        var values = values
        for variable in variables {
            let value = TemplateValue.variable(variable.name)
            guard let given = values[value] else {
                values[value] = variable.standard
                continue
            }
            guard variable.allows(given) else { throw .malformed(value) }
        }
        return values
    }

    /// Headers with values in them.
    static func headers(
        _ templates: [RequestParameter], with values: RequestValues
    ) throws(RequestFailure) -> [ProviderRequest.Header] {
        var headers: [ProviderRequest.Header] = []
        for template in templates {
            headers.append(.init(template.name, try template.value.filled(with: values, written: headerValue)))
        }
        return headers
    }

    /// What may stand in a header: visible ASCII and spaces, so that no value begins another line.
    static func headerValue(_ value: TemplateValue, _ text: String) throws(RequestFailure) -> String {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { throw .malformed(value) }
        return text
    }

    private static func form(_ parameters: [(name: String, value: String)]) -> String {
        parameters.map { "\(PercentEscape.value($0.name))=\(PercentEscape.value($0.value))" }.joined(separator: "&")
    }

    private static func json(_ parameters: [(name: String, value: String)]) -> [UInt8] {
        var json = [UInt8(ascii: "{")]
        for (index, parameter) in parameters.enumerated() {
            if index > 0 { json.append(UInt8(ascii: ",")) }
            JSONText.append(parameter.name, to: &json)
            json.append(UInt8(ascii: ":"))
            JSONText.append(parameter.value, to: &json)
        }
        json.append(UInt8(ascii: "}"))
        return json
    }
}
