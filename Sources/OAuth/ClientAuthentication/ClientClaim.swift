/// Who a request says that its client is, and how it means to prove it. Nothing is believed yet.
package struct ClientClaim: Sendable {
    /// The methods of RFC 6749 §2.3.1.
    package enum Method: String, Sendable {
        case basic = "client_secret_basic"
        case post = "client_secret_post"
    }

    package let method: Method
    package let identifier: String
    package let secret: String

    /// The claim of a request.
    ///
    /// - Throws: ``OAuthError``: `invalid_request` for two methods at once (RFC 6749 §2.3) or a header that is not
    ///   well-formed, `invalid_client` for none.
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
            self.secret = secret
        } else {
            guard let identifier = form["client_id"], let secret = form["client_secret"] else {
                throw OAuthError(.invalidClient, "The client did not authenticate.")
            }
            method = .post
            self.identifier = identifier
            self.secret = secret
        }
    }

    /// The two halves of Basic credentials, form-decoded as RFC 6749 §2.3.1 asks.
    private static func basic(_ header: String) -> (identifier: String, secret: String)? {
        var header = header
        let decoded = header.withUTF8 { bytes -> [UInt8]? in
            let scheme = Array("basic ".utf8)
            guard bytes.count > 6, bytes.prefix(6).elementsEqual(scheme, by: { $0 | 0x20 == $1 }) else { return nil }
            let text = bytes.dropFirst(6).drop { $0 == UInt8(ascii: " ") }
            return base64(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[text.startIndex...]))
        }
        guard let decoded, let colon = decoded.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        return decoded.withUnsafeBytes { bytes in
            guard let identifier = Form.decode(UnsafeRawBufferPointer(rebasing: bytes[..<colon])),
                let secret = Form.decode(UnsafeRawBufferPointer(rebasing: bytes[(colon + 1)...]))
            else { return nil }
            return (identifier, secret)
        }
    }

    /// Base64 (RFC 4648 §4) with its padding; nil for anything that an encoder would not write.
    private static func base64(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        guard text.count % 4 == 0, text.count <= 8192 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var bits: UInt32 = 0
        var held = 0
        var padding = 0
        for character in text {
            guard let value = base64Value(character), padding == 0 else {
                guard character == UInt8(ascii: "=") else { return nil }
                padding += 1
                continue
            }
            bits = bits << 6 | UInt32(value)
            held += 6
            guard held >= 8 else { continue }
            held -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
        }
        guard padding <= 2, padding * 2 == held, bits & (1 << UInt32(held) - 1) == 0 else { return nil }
        return bytes
    }

    private static func base64Value(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x41...0x5A: character - 0x41
        case 0x61...0x7A: character - 0x61 + 26
        case 0x30...0x39: character - 0x30 + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
