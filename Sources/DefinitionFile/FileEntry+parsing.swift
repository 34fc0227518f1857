import FoundationEssentials
import Yams

extension FileEntry {
    /// The longest file that is read, in bytes.
    private static let maximumFileSize = 1 << 20
    /// How many values a file may have, and how deep in one another. What an alias (`*name`) stands for counts each time: by a few lines of
    /// aliases of aliases a file would have more than there is memory for.
    private static let maximumValues = 1 << 18
    private static let maximumDepth = 64

    /// The whole of the file at `path`.
    package init(reading path: String) throws(DefinitionError) {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw DefinitionError(file: path, line: nil, key: nil, problem: "cannot be read")
        }
        guard data.count <= Self.maximumFileSize, let text = String(validating: data, as: UTF8.self) else {
            throw DefinitionError(file: path, line: nil, key: nil, problem: "must be UTF-8 text of at most 1 MiB")
        }
        try self.init(parsing: text, file: path)
    }

    /// The whole of a file.
    package init(parsing text: String, file: String) throws(DefinitionError) {
        func failed(_ line: Int?, _ column: Int?, _ key: String? = nil, _ problem: String) -> DefinitionError {
            DefinitionError(file: file, line: line, column: column, key: key, problem: problem)
        }
        do {
            guard let node = try Yams.compose(yaml: text) else { throw failed(1, 1, nil, "is empty") }
            var left = Self.maximumValues
            guard Self.count(node, depth: Self.maximumDepth, of: &left) else {
                let most = "at most \(Self.maximumValues) values may be in it, \(Self.maximumDepth) deep"
                throw failed(nil, nil, nil, "\(most); what an alias stands for counts each time")
            }
            self.init(node, key: "", file: file)
        } catch let error as DefinitionError {
            throw error
        } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _)
        {
            throw failed(mark.line, mark.column, nil, "is no YAML: \(problem)")
        } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
            throw failed(context.mark.line, context.mark.column, keys.first, "stands here twice")
        } catch {
            throw failed(nil, nil, nil, "is no YAML")
        }
    }

    /// Takes a value and those in it from those that are left.
    ///
    /// - Returns: Whether there were so many.
    private static func count(_ node: Node, depth: Int, of left: inout Int) -> Bool {
        guard left > 0, depth > 0 else { return false }
        left -= 1
        if let mapping = node.mapping {
            for (key, value) in mapping {
                for one in [key, value] where !count(one, depth: depth - 1, of: &left) { return false }
            }
        } else if let sequence = node.sequence {
            for value in sequence where !count(value, depth: depth - 1, of: &left) { return false }
        }
        return true
    }
}
