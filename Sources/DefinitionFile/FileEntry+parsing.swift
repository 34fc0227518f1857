import FoundationEssentials
import Yams

extension FileEntry {
    /// The longest file that is read, in bytes.
    private static let maximumFileSize = 1 << 20

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
            guard let node = try BoundedYAML.compose(text) else { throw failed(1, 1, nil, "is empty") }
            self.init(node, key: "", file: file)
        } catch let error as DefinitionError {
            throw error
        } catch let excess as BoundedYAML.Excess {
            let place = excess.mark
            throw failed(place?.line, place?.column, nil, excess.problem)
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
}

extension BoundedYAML.Excess {
    fileprivate var mark: Mark? {
        switch self {
        case .values, .explicitKeys: nil
        case .key(let mark), .alias(let mark): mark
        }
    }

    fileprivate var problem: String {
        switch self {
        case .values:
            """
            at most \(BoundedYAML.maximumValues) values may be in it, \(BoundedYAML.maximumDepth) deep; what an alias stands for counts \
            each time
            """
        case .explicitKeys: "write keys without a question mark before them"
        case .key: "a key must be a text"
        case .alias: "nothing but a name may stand behind an asterisk; put it between quotes if it is a text"
        }
    }
}
