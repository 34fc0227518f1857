import Mustache

/// How text gets into a page: with every character escaped that means something in HTML, wherever it stands (threat P3).
///
/// swift-mustache's own escaping goes by grapheme clusters and lets a quotation mark through that a combining character
/// follows, which ends an attribute all the same. So every template begins with the line that asks for this one;
/// ``PageWriter`` puts it there.
struct PageText: MustacheContentType {
    private static let name = "PAGE"
    /// The first words of every template.
    static let pragma = "{{% CONTENT_TYPE:\(name)}}"

    static func register() {
        MustacheContentTypes.register(PageText(), named: name)
    }

    func escapeText(_ text: String) -> String {
        var escaped: [UInt8] = []
        escaped.reserveCapacity(text.utf8.count + 16)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "&"): escaped += Array("&amp;".utf8)
            case UInt8(ascii: "<"): escaped += Array("&lt;".utf8)
            case UInt8(ascii: ">"): escaped += Array("&gt;".utf8)
            case UInt8(ascii: "\""): escaped += Array("&quot;".utf8)
            case UInt8(ascii: "'"): escaped += Array("&#39;".utf8)
            default: escaped.append(byte)
            }
        }
        return String(decoding: escaped, as: UTF8.self)
    }
}
