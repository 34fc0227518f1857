import Yams

/// How operators' YAML is read, with an end to the work.
///
/// Yams follows what an alias (`*name`) stands for while it looks for keys that stand twice, so that a few lines of aliases of aliases would
/// keep it at that for ever. Therefore the text is read with another character in place of each asterisk first: aliases are texts then, and
/// what they come to is counted. A mapping or list as a key is refused there, too, since comparing keys takes as long as they are.
struct BoundedYAML {
    /// Why a text is not read.
    enum Excess: Error {
        /// It has too many values, or too deep in one another.
        case values
        /// It says too often by a question mark that a key follows, which may then be as long as the text.
        case explicitKeys
        /// A mapping or a list is a key there.
        case key(Mark?)
        /// More than a name stands behind an asterisk there.
        case alias(Mark?)
    }

    /// How many values a text may have, and how deep in one another. What an alias stands for counts each time.
    static let maximumValues = 1 << 18
    static let maximumDepth = 64
    static let maximumExplicitKeys = 8

    /// Stands in the place of asterisks.
    private let stand: Unicode.Scalar
    /// What the anchors (`&name`) come to that were met so far: the latest of a name counts.
    private var anchors: [String: Extent] = [:]

    /// What a value comes to, with all in it.
    private struct Extent {
        var values = 1
        var depth = 1
        var isScalar = false

        /// Counts one that is in it.
        mutating func hold(_ inner: Self) throws(Excess) {
            // Neither is larger than what is allowed, so this overflows nothing.
            values += inner.values
            depth = max(depth, inner.depth + 1)
            guard values <= maximumValues else { throw .values }
        }
    }

    /// The only document of a text, nil where it has none.
    ///
    /// - Throws: ``Excess``; what Yams says.
    static func compose(_ text: String) throws -> Node? {
        guard explicitKeys(in: text) <= maximumExplicitKeys else { throw Excess.explicitKeys }
        let scalars = text.unicodeScalars
        let taken = Set(scalars.lazy.map(\.value).filter(privateUse.contains))
        guard let stand = privateUse.first(where: { !taken.contains($0) }).flatMap(Unicode.Scalar.init) else {
            throw Excess.values
        }
        let isFree = !scalars.contains("*")
        let survey = isFree ? text : String(String.UnicodeScalarView(scalars.map { $0 == "*" ? stand : $0 }))
        // Nodes know their anchors for as long as it is there.
        let parser = try Parser(yaml: survey)
        let node = try withExtendedLifetime(parser) {
            guard let node = try parser.singleRoot() else { return nil as Node? }
            var reading = BoundedYAML(stand: stand)
            _ = try reading.extent(of: node, at: 1)
            return node
        }
        return isFree ? node : try Yams.compose(yaml: text)
    }

    private init(stand: Unicode.Scalar) {
        self.stand = stand
    }

    /// Characters that mean nothing, and that YAML allows.
    private static let privateUse: ClosedRange<UInt32> = 0xE000...0xF8FF

    /// How many question marks stand where one says that a key follows: behind nothing but blanks on a line, or behind what begins or parts
    /// values. One behind a word, with a space or without, is none.
    private static func explicitKeys(in text: String) -> Int {
        let newline = UInt8(ascii: "\n")
        var (before, significant) = (newline, newline)
        var count = 0
        for byte in text.utf8 {
            if byte == UInt8(ascii: "?"),
                "\n[{,".utf8.contains(significant) || " \t".utf8.contains(before) && "-?:".utf8.contains(significant)
            {
                count += 1
            }
            before = byte
            if !" \t\r".utf8.contains(byte) { significant = byte }
        }
        return count
    }
}

extension BoundedYAML {
    /// - Throws: ``Excess``.
    private mutating func extent(of node: Node, at depth: Int) throws(Excess) -> Extent {
        guard depth <= Self.maximumDepth else { throw .values }
        var extent = Extent()
        switch node {
        case .scalar(let scalar):
            extent = try self.extent(of: scalar)
        case .sequence(let sequence):
            for value in sequence { try extent.hold(self.extent(of: value, at: depth + 1)) }
        case .mapping(let mapping):
            for (key, value) in mapping {
                let name = try self.extent(of: key, at: depth + 1)
                guard name.isScalar else { throw .key(key.mark) }
                try extent.hold(name)
                try extent.hold(self.extent(of: value, at: depth + 1))
            }
        case .alias: break
        }
        guard depth + extent.depth - 1 <= Self.maximumDepth else { throw .values }
        if let anchor = node.anchor { anchors[anchor.rawValue] = extent }
        return extent
    }

    private static func isInNames(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII
            && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                || "_-".unicodeScalars.contains(scalar))
    }

    /// Of a scalar itself, or of what it stands for.
    private func extent(of scalar: Node.Scalar) throws(Excess) -> Extent {
        var text = scalar.string.unicodeScalars[...]
        if scalar.style == .plain, text.popFirst() == stand {
            let name = text.prefix(while: Self.isInNames)
            // One that is not known is an error for Yams, which comes to it before anything behind it.
            if let known = anchors[String(name)] {
                guard name.endIndex == text.endIndex else { throw .alias(scalar.mark) }
                return known
            }
        }
        return Extent(isScalar: true)
    }
}
