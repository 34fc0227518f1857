/// A picture that stands for the product. What it is was told from its bytes, never from its name.
package struct ProductLogo: Hashable, Sendable {
    /// The largest file, in bytes.
    package static let maximumBytes = 64 * 1024

    /// What kind of picture it is.
    package enum Format: String, Hashable, Sendable, CaseIterable {
        case png, jpeg, webp, svg

        /// The `Content-Type`.
        package var mediaType: String {
            switch self {
            case .png: "image/png"
            case .jpeg: "image/jpeg"
            case .webp: "image/webp"
            case .svg: "image/svg+xml"
            }
        }
    }

    package let bytes: [UInt8]
    package let format: Format

    /// Why a file is no logo.
    struct Unusable: Error, Hashable {
        let problem: String
    }

    /// - Throws: ``Unusable`` for what is too large, no picture, or an SVG with more in it than a drawing.
    init(_ bytes: [UInt8]) throws(Unusable) {
        guard bytes.count <= Self.maximumBytes else {
            throw Unusable(problem: "has more than \(Self.maximumBytes) bytes")
        }
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            format = .png
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            format = .jpeg
        } else if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            format = .webp
        } else if Self.looksLikeMarkup(bytes) {
            do throws(SVGDrawing.Problem) {
                try SVGDrawing.check(bytes)
            } catch {
                throw Unusable(problem: "is no SVG that may be shown: \(error)")
            }
            format = .svg
        } else {
            throw Unusable(problem: "is no PNG, JPEG, WebP or SVG")
        }
        self.bytes = bytes
    }

    private static func looksLikeMarkup(_ bytes: [UInt8]) -> Bool {
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        return body.first { !SVGDrawing.isSpace($0) } == UInt8(ascii: "<")
    }
}
