/// How a user's consent is asked for at the provider's pages, and what the browser brings back.
package struct ConsentRequest: Sendable, Equatable {
    /// Proof Key for Code Exchange (RFC 7636).
    package enum ProofKey: String, Sendable, CaseIterable {
        /// The provider has none.
        case none
        /// The challenge is the digest in base64url.
        case s256 = "S256"
        /// The challenge is the digest in hexadecimal: TikTok's own for desktop apps.
        case s256Hexadecimal = "S256-hex"
    }

    /// What the provider says of itself in the callback (`iss`, RFC 9207).
    package enum Issuer: Sendable, Equatable {
        /// Nothing is known of it, so what comes is not looked at.
        case absent
        /// It may say this.
        case optional(String)
        /// It says this each time; a callback without it is a mix-up.
        case required(String)
    }

    /// How scopes are written, and which are asked for.
    package struct ScopeParameter: Sendable, Equatable {
        /// `scope`, or what the provider calls it.
        package let name: String
        package let separator: String
        /// What is asked for unless the product says otherwise.
        package let standard: [String]
        /// A second parameter for what the user itself grants, nil where there is none: `user_scope` at Slack.
        package let userName: String?

        package init(name: String = "scope", separator: String, standard: [String], userName: String? = nil) {
            self.name = name
            self.separator = separator
            self.standard = standard
            self.userName = userName
        }
    }

    /// What stands in the query of the callback besides `state`.
    package struct Callback: Sendable, Equatable {
        /// What signs the whole query.
        package enum Signature: String, Sendable, CaseIterable {
            /// HMAC-SHA256 under the client secret over the sorted query without it, in hexadecimal, as `hmac`: Shopify.
            case hmacSHA256 = "hmac_sha256"
        }

        /// `code`, or what the provider calls it.
        package let codeParameter: String
        /// What may hang at the end of the code without being part of it: `#_` or `#_=_`.
        package let codeSuffix: String?
        /// Whether the code is percent-encoded once more than the query.
        package let codeIsEncodedTwice: Bool
        /// What names the scopes that the user granted, nil where nothing does.
        package let grantedParameter: String?
        /// What else is kept with the connection, by the name that ``TemplateValue/metadata(_:)`` uses: its parameter.
        package let metadata: [String: String]
        package let signature: Signature?

        package init(
            codeParameter: String = "code", codeSuffix: String? = nil, codeIsEncodedTwice: Bool = false,
            grantedParameter: String? = nil, metadata: [String: String] = [:], signature: Signature? = nil
        ) {
            self.codeParameter = codeParameter
            self.codeSuffix = codeSuffix
            self.codeIsEncodedTwice = codeIsEncodedTwice
            self.grantedParameter = grantedParameter
            self.metadata = metadata
            self.signature = signature
        }
    }

    package let address: AddressTemplate
    package let scope: ScopeParameter
    package let proofKey: ProofKey
    package let issuer: Issuer
    /// Besides client, `redirect_uri`, `state`, scope and challenge.
    package let parameters: [RequestParameter]
    /// Those that a renewed consent has besides.
    package let reconnectParameters: [RequestParameter]
    package let callback: Callback
}
