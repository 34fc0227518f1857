/// How a call to the provider's APIs carries the access token.
package struct TokenUse: Sendable, Equatable {
    /// Where the token stands.
    package enum Carrier: Sendable, Equatable {
        case bearer
        case header(String)
        case query(String)
    }

    /// A second proof beside the token.
    package enum Proof: String, Sendable, CaseIterable {
        /// `appsecret_proof`: HMAC-SHA256 of the token under the client secret, in hexadecimal: Meta.
        case appSecretHMAC = "appsecret_hmac_sha256"
    }

    package let carrier: Carrier
    package let proof: Proof?
    /// What every call has besides, such as the version of an API.
    package let headers: [RequestParameter]

    package init(carrier: Carrier = .bearer, proof: Proof? = nil, headers: [RequestParameter] = []) {
        self.carrier = carrier
        self.proof = proof
        self.headers = headers
    }
}
