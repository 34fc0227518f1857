import ProviderDefinition
import TestSupport
import Testing

@Suite("The JSON Schema of provider files")
struct ProviderSchemaTests {
    private static let schema = EditorSchema(ProviderSchema.text)

    @Test func `it takes whole files, and refuses every mistake that a schema can tell`() async throws {
        var cases = ["minimal.good": ProviderText.minimal]
        for file in BuiltInProviderFile.all { cases[file.name + ".good"] = file.text }
        for (number, mistake) in ProviderMistake.ofForm.enumerated() {
            cases["\(number) \(mistake.key.filter(\.isLetter)).bad"] = mistake.yaml
        }
        let run = try await Self.schema.judge(cases)
        #expect(run.status == 0, "\(run.text)")
        #expect(run.output == "", "\(run.output)")
    }

    @Test func `it has every key, and no other`() throws {
        let keys = Set(try Self.schema.paths)
        #expect(keys.symmetricDifference(ProviderKeys.paths) == [])
    }
}
