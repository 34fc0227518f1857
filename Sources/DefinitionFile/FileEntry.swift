import Yams

/// A value of the file and where it stands. Each reader checks the type and, where one is given, the range.
package struct FileEntry {
    /// The file, as the operator named it.
    package let file: String
    /// The key with those that it stands in, empty for the whole file.
    package let key: String
    private let node: Node
    /// Where its key stands, nil for what has none.
    private let keyMark: Mark?

    init(_ node: Node, key: String, file: String, keyMark: Mark? = nil) {
        self.node = node
        self.key = key
        self.file = file
        self.keyMark = keyMark
    }

    /// The line on which it or its key stands, counted from 1.
    package var line: Int? { node.mark?.line }

    /// Whether it is a list.
    package var isList: Bool { node.sequence != nil }

    /// Whether it is a mapping.
    package var isMapping: Bool { node.mapping != nil }

    /// Whether it is a text, and neither a number nor true or false.
    package var isText: Bool { node.scalar != nil && node.tag == Tag(.str) }

    /// Whether it is true or false, in whatever words of YAML's.
    package var isFlag: Bool { node.tag == Tag(.bool) }

    /// Whether it is nothing: `null`, `~`, or nothing at all.
    package var isNull: Bool { node.tag == Tag(.null) }

    /// Where on that line it begins, counted from 1.
    package var column: Int? { node.mark?.column }

    /// An error about this value.
    package func error(_ problem: String) -> DefinitionError {
        DefinitionError(file: file, line: line, column: column, key: key.isEmpty ? nil : key, problem: problem)
    }

    /// An error about its key.
    private func keyError(_ problem: String) -> DefinitionError {
        guard let keyMark else { return error(problem) }
        return DefinitionError(file: file, line: keyMark.line, column: keyMark.column, key: key, problem: problem)
    }

    /// A text of 1 to `maximum` characters on one line.
    package func text(maximum: Int = 200) throws(DefinitionError) -> String {
        guard let scalar = node.scalar, node.tag == Tag(.str) else {
            throw error("must be a text; put it between quotes if it looks like a number, a date, yes or no")
        }
        let text = scalar.string
        guard (1...maximum).contains(text.count),
            text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
        else { throw error("must have 1 to \(maximum) characters, all on one line") }
        return text
    }

    /// A date as `2026-11-30`, with or without quotes: year, month and day, of which nobody has asked whether there is such a one.
    package func date() throws(DefinitionError) -> (year: Int, month: Int, day: Int) {
        guard let scalar = node.scalar, node.tag == Tag(.str) || node.tag == Tag(.timestamp) else {
            throw error(Self.dateWanted)
        }
        let parts = scalar.string.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.utf8.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { throw error(Self.dateWanted) }
        return (year, month, day)
    }

    private static let dateWanted = "must be a date such as 2026-11-30"

    /// A text of visible ASCII without spaces.
    package func plainText(maximum: Int) throws(DefinitionError) -> String {
        let text = try text(maximum: maximum)
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw error("must be visible ASCII without spaces")
        }
        return text
    }

    /// Whether it may stand in a URL or header as it is: visible ASCII without `"`, `'`, `<`, `>` and `\`.
    package static func isPlain(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && !Array("\"'<>\\".utf8).contains(byte)
    }

    /// A whole number in decimal digits.
    package func integer(in range: ClosedRange<Int>) throws(DefinitionError) -> Int {
        try refuseLeadingZero()
        guard node.tag == Tag(.int), let number = node.scalar.flatMap({ Int($0.string) }), range.contains(number) else {
            throw error("must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A span of time in seconds: a whole number of them, or one followed by `s`, `m`, `h` or `d`.
    package func seconds(in range: ClosedRange<Int>) throws(DefinitionError) -> Int {
        try refuseLeadingZero()
        guard let text = node.scalar?.string, node.tag == Tag(.int) || node.tag == Tag(.str),
            let seconds = Self.seconds(text), range.contains(seconds)
        else {
            throw error(
                """
                must be a span of time from \(range.lowerBound) to \(range.upperBound) seconds, such as 90s, 15m, 1h or \
                30d
                """)
        }
        return seconds
    }

    /// Refuses a number such as `010`, with a unit behind it or not: YAML 1.1 reads it as 8, YAML 1.2 as 10, and who wrote it meant one
    /// of them.
    package func refuseLeadingZero() throws(DefinitionError) {
        guard let scalar = node.scalar, scalar.style == .plain else { return }
        let digits = scalar.string.drop { $0 == "-" || $0 == "+" }
        guard digits.wholeMatch(of: /0[0-9_]+[smhd]?/) != nil else { return }
        throw error(
            """
            must be written without a leading zero, because YAML 1.1 and 1.2 take it for different numbers; put it between \
            quotes if it is a text
            """)
    }

    private static func seconds(_ text: String) -> Int? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let units = ["": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let number = Int(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
        let (seconds, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : seconds
    }

    /// `true` or `false`, and none of YAML's other words for them.
    package func flag() throws(DefinitionError) -> Bool {
        switch (node.tag == Tag(.bool), node.scalar?.string) {
        case (true, "true"): return true
        case (true, "false"): return false
        default: throw error("must be true or false")
        }
    }

    /// Whether this is the word `off`, in whatever quotes.
    package var isOff: Bool { node.scalar?.string == "off" }

    /// A list of at most `maximum` values.
    package func list(maximum: Int = 1000) throws(DefinitionError) -> [FileEntry] {
        guard let sequence = node.sequence else { throw error("must be a list") }
        guard sequence.count <= maximum else { throw error("must have at most \(maximum) entries") }
        return sequence.enumerated().map { FileEntry($1, key: "\(key)[\($0)]", file: file) }
    }

    /// All values in it that hold no others, and lists of such, in the order of the file.
    package var stated: [StatedValue] {
        var stated: [StatedValue] = []
        collect(&stated)
        return stated
    }

    private func collect(_ stated: inout [StatedValue]) {
        if let mapping = node.mapping {
            for (name, value) in mapping {
                let name = name.scalar?.string ?? ""
                FileEntry(value, key: key.isEmpty ? name : "\(key).\(name)", file: file).collect(&stated)
            }
        } else if let list = node.sequence, list.contains(where: { $0.scalar == nil }) {
            for (index, value) in list.enumerated() {
                FileEntry(value, key: "\(key).\(index + 1)", file: file).collect(&stated)
            }
        } else {
            let texts = node.sequence.map { $0.map { $0.scalar?.string ?? "" } } ?? [node.scalar?.string ?? ""]
            stated.append(StatedValue(key: key, text: texts.joined(separator: ", "), line: line))
        }
    }

    /// A mapping whose keys are names of the operator's own, in the order of the file.
    package func entries() throws(DefinitionError) -> [(name: String, entry: FileEntry)] {
        guard let mapping = node.mapping else { throw error("must be a mapping of names to values") }
        var result: [(name: String, entry: FileEntry)] = []
        var seen: Set<String> = []
        for (name, value) in mapping {
            let place = FileEntry(name, key: key, file: file)
            guard let text = name.scalar?.string else { throw place.error("a key must be a text") }
            let path = key.isEmpty ? text : "\(key).\(text)"
            guard seen.insert(text).inserted else {
                throw FileEntry(name, key: path, file: file).error("stands here twice")
            }
            // A value's own mark would do for one on the same line, but a nested one begins a line later.
            result.append((text, FileEntry(value.located(at: name), key: path, file: file, keyMark: name.mark)))
        }
        return result
    }

    /// A mapping whose keys are those of `Key` and no others.
    package func section<Key: RawRepresentable<String> & CaseIterable & Hashable>(
        _: Key.Type
    ) throws(DefinitionError) -> [Key: FileEntry] {
        var result: [Key: FileEntry] = [:]
        for (name, entry) in try members(Key.spellings) {
            if let key = Key(rawValue: name) { result[key] = entry }
        }
        return result
    }

    /// A mapping whose keys are these and no others.
    package func members(_ known: [String]) throws(DefinitionError) -> [String: FileEntry] {
        var result: [String: FileEntry] = [:]
        for (name, entry) in try entries() {
            guard known.contains(name) else {
                throw entry.keyError("unknown key; \(Self.known(known, meant: name))")
            }
            result[name] = entry
        }
        return result
    }
}

extension Node {
    /// The same value, said to stand where its key does.
    fileprivate func located(at key: Node) -> Node {
        switch self {
        case .mapping(var mapping):
            mapping.mark = key.mark
            return .mapping(mapping)
        case .sequence(var sequence):
            sequence.mark = key.mark
            return .sequence(sequence)
        case .scalar, .alias: return self
        }
    }
}
