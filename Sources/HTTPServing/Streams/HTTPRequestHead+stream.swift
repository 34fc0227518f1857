import NIOHPACK
import NIOHTTP1

extension HTTPRequestHead {
    /// The head of a request that came as a list of fields (RFC 9113 §8.3), as HTTP/1.1 would have it.
    ///
    /// swift-nio-http2 has seen to it that the names are tokens in lower case, that no value has CR, LF or NUL, that no pseudo-header is
    /// there twice or out of place, and that none is about the connection. What else HTTP/1.1's parser refuses is refused here.
    ///
    /// - Throws: Why the request is refused, whatever it asks for.
    init(_ list: HPACKHeaders) throws(WireRefusal) {
        // All of it together is bounded where it is decoded.
        guard list.count <= HeadLimits.mostFields else { throw .headTooLarge }
        var method = ""
        var path = ""
        var authority: String?
        var host: String?
        var cookie: String?
        var length: String?
        var fields: [(String, String)] = []
        fields.reserveCapacity(list.count)
        for (name, value, _) in list {
            guard name.utf8.count + value.utf8.count <= HeadLimits.longestField else { throw .headTooLarge }
            guard !value.utf8.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) else { throw .malformed }
            switch name {
            case ":method": method = value
            case ":path": path = value
            case ":authority": authority = value
            case "host":
                guard host == nil else { throw .host }
                host = value
            // A client may send it in pieces, which are one field again before anybody reads it (§8.2.3).
            case "cookie": cookie = cookie.map { "\($0); \(value)" } ?? value
            case "content-length":
                guard length == nil, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { throw .malformed }
                length = value
                fields.append((name, value))
            case _ where name.utf8.first == UInt8(ascii: ":"): continue
            default: fields.append((name, value))
            }
        }
        guard OrdinaryDoor.methodNames.contains(method) else { throw .method }
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw .malformed
        }
        // Two that differ are two hosts (§8.3.1).
        if let authority, let host, authority.lowercased() != host.lowercased() { throw .host }
        guard let named = authority ?? host else { throw .host }
        fields.append(("host", named))
        if let cookie { fields.append(("cookie", cookie)) }
        self.init(
            version: .http1_1, method: HTTPMethod(rawValue: method), uri: path, headers: HTTPHeaders(fields))
    }
}
