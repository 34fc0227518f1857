package import CredentialFormat
package import Model
import TextForms

/// Who a request says that its client is, and how it means to prove it. Nothing is believed yet.
package struct ClientClaim: Sendable {
    package typealias Method = ClientAuthenticationMethod

    package let method: Method
    package let identifier: String
    /// Empty for a client that proves nothing.
    package let secret: PresentedText

    /// The claim of a request.
    ///
    /// - Throws: ``OAuthError``: `invalid_request` for two methods at once (RFC 6749 §2.3) or a header that is not
    ///   well-formed, `invalid_client` where no client is named.
    package init(authorization: String?, form: Form) throws(OAuthError) {
        if let authorization {
            guard form["client_secret"] == nil else {
                throw OAuthError(.invalidRequest, "Two client authentication methods are used at once.")
            }
            guard let (identifier, secret) = Self.basic(authorization) else {
                throw OAuthError(.invalidClient, "The Authorization header is not well-formed Basic.")
            }
            if let named = form["client_id"], named != identifier {
                throw OAuthError(.invalidRequest, "client_id is another client than the Authorization header.")
            }
            method = .basic
            self.identifier = identifier
            self.secret = PresentedText(secret)
        } else {
            guard let identifier = form["client_id"] else {
                throw OAuthError(.invalidClient, "The client did not authenticate.")
            }
            self.identifier = identifier
            if let secret = form["client_secret"] {
                method = .post
                self.secret = PresentedText(secret)
            } else {
                method = .none
                secret = PresentedText("")
            }
        }
    }

    /// The longest Basic credentials that are looked at, in characters.
    private static let maximumBasic = 8192

    /// The two halves of Basic credentials, form-decoded as RFC 6749 §2.3.1 asks.
    package static func basic(_ header: String) -> (identifier: String, secret: String)? {
        var header = header
        let decoded = header.withUTF8 { bytes -> [UInt8]? in
            let scheme = Array("basic ".utf8)
            guard bytes.count > 6, bytes.prefix(6).elementsEqual(scheme, by: { $0 | 0x20 == $1 }) else { return nil }
            let text = bytes.dropFirst(6).drop { $0 == UInt8(ascii: " ") }
            guard text.count <= maximumBasic else { return nil }
            return Base64.bytes(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[text.startIndex...]))
        }
        guard let decoded, let colon = decoded.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        return decoded.withUnsafeBytes { bytes in
            guard let identifier = Form.decode(UnsafeRawBufferPointer(rebasing: bytes[..<colon])),
                let secret = Form.decode(UnsafeRawBufferPointer(rebasing: bytes[(colon + 1)...]))
            else { return nil }
            return (identifier, secret)
        }
    }
}
