package import Model

/// Who a request says that its client is, and how it means to prove it. Nothing is believed yet.
package struct ClientClaim: Sendable {
    package typealias Method = ClientAuthenticationMethod

    package let method: Method
    package let identifier: String
    /// Empty for a client that proves nothing.
    package let secret: String

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
            self.secret = secret
        } else {
            guard let identifier = form["client_id"] else {
                throw OAuthError(.invalidClient, "The client did not authenticate.")
            }
            self.identifier = identifier
            if let secret = form["client_secret"] {
                method = .post
                self.secret = secret
            } else {
                method = .none
                secret = ""
            }
        }
    }

    /// The two halves of Basic credentials, form-decoded as RFC 6749 §2.3.1 asks.
    package static func basic(_ header: String) -> (identifier: String, secret: String)? {
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
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let length = text.count / 4 * 3 - padding
        return base64Values.withUnsafeBufferPointer { values in
            var seen: UInt8 = 0
            var last: UInt32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3) { bytes, count in
                for start in stride(from: 0, to: text.count, by: 4) {
                    var group: UInt32 = 0
                    for index in start..<(start + 4) {
                        let value = index < text.count - padding ? values[Int(text[index])] : 0
                        seen |= value
                        group = group << 6 | UInt32(value)
                    }
                    for index in 0..<3 {
                        bytes[start / 4 * 3 + index] = UInt8(truncatingIfNeeded: group >> UInt32(16 - index * 8))
                    }
                    last = group
                }
                count = length
            }
            // Values have six bits, what is none has eight. Nothing may be in the bits that are left over.
            return seen < 64 && last & (1 << UInt32(padding * 8) - 1) == 0 ? bytes : nil
        }
    }

    /// The values of all bytes, 255 for what is none.
    private static let base64Values: [UInt8] = {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        return (UInt8.min...UInt8.max).map { character in
            alphabet.firstIndex(of: character).map { UInt8($0) } ?? 255
        }
    }()
}
