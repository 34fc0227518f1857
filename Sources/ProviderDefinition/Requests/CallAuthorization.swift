import CredentialFormat
import Crypto
import TextForms

/// What a call to a provider's APIs carries, so that it is made in the customer's name. It holds secrets.
package struct CallAuthorization: Sendable, Equatable, Redacted {
    package let headers: [ProviderRequest.Header]
    /// Parameters that the query has besides its own, escaped and joined; empty for none.
    package let query: String
}

extension Provider {
    /// What a call carries with these values.
    package func authorizeCall(with values: RequestValues) throws(RequestFailure) -> CallAuthorization {
        guard let token = values[.accessToken] else { throw .missing(.accessToken) }
        var headers: [ProviderRequest.Header] = []
        var query: [String] = []
        switch use.carrier {
        case .bearer: headers.append(.init("Authorization", "Bearer " + (try Self.headerValue(.accessToken, token))))
        case .header(let name): headers.append(.init(name, try Self.headerValue(.accessToken, token)))
        case .query(let name): query.append("\(PercentEscape.value(name))=\(PercentEscape.value(token))")
        }
        switch use.proof {
        case nil: break
        case .appSecretHMAC:
            guard let secret = values[.clientSecret] else { throw .missing(.clientSecret) }
            let key = SymmetricKey(data: Array(secret.utf8))
            let proof = HMAC<SHA256>.authenticationCode(for: Array(token.utf8), using: key)
            query.append("appsecret_proof=\(Hexadecimal.text(proof))")
        }
        headers += try Self.headers(use.headers, with: values)
        return CallAuthorization(headers: headers, query: query.joined(separator: "&"))
    }
}
