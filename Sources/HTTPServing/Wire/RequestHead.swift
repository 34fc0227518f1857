import NIOHTTP1
import Policy

/// What the head of a request says of the request as a whole, found in one pass over its fields.
struct RequestHead {
    /// How many bytes the body has, nil where it is chunked. What is no `Int` is the largest.
    private(set) var announced: Int? = 0
    /// Whether the client waits for leave to send the body (RFC 9110 §10.1.1). Never in HTTP/1.0.
    private(set) var waitsForContinue = false
    /// Whether nothing is read behind this request: it asks to close the connection, or to go on in another protocol, behind
    /// which the parser reads nothing.
    private(set) var isLast = false

    /// Whether a body follows.
    var hasBody: Bool { announced != 0 }
    /// Whether the body is announced to be larger than anything that is kept here.
    var isTooLarge: Bool { announced.map { $0 > HotDoor.maximumBody } ?? false }

    /// - Throws: Why the request is refused, whatever it asks for.
    init(_ head: HTTPRequestHead) throws(WireRefusal) {
        var hosts = 0
        var codings: String?
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 4 where name.isField("Host"):
                hosts += 1
                guard Self.isHost(value) else { throw .host }
            case 6 where name.isField("Expect"):
                guard head.version.minor > 0 else { continue }
                guard value.withoutOuterSpace.lowercased() == "100-continue" else { throw .expectation }
                waitsForContinue = true
            case 7 where name.isField("Upgrade"): isLast = true
            case 10 where name.isField("Connection"):
                if value.split(separator: ",").contains(where: { $0.withoutOuterSpace.lowercased() == "close" }) {
                    isLast = true
                }
            case 14 where name.isField("Content-Length"):
                announced = Int(value.withoutOuterSpace) ?? .max
            case 17 where name.isField("Transfer-Encoding"):
                codings = codings.map { "\($0),\(value)" } ?? value
            default: continue
            }
        }
        guard hosts == 1 || (hosts == 0 && head.version.minor == 0) else { throw .host }
        if head.method == .CONNECT { throw .method }
        guard !head.uri.utf8.contains(UInt8(ascii: "#")) else { throw .malformed }
        guard let codings else { return }
        let parsed = TransferCodings(codings)
        if parsed.areUnknown { throw .transferCoding }
        // HTTP/1.0 has no transfer codings, so nobody knows where this ends (RFC 9112 §6.1).
        guard parsed.areChunked, head.version.minor > 0 else { throw .malformed }
        announced = nil
    }

    /// `uri-host [ ":" port ]` (RFC 9110 §7.2), and a host is there: a URI of HTTP without one is invalid (§4.2.1).
    static func isHost(_ value: String) -> Bool {
        var text = value
        if text.withUTF8({ isPlainHost($0) }) { return true }
        var rest = value.withoutOuterSpace.utf8[...]
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")),
                let address = IPAddress(Substring(rest[..<end].dropFirst())), case .v6 = address.family
            else { return false }
            rest = rest[end...].dropFirst()
        } else {
            let host = rest.prefix { $0 != UInt8(ascii: ":") }
            guard !host.isEmpty, isName(host) else { return false }
            rest = rest[host.endIndex...]
        }
        guard rest.first == UInt8(ascii: ":") else { return rest.isEmpty }
        let port = rest.dropFirst()
        return port.isEmpty
            || (port.allSatisfy { (0x30...0x39).contains($0) } && UInt16(Substring(port)) != nil)
    }

    /// Whether it is what nearly every request has: letters, digits, dots and dashes, and perhaps a short port.
    private static func isPlainHost(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var portDigits: Int?
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): if let digits = portDigits { portDigits = digits + 1 }
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."):
                if portDigits != nil { return false }
            case UInt8(ascii: ":") where portDigits == nil && index > 0: portDigits = 0
            default: return false
            }
        }
        return !bytes.isEmpty && portDigits ?? 0 <= 4
    }

    /// `reg-name` (RFC 3986 §3.2.2)
    private static func isName(_ host: Substring.UTF8View) -> Bool {
        var digitsDue = 0
        for byte in host {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
                UInt8(ascii: "A")...UInt8(ascii: "F"):
                if digitsDue > 0 { digitsDue -= 1 }
            case _ where digitsDue > 0: return false
            case UInt8(ascii: "g")...UInt8(ascii: "z"), UInt8(ascii: "G")...UInt8(ascii: "Z"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "!"),
                UInt8(ascii: "$"), UInt8(ascii: "&")...UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="):
                continue
            case UInt8(ascii: "%"): digitsDue = 2
            default: return false
            }
        }
        return digitsDue == 0
    }
}

extension StringProtocol {
    /// The value of a field without the white space around it, which is no part of it (RFC 9112 §5.1).
    var withoutOuterSpace: Substring {
        var text = Substring(self)
        while let first = text.utf8.first, first == 0x20 || first == 0x09 { text = text.dropFirst() }
        while let last = text.utf8.last, last == 0x20 || last == 0x09 { text = text.dropLast() }
        return text
    }
}

extension String {
    /// Whether no white space stands around it.
    var isWithoutOuterSpace: Bool {
        guard let first = utf8.first, let last = utf8.last else { return true }
        return first != 0x20 && first != 0x09 && last != 0x20 && last != 0x09
    }

    /// Whether it is the field name `name`, which has only letters and dashes.
    func isField(_ name: String) -> Bool {
        guard utf8.count == name.utf8.count else { return false }
        var (left, right) = (self, name)
        return left.withUTF8 { left in
            right.withUTF8 { right in
                var difference: UInt8 = 0
                for index in left.indices { difference |= left[index] ^ right[index] }
                return difference & ~0x20 == 0
            }
        }
    }
}
