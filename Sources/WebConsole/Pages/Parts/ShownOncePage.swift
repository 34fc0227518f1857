import Policy

/// Shows what is shown once, for as long as somebody looks at it.
struct ShownOncePage: Page {
    static let template = PageTemplate.shownOnce
    static let scripts: [Script] = [.menus, .copy, .leave]
    let title: String

    let shell: Shell?
    /// What to do with it.
    let lead: String
    let secret: CodeBlock
    /// What belongs to it and is no secret.
    let others: [CodeBlock]
    /// The same as a text file, as an address.
    let download: String
    let fileName: String
    /// Ready to run.
    let commands: [CodeBlock]
    let doneLink: String

    /// - Parameters:
    ///   - file: What the text file says.
    init(
        _ title: String, shell: Shell, lead: String, secret: CodeBlock, others: [CodeBlock] = [], file: String,
        fileName: String, commands: [CodeBlock] = [], doneLink: String
    ) {
        self.title = title
        self.shell = shell
        self.lead = lead
        self.secret = secret
        self.others = others
        download = "data:text/plain;charset=utf-8,\(PercentEscape.value(file))"
        self.fileName = fileName
        self.commands = commands
        self.doneLink = doneLink
    }
}
