/// What is wrong with a template, and where.
package struct TemplateError: Error, Equatable, CustomStringConvertible {
    package let file: String
    /// From 1.
    package let line: Int
    package let reason: String

    package var description: String { "\(file), line \(line): \(reason)" }
}
