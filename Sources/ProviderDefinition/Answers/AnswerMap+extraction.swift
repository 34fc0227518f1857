import Model
package import TextForms

extension AnswerMap {
    /// What an answer says.
    package func extract(from body: JSONValue) -> TokenAnswer {
        var answer = TokenAnswer()
        answer.accessToken = accessToken.text(in: body)
        answer.refreshToken = refreshToken.text(in: body)
        answer.accessExpiry = accessExpiry?.expiry(in: body)
        answer.refreshExpiry = refreshExpiry?.expiry(in: body)
        answer.dataAccessExpiry = dataAccessExpiry?.expiry(in: body)
        answer.scopes = scope?.scopes(in: body)
        answer.accountIdentifier = accountIdentifier.text(in: body)
        answer.accountName = accountName.text(in: body)
        answer.metadata = metadata.compactMapValues { $0.text(in: body) }
        return answer
    }
}

extension AnswerMap.ExpiryPlace {
    func expiry(in body: JSONValue) -> StatedExpiry? {
        for place in places {
            guard let expiry = expiry(at: place, in: body) else { continue }
            return expiry
        }
        return nil
    }

    private func expiry(at place: JSONPointer, in body: JSONValue) -> StatedExpiry? {
        if unit == .rfc3339 { return place.text(in: body).flatMap(RFC3339.instant).map(StatedExpiry.at) }
        guard let number = place.number(in: body), (0...Self.largest).contains(number) else { return nil }
        if number == 0, zeroIsNever { return .never }
        return switch unit {
        case .seconds: .after(seconds: number)
        case .milliseconds: .after(seconds: number / 1000)
        case .epochSeconds: .at(Instant(milliseconds: Int64(number) * 1000))
        case .epochMilliseconds: .at(Instant(milliseconds: Int64(number)))
        case .rfc3339: nil
        }
    }

    /// The largest number that is taken for a time, so that none overflows.
    private static var largest: Int { 1 << 48 }
}

extension AnswerMap.ScopePlace {
    func scopes(in body: JSONValue) -> [String]? {
        for place in places {
            switch place.value(in: body) {
            case .string(let text): return text.split(separator: separator).map(String.init)
            case .array(let elements):
                return elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
            case nil, .null, .bool, .integer, .decimal, .object: continue
            }
        }
        return nil
    }
}

extension ChildMap {
    /// The most children of one answer; a list goes on with its next page.
    package static let maximumCount = 1000

    /// The children that an answer names. One without an identifier is none.
    package func children(in body: JSONValue) -> [ChildAnswer] {
        let found: [JSONValue]
        switch source {
        case .object(let place): found = place.value(in: body).map { [$0] } ?? []
        case .elements(let place):
            guard case .array(let elements) = place.value(in: body) else { return [] }
            found = Array(elements.prefix(Self.maximumCount))
        }
        return found.compactMap { child in
            guard let identifier = identifier.text(in: child), !identifier.isEmpty else { return nil }
            return ChildAnswer(
                kind: kind, identifier: identifier, name: name?.text(in: child), answer: answer.extract(from: child),
                isRenewed: isRenewed)
        }
    }
}

extension TokenExchange {
    /// The first thing that an answer must have and has not, nil for none.
    package func missing(in answer: TokenAnswer) -> Requirement? {
        if answer.accessToken == nil { return .accessToken }
        return requires.contains(.refreshToken) && answer.refreshToken == nil ? .refreshToken : nil
    }
}
