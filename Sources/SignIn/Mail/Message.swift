import Model
import TextForms

/// A letter as a message (RFC 5322) for `sendmail -t -i`, with `\n` at the end of each line.
///
/// What people have chosen (names, organizations) stands in the subject and the body alone, and there only as encoded words
/// (RFC 2047) and Base64: no character of it can begin a header or end one. Addresses have no character that could.
struct Message: Sendable {
    let letter: Letter
    let from: EmailAddress
    let date: Instant
    /// What makes the `Message-ID` its own.
    let name: String

    var text: String {
        let domain = from.text.split(separator: "@").last ?? "localhost"
        let headers = [
            "From: <\(from)>", "To: <\(letter.to)>", "Subject: \(Self.encodedWords(letter.subject))",
            "Date: \(CivilTime(date).mailDate)", "Message-ID: <\(name)@\(domain)>", "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64",
            "Auto-Submitted: auto-generated",
        ]
        return headers.joined(separator: "\n") + "\n\n" + Self.lines(of: letter.body) + "\n"
    }

    /// Encoded words of at most 60 characters, on lines of their own; no character is cut in two (RFC 2047 §5).
    private static func encodedWords(_ text: String) -> String {
        var words: [[UInt8]] = [[]]
        for scalar in text.unicodeScalars.prefix(200) {
            let bytes = Array(String(scalar).utf8)
            if words[words.count - 1].count + bytes.count > 36 { words.append([]) }
            words[words.count - 1] += bytes
        }
        return words.map { "=?utf-8?B?\(Base64.text($0))?=" }.joined(separator: "\n ")
    }

    private static func lines(of body: String) -> String {
        let text = Array(Base64.text(Array(body.utf8)))
        return stride(from: 0, to: text.count, by: 76)
            .map { String(text[$0..<min($0 + 76, text.count)]) }.joined(separator: "\n")
    }
}
