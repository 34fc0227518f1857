/// Where a value stands in a file, for what is found out about it only later.
package struct FilePlace: Hashable, Sendable {
    /// The file, as the operator named it.
    package let file: String
    /// Counted from 1, nil where the reader does not know.
    package let line: Int?
    /// On that line, counted from 1.
    package let column: Int?
    /// The key with those that it stands in.
    package let key: String

    package init(file: String, line: Int?, column: Int?, key: String) {
        self.file = file
        self.line = line
        self.column = column
        self.key = key
    }

    /// An error about that value.
    package func error(_ problem: String) -> DefinitionError {
        DefinitionError(file: file, line: line, column: column, key: key, problem: problem)
    }
}

extension FileEntry {
    /// Where it stands.
    package var place: FilePlace { FilePlace(file: file, line: line, column: column, key: key) }
}
