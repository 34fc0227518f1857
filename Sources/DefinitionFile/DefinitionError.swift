/// What is wrong with a definition file, and where: `claviger.yaml:12:3: policy.api_keys_per_account: …`.
package struct DefinitionError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as the operator named it.
    package let file: String
    /// Counted from 1, nil if the file could not be read at all.
    package let line: Int?
    /// On that line, counted from 1, nil where the line alone is known.
    package let column: Int?
    /// The key with those that it stands in, dots between; nil where no key is concerned.
    package let key: String?
    /// What is wrong, for people.
    package let problem: String

    package init(file: String, line: Int?, column: Int? = nil, key: String?, problem: String) {
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.problem = problem
    }

    /// All of it in one line.
    package var description: String {
        let place = ([file] + [line, column].compactMap(\.self).map(String.init)).joined(separator: ":")
        return [place, key, problem].compactMap(\.self).joined(separator: ": ")
    }
}
