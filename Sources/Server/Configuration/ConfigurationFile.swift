import DefinitionFile
import FoundationEssentials
import ProductDefinition

/// The file of settings: a flat YAML or JSON mapping of keys to texts, or to lists of texts for what may be several.
struct ConfigurationFile {
    /// The longest file that is read, in bytes.
    private static let maximumSize = 1 << 20

    let path: String
    /// What it says, with the line that says it.
    private(set) var values: [ConfigurationKey: (text: String, line: Int?)] = [:]
    /// What it says and must not.
    private(set) var errors: [ConfigurationError] = []

    /// Reads the file at `path`.
    ///
    /// - Throws: ``ConfigurationError`` if nothing in it can be read.
    init(path: String) throws(ConfigurationError) {
        self.path = path
        func failed(_ problem: String) -> ConfigurationError {
            ConfigurationError("file", from: .file(path, line: nil), problem)
        }
        guard let data = try? Data(contentsOf: URL(filePath: path)) else { throw failed("cannot be read") }
        guard data.count <= Self.maximumSize, let text = String(validating: data, as: UTF8.self) else {
            throw failed("must be UTF-8 text of at most 1 MiB")
        }
        guard !text.hasCommentsAlone else { return }
        let known = Dictionary(uniqueKeysWithValues: ConfigurationKey.all.filter(\.isInFile).map { ($0.name, $0) })
        do throws(DefinitionError) {
            for (name, entry) in try FileEntry(parsing: text, file: path).entries() {
                guard let key = known[name] else {
                    errors.append(
                        ConfigurationError(
                            name, from: .file(path, line: entry.line),
                            "unknown key; known are \(known.keys.sorted().joined(separator: ", "))"))
                    continue
                }
                do throws(DefinitionError) {
                    values[key] = (try entry.textOrList(), entry.line)
                } catch {
                    errors.append(ConfigurationError(name, from: .file(path, line: error.line), error.problem))
                }
            }
        } catch {
            throw ConfigurationError(error.key ?? "file", from: .file(path, line: error.line), error.problem)
        }
    }
}

extension String {
    /// Whether it says nothing, on purpose: as a package installs it, with every setting commented out.
    fileprivate var hasCommentsAlone: Bool {
        let lines = split(whereSeparator: \.isNewline).compactMap { line in line.first { !$0.isWhitespace } }
        return !lines.isEmpty && lines.allSatisfy { $0 == "#" }
    }
}

extension FileEntry {
    /// A text, or those of a list with commas between. A number needs no quotes.
    fileprivate func textOrList() throws(DefinitionError) -> String {
        guard isList else {
            try refuseLeadingZero()
            if let number = try? integer(in: Int.min...Int.max) { return String(number) }
            return try text(maximum: 4096)
        }
        var texts: [String] = []
        for entry in try list() {
            try entry.refuseLeadingZero()
            texts.append(try entry.text())
        }
        return texts.joined(separator: ",")
    }
}
