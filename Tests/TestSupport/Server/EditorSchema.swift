import Foundation
import Testing

/// A JSON Schema (2020-12) that editors check files with.
package struct EditorSchema: Sendable {
    private let text: String

    package init(_ text: String) {
        self.text = text
    }

    private static let script = """
        import json, pathlib, sys, yaml
        from jsonschema import Draft202012Validator
        schema = json.loads(pathlib.Path(sys.argv[1]).read_text())
        Draft202012Validator.check_schema(schema)
        validator = Draft202012Validator(schema)
        for case in sorted(pathlib.Path(sys.argv[2]).iterdir()):
            error = next(iter(validator.iter_errors(yaml.safe_load(case.read_text()))), None)
            if (error is None) != (case.suffix == ".good"):
                print(case.name, error.message if error else "is taken")
        """

    /// Holds files against it, by names that end in `.good` or `.bad`. Prints those of which it thinks otherwise.
    package func judge(_ cases: [String: String]) async throws -> FinishedCommand {
        let folder = try Folder()
        defer { withExtendedLifetime(folder) {} }
        let schema = folder.path + "/schema.json"
        try text.write(toFile: schema, atomically: true, encoding: .utf8)
        let files = folder.path + "/cases"
        try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
        for (name, yaml) in cases {
            try yaml.write(toFile: "\(files)/\(name)", atomically: true, encoding: .utf8)
        }
        return try await FinishedCommand.python(["-c", Self.script, schema, files])
    }

    /// The document.
    package var document: [String: Any] {
        get throws {
            let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
            return try #require(object as? [String: Any])
        }
    }

    /// The keys that it has, each with those that it stands in, `*` for a name of the file's own or an entry of a list.
    package var paths: [String] {
        get throws {
            let document = try document
            return Self.paths(document, below: "", document)
        }
    }

    private static func paths(_ schema: [String: Any], below place: String, _ root: [String: Any]) -> [String] {
        var schema = schema
        if let reference = schema["$ref"] as? String, let name = reference.split(separator: "/").last,
            let found = (root["$defs"] as? [String: [String: Any]])?[String(name)]
        {
            schema = found
        }
        let ways = [schema] + (schema["anyOf"] as? [[String: Any]] ?? [])
        return ways.flatMap { way in
            var keys: [String] = []
            for (key, value) in way["properties"] as? [String: [String: Any]] ?? [:] {
                let path = place.isEmpty ? key : "\(place).\(key)"
                keys += [path] + paths(value, below: path, root)
            }
            for key in ["additionalProperties", "items"] {
                guard let inner = way[key] as? [String: Any] else { continue }
                keys += paths(inner, below: "\(place).*", root)
            }
            return keys
        }
    }
}
