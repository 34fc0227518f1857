import Foundation

/// Writes domains with letters outside ASCII in their ASCII form (RFC 5891; UTS #46, nontransitional: `ß` stays what it is).
///
/// Foundation maps them, by ICU's tables: capitals, width, composition, invisible marks, the rules for writing from right to
/// left. What it cannot map comes back percent-encoded, and is refused here.
package enum InternationalDomain {
    /// The domain in ASCII and lower case, nil for one that has no such form.
    package static func ascii(_ domain: String) -> String? {
        var components = URLComponents()
        components.scheme = "https"
        components.host = domain
        guard let host = components.encodedHost else { return nil }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        // What stays as it was outside of what was mapped is not looked at by Foundation (RFC 5890 §2.3.1).
        guard
            labels.allSatisfy({ label in
                (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(isLetterDigitHyphen)
                    && !label.hasPrefix("-") && !label.hasSuffix("-")
            })
        else { return nil }
        return host
    }

    private static func isLetterDigitHyphen(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
