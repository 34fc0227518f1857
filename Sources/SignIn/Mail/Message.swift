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
        let common = [
            "From: <\(from)>", "To: <\(letter.to)>", "Subject: \(Self.encodedWords(letter.subject))",
            "Date: \(CivilTime(date).mailDate)", "Message-ID: <\(name)@\(domain)>", "MIME-Version: 1.0",
        ]
        let last = ["Auto-Submitted: auto-generated"] + pause
        guard let html = letter.html else {
            return Self.part(common + Self.type("plain") + last, letter.body)
        }
        // No line of Base64 begins with a hyphen, so none is taken for the boundary.
        let boundary = "=_\(name)"
        let head = common + ["Content-Type: multipart/alternative; boundary=\"\(boundary)\""] + last
        // What is shown is the last that is understood (RFC 2046 §5.1.4).
        return head.joined(separator: "\n") + "\n\n--\(boundary)\n" + Self.part(Self.type("plain"), letter.body)
            + "--\(boundary)\n" + Self.part(Self.type("html"), html) + "--\(boundary)--\n"
    }

    private var pause: [String] {
        letter.pause.map {
            ["List-Unsubscribe: <\($0.address)>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
        } ?? []
    }

    private static func type(_ subtype: String) -> [String] {
        ["Content-Type: text/\(subtype); charset=utf-8", "Content-Transfer-Encoding: base64"]
    }

    private static func part(_ headers: [String], _ body: String) -> String {
        headers.joined(separator: "\n") + "\n\n" + lines(of: body) + "\n"
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
