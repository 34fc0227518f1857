/// Templates that may have one another as parts.
package struct TemplateLibrary: Sendable {
    private let files: [String: String]
    private let pieces: [String: [TemplateSource.Piece]]

    /// - Throws: What is no template.
    package init(_ sources: [String: TemplateSource]) throws(TemplateError) {
        var pieces: [String: [TemplateSource.Piece]] = [:]
        for (name, source) in sources { pieces[name] = try source.pieces() }
        self.pieces = pieces
        files = sources.mapValues(\.file)
    }

    /// A template with its parts in their places.
    ///
    /// - Parameter others: Which template a name of a part means that is none itself.
    /// - Throws: What is wrong with one of them.
    package func template(_ name: String, with others: [String: String] = [:]) throws(TemplateError) -> Template {
        var template = Template()
        try put(name, with: others, into: &template, below: [])
        template.trim()
        return template
    }

    private func put(
        _ name: String, with others: [String: String], into template: inout Template, below above: [String]
    ) throws(TemplateError) {
        let file = files[name] ?? name
        var open: [(tag: TemplateTag, index: Int)] = []
        for piece in pieces[name] ?? [] {
            switch piece {
            case .text(let text): template.append(text)
            case .tag(let tag):
                switch tag.kind {
                case .comment: break
                case .variable: template.append(.variable, tag.path)
                case .section, .inverted:
                    open.append((tag, template.instructions.count))
                    template.append(tag.kind == .section ? .section : .inverted, tag.path)
                case .end:
                    guard let section = open.popLast(), section.tag.name == tag.name else {
                        throw TemplateError(file: file, line: tag.line, reason: "{{/\(tag.name)}} ends no section")
                    }
                    template.end(section.index)
                case .partial:
                    let part = others[tag.name] ?? tag.name
                    guard pieces[part] != nil else {
                        throw TemplateError(file: file, line: tag.line, reason: "there is no {{>\(tag.name)}}")
                    }
                    guard part != name, !above.contains(part) else {
                        throw TemplateError(file: file, line: tag.line, reason: "{{>\(tag.name)}} has itself as a part")
                    }
                    try put(part, with: others, into: &template, below: above + [name])
                }
            }
        }
        if let section = open.last {
            throw TemplateError(file: file, line: section.tag.line, reason: "{{#\(section.tag.name)}} does not end")
        }
    }
}
