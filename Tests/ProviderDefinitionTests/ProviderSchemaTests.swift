import Foundation
import ProviderDefinition
import TestSupport
import Testing

@Suite("The JSON Schema of provider files")
struct ProviderSchemaTests {
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

    @Test func `it takes whole files, and refuses every mistake that a schema can tell`() async throws {
        let folder = try Folder()
        let schema = folder.path + "/schema.json"
        try ProviderSchema.text.write(toFile: schema, atomically: true, encoding: .utf8)
        let cases = folder.path + "/cases"
        try FileManager.default.createDirectory(atPath: cases, withIntermediateDirectories: true)
        func add(_ name: String, _ yaml: String) throws {
            try yaml.write(toFile: "\(cases)/\(name)", atomically: true, encoding: .utf8)
        }
        try add("minimal.good", ProviderText.minimal)
        for file in BuiltInProviderFile.all { try add(file.name + ".good", file.text) }
        for (number, mistake) in ProviderMistake.ofForm.enumerated() {
            try add("\(number) \(mistake.key.filter(\.isLetter)).bad", mistake.yaml)
        }
        let run = try await FinishedCommand.python(["-c", Self.script, schema, cases])
        #expect(run.status == 0, "\(run.text)")
        #expect(run.output == "", "\(run.output)")
    }

    @Test func `it has every key, and no other`() throws {
        let keys = Set(try Self.paths(Self.schema(), below: "", Self.schema()))
        #expect(keys.symmetricDifference(ProviderKeys.paths) == [])
    }

    private static func schema() throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(ProviderSchema.text.utf8))
        return try #require(object as? [String: Any])
    }

    /// The keys that a schema has, each with those that it stands in, `*` for a name of the file's own or an entry of a list.
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
