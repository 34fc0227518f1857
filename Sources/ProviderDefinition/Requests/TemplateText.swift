/// A text in which values of a connection stand: `{client.id}|{client.secret}`.
package struct TemplateText: Sendable, Equatable {
    /// A stretch of it.
    package enum Part: Sendable, Equatable {
        case literal(String)
        case value(TemplateValue)
    }

    package let parts: [Part]

    package init(_ parts: [Part]) {
        self.parts = parts
    }

    /// What it names.
    package var values: [TemplateValue] {
        parts.compactMap { if case .value(let value) = $0 { value } else { nil } }
    }
}
