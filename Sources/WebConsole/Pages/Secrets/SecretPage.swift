import Policy
import TextForms

/// A secret, this once: at full width, to copy or to download, with the command that uses it. It is the direct answer to the form
/// that made it, is kept nowhere, and asks before it is left.
struct SecretPage: Page {
    static let template = PageTemplate.secret
    static let scripts: [Script] = [.menus, .copy, .leave]
    var title: String { heading }

    let shell: Shell?
    let heading: String
    /// What is special about it, and what to do.
    let lead: String
    let notices: [Notice]
    /// What is no secret, and belongs to it.
    let facts: [Fact]
    let hasFacts: Bool
    let codes: [CodeBlock]
    let secret: CodeBlock
    /// The file as a link that holds it.
    let download: String
    let fileName: String
    /// What uses it.
    let commands: [CodeBlock]
    let keptWords: String
    let doneLink: String

    init(
        shell: Shell, heading: String, lead: String, notices: [Notice] = [], facts: [Fact] = [],
        codes: [CodeBlock] = [],
        secret: CodeBlock,
        file: (name: String, lines: [String]), commands: [CodeBlock], keptWords: String, doneLink: String
    ) {
        self.shell = shell
        self.heading = heading
        self.lead = lead
        self.notices = notices
        self.facts = facts
        hasFacts = !facts.isEmpty
        self.codes = codes
        self.secret = secret
        fileName = "\(Self.plain(file.name)).txt"
        // A link that holds the file (RFC 2397): nothing has to be asked for again.
        download = "data:text/plain;charset=utf-8,\(PercentEscape.value(file.lines.joined(separator: "\n") + "\n"))"
        self.commands = commands
        self.keptWords = keptWords
        self.doneLink = doneLink
    }

    /// As every file system takes it.
    private static func plain(_ name: String) -> String {
        let words = name.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
        return words.isEmpty ? "secret" : words.joined(separator: "-")
    }
}
