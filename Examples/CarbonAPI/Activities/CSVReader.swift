/// Reads records of comma-separated values (RFC 4180), one at a time.
struct CSVReader {
    enum Record {
        case record([String], line: Int)
        /// Nothing behind it can be read.
        case problem(Finding)
    }

    private let bytes: FileBytes
    private var line: Int

    private static let mostRecord = 65_536
    private static let comma = UInt8(ascii: ",")
    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D

    /// - Parameter line: That of the first byte.
    init(_ bytes: FileBytes, from line: Int = 1) {
        self.bytes = bytes
        self.line = line
    }

    /// The next record with something in it, nil at the end.
    mutating func next() throws -> Record? {
        while true {
            guard try bytes.peek() != nil else { return nil }
            let start = line
            let (cells, problem) = try record()
            if let problem { return .problem(Finding(field: "row", code: .invalid, message: problem, line: start)) }
            if cells.count > 1 || cells.first?.isEmpty == false { return .record(cells, line: start) }
        }
    }

    private mutating func record() throws -> ([String], String?) {
        var cells: [String] = []
        var cell: [UInt8] = []
        var (isQuoted, wasQuoted, size) = (false, false, 0)
        while true {
            guard let byte = try bytes.next() else {
                if isQuoted { return ([], "a quote is not closed") }
                break
            }
            size += 1
            guard size <= Self.mostRecord else {
                let problem = "a row has more than \(Self.mostRecord) bytes"
                return ([], isQuoted ? "a quote is not closed, or " + problem : problem)
            }
            if byte == Self.lineFeed { line += 1 }
            if isQuoted {
                if byte == Self.quote {
                    if try bytes.peek() == Self.quote {
                        cell.append(byte)
                        _ = try bytes.next()
                    } else {
                        isQuoted = false
                    }
                } else {
                    cell.append(byte)
                }
                continue
            }
            switch byte {
            case Self.quote where cell.isEmpty && !wasQuoted:
                (isQuoted, wasQuoted) = (true, true)
            case Self.comma:
                guard let text = Self.text(cell) else { return ([], "it is no UTF-8") }
                cells.append(text)
                cell = []
                wasQuoted = false
            case Self.lineFeed:
                guard let text = Self.text(cell) else { return ([], "it is no UTF-8") }
                return (cells + [text], nil)
            case Self.carriageReturn where try bytes.peek() == Self.lineFeed: break
            default:
                guard !wasQuoted else { return ([], "something stands behind a quoted cell") }
                cell.append(byte)
            }
        }
        guard let text = Self.text(cell) else { return ([], "it is no UTF-8") }
        return (cells + [text], nil)
    }

    private static func text(_ cell: [UInt8]) -> String? {
        cell.contains(0) ? nil : String(validating: cell, as: UTF8.self)
    }
}
