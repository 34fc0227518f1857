/// Base 62 over `0-9A-Za-z`, whose order is that of ASCII, so encoded numbers sort as the numbers do.
///
/// Numbers have a fixed width and byte strings are encoded in blocks of 8 bytes to 11 characters (the last block
/// shorter), so there is one text for each value and decoding is strict: a text that our encoder would not have
/// written is refused.
package enum Base62 {
    /// The digit characters, by value.
    static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Characters needed for a block of 0 to 8 bytes: the least `n` with 62ⁿ ≥ 256ˢⁱᶻᵉ.
    private static let blockWidths = [0, 2, 3, 5, 6, 7, 9, 10, 11]

    /// The values of all bytes, 255 for what is no digit. A table, because which range a digit is from cannot be guessed
    /// by the processor.
    private static let values: [UInt8] = (UInt8.min...UInt8.max).map { character in
        digits.firstIndex(of: character).map { UInt8($0) } ?? 255
    }

    /// The value of a digit character, or nil if it is none.
    package static func value(of character: UInt8) -> UInt8? {
        let value = values[Int(character)]
        return value == 255 ? nil : value
    }

    /// Whether all of them are digit characters.
    static func areDigits(_ characters: ArraySlice<UInt8>) -> Bool {
        let values = Self.values
        return characters.allSatisfy { values[Int($0)] != 255 }
    }

    /// 62¹⁰: what is larger than a word is cut into pieces of ten characters, so that all divisions but two are by words.
    private static let tenCharacters: UInt64 = 839_299_365_868_340_224

    /// Appends `value` in exactly `width` characters, most significant first. What does not fit is cut off at the
    /// front, so `width` is the caller's promise that it fits.
    package static func append<Value: FixedWidthInteger & UnsignedInteger>(
        _ value: Value, width: Int, to text: inout [UInt8]
    ) {
        guard Value.bitWidth > 64 else {
            return append(word: UInt64(truncatingIfNeeded: value), width: width, to: &text)
        }
        let (front, last) = value.quotientAndRemainder(dividingBy: Value(truncatingIfNeeded: tenCharacters))
        if width > 10 { append(front, width: width - 10, to: &text) }
        append(word: UInt64(truncatingIfNeeded: last), width: min(width, 10), to: &text)
    }

    /// Fills `text` with the last characters of `value`.
    static func write(_ value: UInt128, to text: UnsafeMutableBufferPointer<UInt8>) {
        var rest = value
        var end = text.count
        while end > 10 {
            let (front, last) = rest.quotientAndRemainder(dividingBy: UInt128(tenCharacters))
            let piece = UnsafeMutableBufferPointer(rebasing: text[(end - 10)..<end])
            write(UInt64(truncatingIfNeeded: last), to: piece)
            rest = front
            end -= 10
        }
        write(UInt64(truncatingIfNeeded: rest), to: UnsafeMutableBufferPointer(rebasing: text[..<end]))
    }

    private static func append(word: UInt64, width: Int, to text: inout [UInt8]) {
        let start = text.count
        text.append(contentsOf: repeatElement(0x30, count: width))
        text.withUnsafeMutableBufferPointer { write(word, to: UnsafeMutableBufferPointer(rebasing: $0[start...])) }
    }

    /// Fills `text` with the last characters of `word`, two for each division.
    private static func write(_ word: UInt64, to text: UnsafeMutableBufferPointer<UInt8>) {
        var rest = word
        var index = text.count
        while index > 1 {
            let quotient = rest / 3844
            let pair = UInt32(truncatingIfNeeded: rest &- quotient &* 3844)
            text[index - 1] = digit(pair % 62)
            text[index - 2] = digit(pair / 62)
            index -= 2
            rest = quotient
        }
        if index == 1 { text[0] = digit(UInt32(truncatingIfNeeded: rest % 62)) }
    }

    /// The character of a value below 62, without a branch or a table.
    private static func digit(_ value: UInt32) -> UInt8 {
        UInt8(truncatingIfNeeded: 0x30 &+ value &+ (value > 9 ? 7 : 0) &+ (value > 35 ? 6 : 0))
    }

    /// The number that `text` spells, or nil for a foreign character or a number too large for `Value`.
    package static func number<Value: FixedWidthInteger & UnsignedInteger>(
        _ text: some Collection<UInt8>, as: Value.Type = Value.self
    ) -> Value? {
        let values = Self.values
        var result: Value = 0
        for character in text {
            let digit = values[Int(character)]
            let (product, overflow) = result.multipliedReportingOverflow(by: 62)
            let (sum, carry) = product.addingReportingOverflow(Value(digit))
            guard digit != 255, !overflow, !carry else { return nil }
            result = sum
        }
        return result
    }

    /// How many characters ``append(bytes:to:)`` writes for `count` bytes.
    package static func encodedLength(of count: Int) -> Int {
        (count / 8) * 11 + blockWidths[count % 8]
    }

    /// Appends a byte string in blocks.
    package static func append(bytes: some RandomAccessCollection<UInt8>, to text: inout [UInt8]) {
        appendBlocks(of: Array(bytes), to: &text)
    }

    /// The byte string that `text` encodes, or nil if it is not the one text of any byte string.
    package static func bytes(_ text: some RandomAccessCollection<UInt8>) -> [UInt8]? {
        bytes(Array(text)[...])
    }

    // What is generic is not specialized for callers in other modules, so the generic calls copy once and hand over to
    // code whose types are known: ten times faster, and on the way of every access token.

    private static func appendBlocks(of bytes: [UInt8], to text: inout [UInt8]) {
        let start = text.count
        text.append(contentsOf: repeatElement(0x30, count: encodedLength(of: bytes.count)))
        text.withUnsafeMutableBufferPointer { text in
            bytes.withUnsafeBytes { write(blocks: $0, to: UnsafeMutableBufferPointer(rebasing: text[start...])) }
        }
    }

    private static func write(blocks bytes: UnsafeRawBufferPointer, to text: UnsafeMutableBufferPointer<UInt8>) {
        var end = 0
        for start in stride(from: 0, to: bytes.count - 7, by: 8) {
            let block = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
            write(block, to: UnsafeMutableBufferPointer(rebasing: text[end..<(end + 11)]))
            end += 11
        }
        let rest = bytes.suffix(bytes.count % 8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        write(rest, to: UnsafeMutableBufferPointer(rebasing: text[end...]))
    }

    /// The byte string that `text` encodes, or nil if it is not the one text of any byte string.
    package static func bytes(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard let tailBytes = blockWidths.firstIndex(of: text.count % 11) else { return nil }
        var result: [UInt8] = []
        result.reserveCapacity(text.count / 11 * 8 + tailBytes)
        var start = text.startIndex
        while start < text.endIndex {
            let size = text.endIndex - start >= 11 ? 8 : tailBytes
            let end = start + blockWidths[size]
            guard let block = block(text[start..<end]), size == 8 || block >> UInt64(size * 8) == 0 else { return nil }
            for index in 0..<size {
                result.append(UInt8(truncatingIfNeeded: block >> UInt64((size - 1 - index) * 8)))
            }
            start = end
        }
        return result
    }

    /// The number that at most 11 characters spell. Only the last of 11 can make it too large.
    private static func block(_ text: ArraySlice<UInt8>) -> UInt64? {
        let values = Self.values
        var result: UInt64 = 0
        var seen: UInt8 = 0
        for character in text.prefix(10) {
            let digit = values[Int(character)]
            seen |= digit
            result = result &* 62 &+ UInt64(digit)
        }
        for character in text.dropFirst(10) {
            let digit = values[Int(character)]
            seen |= digit
            let (product, overflow) = result.multipliedReportingOverflow(by: 62)
            let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return nil }
            result = sum
        }
        // Digits have six bits, what is no digit has eight.
        return seen < 64 ? result : nil
    }
}
