import TextForms

/// How a log line looks.
package enum LogFormat: String, Sendable, CaseIterable {
    /// One JSON object a line.
    case json
    /// `time level message key=value …`
    case text
}

extension [UInt8] {
    /// Begins a line of the log. Values of lines are escaped, so none can begin another line or field.
    mutating func begin(_ format: LogFormat, time: String, level: String, message: String) {
        switch format {
        case .json:
            append(contentsOf: "{\"time\":\"".utf8)
            append(contentsOf: time.utf8)
            append(UInt8(ascii: "\""))
            field("level", level, format)
            field("message", message, format)
        case .text:
            append(contentsOf: time.utf8)
            append(UInt8(ascii: " "))
            append(contentsOf: level.utf8)
            append(UInt8(ascii: " "))
            appendEscaped(message.utf8)
        }
    }

    /// A field of the line. Names of ours are plain words.
    mutating func field(_ name: StaticString, _ value: String, _ format: LogFormat) {
        beginField(name, format)
        append(value, format)
    }

    /// A field of the line, of any name.
    mutating func field(named name: String, _ value: String, _ format: LogFormat) {
        beginField(name, format)
        append(value, format)
    }

    /// A field with a number.
    mutating func field(_ name: StaticString, _ value: Int, _ format: LogFormat) {
        beginField(name, format)
        append(decimal: value)
    }

    /// Ends the line, without its line feed.
    mutating func end(_ format: LogFormat) {
        if format == .json { append(UInt8(ascii: "}")) }
    }

    private mutating func append(_ value: String, _ format: LogFormat) {
        var value = value
        value.withUTF8 { bytes in
            var isPlain = !bytes.isEmpty
            for byte in bytes { isPlain = Self.isPlain(byte) && isPlain }
            if format == .json || !isPlain { append(UInt8(ascii: "\"")) }
            if isPlain { append(contentsOf: bytes) } else { appendEscaped(bytes) }
            if format == .json || !isPlain { append(UInt8(ascii: "\"")) }
        }
    }

    private mutating func beginField(_ name: StaticString, _ format: LogFormat) {
        if format == .json { append(contentsOf: ",\"".utf8) } else { append(UInt8(ascii: " ")) }
        name.withUTF8Buffer { append(contentsOf: $0) }
        if format == .json { append(contentsOf: "\":".utf8) } else { append(UInt8(ascii: "=")) }
    }

    private mutating func beginField(_ name: String, _ format: LogFormat) {
        switch format {
        case .json:
            append(contentsOf: ",\"".utf8)
            append(contentsOf: name.utf8)
            append(contentsOf: "\":".utf8)
        case .text:
            append(UInt8(ascii: " "))
            for byte in name.utf8 { append(Self.isPlain(byte) ? byte : UInt8(ascii: "_")) }
            append(UInt8(ascii: "="))
        }
    }

    /// Quotes, backslashes and control characters as JSON escapes them. Unicode's own line ends stay: no reader of lines
    /// takes them for one.
    private mutating func appendEscaped(_ text: some Sequence<UInt8>) {
        for byte in text {
            if byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F {
                JSONText.appendEscape(of: byte, to: &self)
            } else {
                append(byte)
            }
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != 0x22 && byte != 0x5C && byte != 0x3D
    }
}
