import Crypto
import TextForms

/// What a page may load and where its forms may lead (CSP Level 3). Everything that is not said is forbidden.
struct ContentSecurityPolicy: Hashable, Sendable {
    /// Sources of pictures besides our own.
    var images: [String] = []
    /// Where a form may lead besides to us. Chromium holds the redirects after a form against it too, so a page before a
    /// redirect to an app names that app's origin.
    var formTargets: [String] = []
    /// The hashes of the scripts that may run.
    var scripts: [String] = []

    /// The value of the header field.
    var text: String {
        let images = ["'self'", "data:"] + images.filter(Self.isSource)
        let targets = ["'self'"] + formTargets.compactMap(Self.target)
        var directives = [
            "default-src 'none'", "style-src 'self'", "img-src \(images.joined(separator: " "))",
            "form-action \(targets.joined(separator: " "))", "frame-ancestors 'none'", "base-uri 'none'",
        ]
        if !scripts.isEmpty {
            directives.append("script-src \(scripts.map { "'\($0)'" }.joined(separator: " "))")
        }
        return directives.joined(separator: "; ")
    }

    /// The hash of an inline script, as a source.
    static func hash(of script: String) -> String {
        "sha256-\(Base64.text(Array(SHA256.hash(data: Array(script.utf8)))))"
    }

    /// A source list cannot name an IPv6 address, so a form that leads to one may lead to any address of its scheme.
    private static func target(_ source: String) -> String? {
        guard isSource(source) else { return nil }
        return source.contains("[") ? source.prefix { $0 != ":" } + ":" : source
    }

    /// Whether it stays one source in one directive.
    private static func isSource(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: ":/.-_~+[]".utf8.contains(byte)
                }
            }
    }
}
