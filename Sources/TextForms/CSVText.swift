/// Comma-separated values (RFC 4180) for people and their spreadsheets: every cell in quotation marks, lines ended by CR LF.
///
/// A spreadsheet takes a cell that begins with one of `=`, `+`, `-`, `@`, a tab or a carriage return for a formula, and names are what
/// anybody wrote: an apostrophe before it has it taken for text (threat K10). Where `;` separates cells, as in many countries, what stands
/// behind one begins a cell too, and quotation marks before it vanish.
package struct CSVText: Sendable {
    /// The type of a file whose first line names its columns.
    package static let mediaType = "text/csv; charset=utf-8; header=present"

    package private(set) var bytes: [UInt8]

    /// An empty file. It begins with the mark of UTF-8: without it, spreadsheets take it for something else.
    package init() {
        bytes = [0xEF, 0xBB, 0xBF]
    }

    /// Writes a line.
    package mutating func line(_ cells: [String]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            write(cell)
        }
        bytes += [0x0D, 0x0A]
    }

    private mutating func write(_ cell: String) {
        bytes.append(UInt8(ascii: "\""))
        var isBeginning = true
        for byte in cell.utf8 {
            if isBeginning, Self.formulaBegins.contains(byte) { bytes.append(UInt8(ascii: "'")) }
            if byte == UInt8(ascii: "\"") {
                bytes.append(byte)
            } else {
                isBeginning = byte == UInt8(ascii: ";")
            }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static let formulaBegins = Set("=+-@\t\r".utf8)
}
