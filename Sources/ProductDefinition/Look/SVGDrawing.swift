/// An SVG file as far as it may be a logo: shapes, text and gradients, and nothing that runs, loads or refers to anything
/// outside of itself. Whatever is not in a short list of elements is refused, and so is XML that could mean something else
/// to a browser than to us: document types, entities, processing instructions, CDATA, prefixed elements.
enum SVGDrawing {
    /// What is in it that may not be, in words and with its line, counted from 1.
    struct Problem: Error, Hashable, CustomStringConvertible {
        let line: Int
        let words: String

        var description: String { "line \(line): \(words)" }
    }

    private static let elements: Set<String> = [
        "svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text",
        "tspan", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern", "symbol", "use", "style",
    ]
    private static let entities: Set<String> = ["amp", "lt", "gt", "quot", "apos"]
    private static let mostDepth = 64

    /// - Throws: ``Problem`` for the first thing that may not be there.
    static func check(_ bytes: [UInt8]) throws(Problem) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Problem(line: 1, words: "it is not UTF-8") }
        var reader = Reader(bytes: bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes)
        try reader.document()
    }

    static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    /// Reads from left to right, and never back.
    private struct Reader {
        let bytes: [UInt8]
        var place = 0
        var open: [String] = []

        mutating func document() throws(Problem) {
            if take("<?xml ") { _ = try until("?>") }
            var hasRoot = false
            while place < bytes.count {
                if take("<!--") {
                    guard try !until("-->").contains("--") else { throw problem("a comment has -- in it") }
                } else if take("</") {
                    let name = try until(">").trimmed
                    guard open.popLast() == name else { throw problem("</\(name)> closes nothing that is open") }
                } else if next == UInt8(ascii: "<") {
                    guard !hasRoot || !open.isEmpty else { throw problem("there is more behind </svg>") }
                    place += 1
                    try element(isRoot: !hasRoot)
                    hasRoot = true
                } else {
                    try characters()
                }
            }
            guard hasRoot, open.isEmpty else {
                throw problem("it ends before \(open.last.map { "</\($0)>" } ?? "<svg>")")
            }
        }

        private mutating func element(isRoot: Bool) throws(Problem) {
            let name = name()
            guard elements.contains(name), (name == "svg") == isRoot else {
                throw problem(
                    name.isEmpty ? "only elements and comments may stand here" : "<\(name)> may not stand here")
            }
            guard open.count < mostDepth else { throw problem("it is nested too deeply") }
            var seen: [String: String] = [:]
            while true {
                let isApart = skipSpace()
                if take("/>") { break }
                if take(">") {
                    open.append(name)
                    break
                }
                guard isApart else { throw problem("<\(name) is not well-formed") }
                let (attribute, value) = try attribute(of: name)
                guard seen.updateValue(value, forKey: attribute) == nil else {
                    throw problem("\(attribute) stands twice in <\(name)>")
                }
            }
            if isRoot, seen["xmlns"] != "http://www.w3.org/2000/svg" {
                throw problem("<svg> needs xmlns=\"http://www.w3.org/2000/svg\"")
            }
        }

        private mutating func attribute(of element: String) throws(Problem) -> (name: String, value: String) {
            let name = name()
            guard !name.isEmpty, skipSpace() || true, take("="), skipSpace() || true, place < bytes.count else {
                throw problem("<\(element) is not well-formed")
            }
            let quote = bytes[place]
            guard [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(quote) else {
                throw problem("the value of \(name) stands in no quotation marks")
            }
            place += 1
            let value = try until(String(UnicodeScalar(quote)))
            guard !value.contains("<") else { throw problem("\(name) has < in its value") }
            let lower = name.lowercased()
            guard !lower.hasPrefix("on") else { throw problem("\(name) would run something") }
            guard lower.split(separator: ":").last != "href" || value.hasPrefix("#") else {
                throw problem("\(name) leads out of the picture; only #… may stand there")
            }
            guard lower != "xml:base" else { throw problem("xml:base may not stand here") }
            try check(value, in: name)
            return (name, value)
        }

        private mutating func characters() throws(Problem) {
            let begin = place
            while place < bytes.count, bytes[place] != UInt8(ascii: "<") { place += 1 }
            let text = String(decoding: bytes[begin..<place], as: UTF8.self)
            guard !open.isEmpty || text.trimmed.isEmpty else { throw problem("there is text outside of <svg>") }
            try check(text, in: open.last.map { "<\($0)>" } ?? "the text")
        }

        /// What a style or an attribute may say. No escapes, so that every word is what it looks like.
        private func check(_ text: String, in place: String) throws(Problem) {
            for reference in text.split(separator: "&", omittingEmptySubsequences: false).dropFirst() {
                guard let end = reference.firstIndex(of: ";"), entities.contains(String(reference[..<end])) else {
                    throw problem("\(place) has a reference in it that is none of &amp; &lt; &gt; &quot; &apos;")
                }
            }
            let squeezed = text.lowercased().filter { !$0.isWhitespace }
            for word in ["javascript:", "@import", "expression(", "-moz-binding", "\\", "/*", "image-set(", "src("] {
                guard !squeezed.contains(word) else { throw problem("\(place) has \(word) in it") }
            }
            for link in squeezed.split(separator: "url(", omittingEmptySubsequences: false).dropFirst() {
                guard link.drop(while: { "\"'".contains($0) }).hasPrefix("#") else {
                    throw problem("\(place) loads something with url(); only url(#…) may stand there")
                }
            }
        }

        private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

        private mutating func name() -> String {
            let begin = place
            while let byte = next, !isSpace(byte), !Array("/>=<\"'".utf8).contains(byte) { place += 1 }
            return String(decoding: bytes[begin..<place], as: UTF8.self)
        }

        private mutating func skipSpace() -> Bool {
            let begin = place
            while let byte = next, isSpace(byte) { place += 1 }
            return place > begin
        }

        private mutating func take(_ word: String) -> Bool {
            guard bytes[place...].starts(with: word.utf8) else { return false }
            place += word.utf8.count
            return true
        }

        private mutating func until(_ end: String) throws(Problem) -> String {
            let begin = place
            while place < bytes.count {
                if bytes[place...].starts(with: end.utf8) {
                    let text = String(decoding: bytes[begin..<place], as: UTF8.self)
                    place += end.utf8.count
                    return text
                }
                place += 1
            }
            throw problem("it ends before \(end)")
        }

        private func problem(_ words: String) -> Problem {
            Problem(line: 1 + bytes[..<min(place, bytes.count)].count { $0 == 0x0A }, words: words)
        }
    }
}

extension String {
    fileprivate var trimmed: String {
        let head = drop { $0.isWhitespace }
        return String(head.reversed().drop { $0.isWhitespace }.reversed())
    }
}
