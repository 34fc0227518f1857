import ArgumentParser
import Foundation
import TestSupport
import Testing

@testable import Server

@Suite("The list of settings")
struct ConfigurationKeyTests {
    @Test func `docs/configuration.md lists exactly the keys, in their order, with flag, variable and default`() throws
    {
        let text = try WorkTree.text(of: "docs/configuration.md")
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            row.split(separator: "|").prefix(4).map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let expected = ConfigurationKey.all.map { key in
            ["`\(key.name)`", key.flag.map { "`\($0)`" } ?? "", key.variable.map { "`\($0)`" } ?? "", key.standard]
        }
        #expect(rows == expected)
    }

    @Test func `every key has one name, and secrets have no flag`() {
        let names = ConfigurationKey.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(
            ConfigurationKey.all.filter(\.isSecret).map(\.name)
                == ["master-key", "previous-master-key", "verify-gateway-secret", "provider-secrets"])
        #expect(ConfigurationKey.all.filter { $0.flag == nil }.allSatisfy { $0.isSecret })
    }

    @Test func `the flags are those of the keys, each heard as its own`() throws {
        let keys = ConfigurationKey.all.filter { $0.flag != nil }
        let arguments = keys.flatMap { ["--\($0.name)", "value of \($0.name)"] }
        let options = try ConfigurationOptions.parse(arguments)
        #expect(options.given == Dictionary(uniqueKeysWithValues: keys.map { ($0, "value of \($0.name)") }))
        #expect(try ConfigurationOptions.parse([]).given == [:])
    }

    @Test func `the help shows every flag with its variable and default, and no other`() {
        let help = ConfigurationOptions.helpMessage(columns: 10_000)
        let flags = help.matches(of: /--([a-z-]+) </).map { String($0.1) }
        #expect(flags == ConfigurationKey.all.filter { $0.flag != nil }.map(\.name))
        for key in ConfigurationKey.all where key.flag != nil {
            #expect(help.contains(key.summary) && help.contains("default: \(key.standard)"))
            if let variable = key.variable { #expect(help.contains(variable)) }
        }
    }

    @Test func `the file that a package installs has every setting with its help, and says nothing by itself`() throws {
        let folder = try Folder()
        let path = folder.path + "/server.yaml"
        let text = SampleSettings.text
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        let untouched = try ConfigurationFile(path: path)
        #expect(untouched.values.isEmpty && untouched.errors.isEmpty)
        let keys = ConfigurationKey.all.filter(\.isInFile)
        #expect(text.matches(of: /(?m)^#([a-z-]+):/).map { String($0.1) } == keys.map(\.name))
        let help = text.replacing("\n# ", with: " ")
        for key in keys { #expect(help.contains(key.summary) && help.contains("Default: \(key.standard)")) }

        try text.replacing(/(?m)^#([a-z-]+: .+)$/) { String($0.1) }
            .write(toFile: path, atomically: true, encoding: .utf8)
        let defaults = try ConfigurationFile(path: path)
        #expect(defaults.errors.isEmpty, "\(defaults.errors)")
        #expect(defaults.values[.listen]?.text == "127.0.0.1:8080" && defaults.values[.idleSeconds]?.text == "75")
        #expect(defaults.values[.issuer] == nil, "what has no default has no value")
    }
}
