import CredentialFormat
import Model
import Policy
import ProductDefinition
import Templating

/// The text of a mail, plain and as HTML: the same words in both.
struct NoticeText: Sendable {
    let product: Product
    let address: PublicAddress

    /// - Parameters:
    ///   - names: Of organizations. One that is gone is told of without.
    ///   - name: As ``NoticeLetter/name``.
    func letter(
        _ digest: NoticeDigest, to member: Member, naming names: [ID<Organization>: String], pausedAt pause: String,
        name: String
    ) -> NoticeLetter {
        let parts = parts(digest, names)
        let things = digest.count == 1 ? "1 thing to look at" : "\(digest.count) things to look at"
        return NoticeLetter(
            to: member.email, subject: "\(product.name): \(things)",
            plain: plain(parts, digest.further, to: member, pause),
            html: html(parts, digest.further, to: member, pause), pauseAddress: pause, name: name)
    }

    private struct Part {
        let title: String
        let link: String
        let sentences: [String]
    }

    private func parts(_ digest: NoticeDigest, _ names: [ID<Organization>: String]) -> [Part] {
        let words = NoticeWords(words: product.words)
        return digest.organizations.map { id in
            Part(
                title: names[id] ?? product.words[.organization].capitalized,
                link: address.url(ReservedPath.console.below("\(id)")),
                sentences: digest.events(of: id).map(words.sentence))
        }
    }

    private var reason: String {
        "You get this because you look after these, or because of your role."
    }

    private var choose: String { address.url(ReservedPath.account.below("notices")) }

    private func more(_ further: Int) -> String? {
        further == 0 ? nil : "And \(further) more, which you find on the pages."
    }

    private func plain(_ parts: [Part], _ further: Int, to member: Member, _ pause: String) -> String {
        var lines = ["Hello \(member.name),", ""]
        for part in parts {
            lines += [part.title] + part.sentences.map { "- \($0)" } + ["  \(part.link)", ""]
        }
        if let more = more(further) { lines += [more, ""] }
        lines += [
            "-- ", reason, "Choose what you get: \(choose)", "Stop these e-mails: \(pause)", "",
        ]
        return lines.joined(separator: "\n")
    }

    private func html(_ parts: [Part], _ further: Int, to member: Member, _ pause: String) -> String {
        var lines = [
            "<!DOCTYPE html>", "<html lang=\"en\"><head><meta charset=\"utf-8\">",
            "<title>\(HTMLText.escaped(product.name))</title></head>", "<body>",
            "<p>Hello <bdi>\(HTMLText.escaped(member.name))</bdi>,</p>",
        ]
        for part in parts {
            lines.append(
                "<h2><a href=\"\(HTMLText.escaped(part.link))\"><bdi>\(HTMLText.escaped(part.title))</bdi></a></h2>")
            lines.append("<ul>")
            lines += part.sentences.map { "<li>\(HTMLText.escaped($0))</li>" }
            lines.append("</ul>")
        }
        if let more = more(further) { lines.append("<p>\(HTMLText.escaped(more))</p>") }
        lines += [
            "<hr>", "<p><small>\(HTMLText.escaped(reason))<br>",
            "<a href=\"\(HTMLText.escaped(choose))\">Choose what you get</a> · ",
            "<a href=\"\(HTMLText.escaped(pause))\">Stop these e-mails</a></small></p>", "</body></html>", "",
        ]
        return lines.joined(separator: "\n")
    }
}
