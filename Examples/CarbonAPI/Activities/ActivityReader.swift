/// Reads rows of activities from a file as CSV (RFC 4180), as JSON with an object a line, or as a JSON array, whichever it is.
struct ActivityReader {
    /// A row as it stands there, or what is wrong with it.
    enum Line {
        case cells([String: String], number: Int)
        case problem(Finding)
    }

    private enum Form {
        case csv(CSVReader, header: [String])
        case jsonLines(FileBytes, number: Int)
        case array([JSONValue], place: Int)
        case refused(Finding)
        case end
    }

    private var form: Form

    /// A JSON array has to be read as a whole.
    private static let mostArray = 8 << 20
    private static let mostLine = 65_536

    init(_ bytes: FileBytes) throws {
        if try bytes.peek() == 0xEF {
            let mark = try (0..<3).map { _ in try bytes.next() }
            guard mark == [0xEF, 0xBB, 0xBF] else {
                form = .refused(
                    Finding(field: "file", code: .invalid, message: "it begins with no column's name", line: 1))
                return
            }
        }
        var line = 1
        while let byte = try bytes.peek(), [0x20, 0x09, 0x0A, 0x0D].contains(byte) {
            _ = try bytes.next()
            if byte == 0x0A { line += 1 }
        }
        switch try bytes.peek() {
        case nil: form = .refused(Finding(field: "file", code: .required, message: "it is empty", line: 1))
        case UInt8(ascii: "{"): form = .jsonLines(bytes, number: line - 1)
        case UInt8(ascii: "["): form = try Self.array(bytes, from: line)
        default: form = try Self.csv(bytes, from: line)
        }
    }

    private static func array(_ bytes: FileBytes, from first: Int) throws -> Form {
        var text: [UInt8] = []
        while let byte = try bytes.next() {
            text.append(byte)
            guard text.count <= mostArray else {
                return .refused(
                    Finding(
                        field: "file", code: .tooLong,
                        message: "an array has at most \(mostArray) bytes; send an object a line instead", line: 1))
            }
        }
        do {
            let value = try JSONValue(parsing: text)
            return .array(value.asList ?? [], place: 0)
        } catch {
            let line = text.prefix(error.offset).count { $0 == 0x0A } + first
            return .refused(Finding(field: "file", code: .invalid, message: "no JSON: \(error.problem)", line: line))
        }
    }

    private static func csv(_ bytes: FileBytes, from line: Int) throws -> Form {
        var reader = CSVReader(bytes, from: line)
        switch try reader.next() {
        case nil: return .end
        case .problem(let finding): return .refused(finding)
        case .record(let names, let number):
            let header = names.map { $0.trimmed.lowercased() }
            for name in header where !ActivityRow.columns.contains(name) {
                let known = ActivityRow.columns.joined(separator: ", ")
                let isParted = name.contains { ";\t|".contains($0) }
                let problem =
                    isParted ? "cells have commas between them" : "there is no such column; there are \(known)"
                return .refused(
                    Finding(field: String(name.prefix(50)), code: .unknown, message: problem, line: number))
            }
            guard Set(header).count == header.count else {
                return .refused(
                    Finding(field: "file", code: .duplicate, message: "a column comes twice", line: number))
            }
            return .csv(reader, header: header)
        }
    }

    /// The next row, nil at the end.
    mutating func next() throws -> Line? {
        switch form {
        case .end: return nil
        case .refused(let finding):
            form = .end
            return .problem(finding)
        case .csv(var reader, let header):
            let record = try reader.next()
            form = .csv(reader, header: header)
            switch record {
            case nil: return nil
            case .problem(let finding):
                form = .end
                return .problem(finding)
            case .record(let cells, let number):
                guard cells.count == header.count else {
                    return .problem(
                        Finding(
                            field: "row", code: .invalid,
                            message: "\(cells.count) cells stand under \(header.count) columns",
                            line: number))
                }
                let pairs = zip(header, cells.map { $0.trimmed.withoutGuard })
                return .cells(Dictionary(pairs) { first, _ in first }, number: number)
            }
        case .array(let elements, let place):
            guard place < elements.count else { return nil }
            form = .array(elements, place: place + 1)
            return Self.cells(of: elements[place], number: place + 1)
        case .jsonLines(let bytes, let number):
            return try nextJSON(bytes, after: number)
        }
    }

    private mutating func nextJSON(_ bytes: FileBytes, after number: Int) throws -> Line? {
        var number = number
        while true {
            guard let text = try bytes.line(most: Self.mostLine) else { return nil }
            guard text.count <= Self.mostLine else {
                form = .end
                return .problem(
                    Finding(
                        field: "row", code: .tooLong, message: "a line has more than \(Self.mostLine) bytes",
                        line: number + 1))
            }
            number += 1
            form = .jsonLines(bytes, number: number)
            guard text.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
            do {
                return Self.cells(of: try JSONValue(parsing: text), number: number)
            } catch {
                return .problem(
                    Finding(
                        field: "row", code: .invalid, message: "no JSON: \(error.problem), byte \(error.offset)",
                        line: number))
            }
        }
    }

    private static func cells(of value: JSONValue, number: Int) -> Line {
        guard let members = value.asObject else {
            return .problem(Finding(field: "row", code: .invalid, message: "an object is expected", line: number))
        }
        var cells: [String: String] = [:]
        for member in members {
            guard ActivityRow.columns.contains(member.name) else {
                return .problem(
                    Finding(
                        field: String(member.name.prefix(50)), code: .unknown, message: "there is no such member",
                        line: number))
            }
            switch member.value {
            case .null: break
            case .text(let text): cells[member.name] = text
            case .number(let digits): cells[member.name] = digits
            case .bool, .list, .object:
                return .problem(
                    Finding(field: member.name, code: .invalid, message: "a text or number is expected", line: number))
            }
        }
        return .cells(cells, number: number)
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// Without the apostrophe that exports put before what a spreadsheet would take for a formula.
    fileprivate var withoutGuard: String {
        guard unicodeScalars.first == "'" else { return self }
        let rest = String(unicodeScalars.dropFirst())
        return FormulaGuard.isFormula(rest) ? rest : self
    }
}
