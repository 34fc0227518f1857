import Foundation
import TestSupport
import Testing
import Tokens

@testable import Server

@Suite("Where the master key comes from (threat P10)")
struct MasterKeySourceTests {
    private let text = String(repeating: "5a", count: 32)

    private func write(_ text: String, to path: String, mode: Int = 0o600) throws {
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        // What root owns is another matter.
        if geteuid() == 0 { #expect(chown(path, 65_534, 65_534) == 0) }
    }

    private func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    private func problem(_ source: MasterKeySource) async -> String? {
        do throws(MasterKeyError) {
            _ = try await source.load { _ in }
            return nil
        } catch {
            return error.description
        }
    }

    @Test(arguments: [0o600, 0o400])
    func `a file that is its owner's alone is read`(_ mode: Int) async throws {
        try await withTemporaryFolder { folder in
            try write(text + "\n", to: folder + "/k", mode: mode)
            #expect(
                try await MasterKeySource.file(folder + "/k").load { _ in }.reveal() == MasterKey(text: text)?.reveal())
        }
    }

    @Test(arguments: [0o604, 0o620, 0o602, 0o644, 0o610])
    func `a file that others may open is refused, with the command that closes it`(_ mode: Int) async throws {
        try await withTemporaryFolder { folder in
            try write(text, to: folder + "/k", mode: mode)
            #expect(await problem(.file(folder + "/k"))?.contains("chmod 600 \(folder)/k") == true)
        }
    }

    @Test func `of what root owns a group may read, and nobody may change it or everybody read it`() {
        func isExposed(_ mode: mode_t, owner: uid_t) -> Bool {
            FileStatus(mode: S_IFREG | mode, owner: owner, size: 0).exposesSecret
        }
        for mode: mode_t in [0o400, 0o600, 0o440, 0o640] { #expect(!isExposed(mode, owner: 0)) }
        for mode: mode_t in [0o604, 0o644, 0o660, 0o620, 0o610, 0o602] { #expect(isExposed(mode, owner: 0)) }
        for mode: mode_t in [0o440, 0o640] { #expect(isExposed(mode, owner: 1000)) }
    }

    @Test(arguments: ["", "not a key", String(repeating: "5a", count: 33), String(repeating: "x", count: 100_000)])
    func `what is no key is refused and not repeated`(_ content: String) async throws {
        try await withTemporaryFolder { folder in
            try write(content, to: folder + "/k")
            let found = try #require(await problem(.file(folder + "/k")))
            #expect(found.contains("32 bytes"))
            if !content.isEmpty { #expect(!found.contains(content)) }
        }
    }

    @Test func `a file that is not there, or is none, is refused and never made`() async throws {
        try await withTemporaryFolder { folder in
            #expect(await problem(.file(folder + "/k"))?.contains("openssl rand") == true)
            #expect(!FileManager.default.fileExists(atPath: folder + "/k"))
            #expect(await problem(.file(folder))?.contains("not a file") == true)
            #expect(mkfifo(folder + "/pipe", 0o600) == 0)
            #expect(await problem(.file(folder + "/pipe"))?.contains("not a file") == true)
        }
    }

    @Test func `development makes one beside the database, says so once, and finds it again`() async throws {
        try await withTemporaryFolder { folder in
            let source = MasterKeySource.fileBeside(.inFolder(folder + "/new"))
            var said: [String] = []
            let made = try await source.load { said.append($0) }
            #expect(said.count == 1 && said.first?.contains(folder + "/new/master.key") == true)
            #expect(try await source.load { said.append($0) }.reveal() == made.reveal())
            #expect(said.count == 1)
            #expect(!said.joined().contains(made.reveal()))
            #expect(try mode(of: folder + "/new/master.key") == 0o600)
            #expect(try mode(of: folder + "/new") == 0o700)
        }
    }

    @Test func `no key is made for a database that is there`() async throws {
        try await withTemporaryFolder { folder in
            try write("", to: folder + "/claviger.db")
            #expect(await problem(.fileBeside(.inFolder(folder)))?.contains("Put the key back") == true)
            #expect(!FileManager.default.fileExists(atPath: folder + "/master.key"))
        }
    }

    @Test func `of many who make it at once, all have the same`() async throws {
        try await withTemporaryFolder { folder in
            let source = MasterKeySource.fileBeside(.inFolder(folder))
            let found = await withTaskGroup(of: String?.self) { group in
                for _ in 0..<16 { group.addTask { try? await source.load { _ in }.reveal() } }
                return await group.reduce(into: Set<String?>()) { $0.insert($1) }
            }
            #expect(found.count == 1 && !found.contains(nil))
        }
    }

    @Test func `a command prints it`() async throws {
        #expect(
            try await MasterKeySource.command("printf %s '\(text)' | cat").load { _ in }.reveal()
                == MasterKey(text: text)?.reveal())
    }

    @Test(arguments: ["echo secretsecret", "exit 3", "true", "/nowhere/command", "yes secretsecret", "kill -9 $$"])
    func `a command that does not is refused, and what it printed is not repeated`(_ command: String) async throws {
        let found = try #require(await problem(.command("{ \(command); } 2>/dev/null")))
        #expect(!found.contains("secretsecret") && !found.contains("nowhere"))
    }

    @Test func `a command that does not end is ended`() async throws {
        await #expect(throws: MasterKeyError.self) {
            try await MasterKeyCommand("sleep 60", limit: .milliseconds(300)).run()
        }
    }

    @Test func `a command may leave something running, such as an agent`() async throws {
        let key = try await MasterKeySource.command("sleep 5 & echo \(text)").load { _ in }
        #expect(key.reveal() == MasterKey(text: text)?.reveal())
    }

    /// A token of SoftHSM's, with a key that never leaves it.
    @Test func `the command for a PKCS#11 token unwraps what it wrapped, by a new key too, and nothing by another PIN`()
        async throws
    {
        let run = try await FinishedCommand.foreignClient("pkcs11_token.py", ["deploy/master-key/pkcs11"])
        let told = try JSON(parsing: Array(run.output.utf8))
        #expect(told["made"] == [0, 0, 0, 0] && told["modes"] == ["0o600", "0o600"], "\(run.text)")
        #expect(told["keys"] == 1 && told["bytes"] == 32 && told["printed"] == "", "\(run.text)")
        #expect(told["refused"] == [true, true, true] && told["leaked"] == false, "\(run.text)")
    }

    /// Beside a stand-in that answers in the form of the engine's documentation, because there is neither of the real ones here.
    @Test func `the command for the transit engine unwraps what it had wrapped, and says what the service refuses`()
        async throws
    {
        let run = try await FinishedCommand.foreignClient("transit_stand_in.py", ["deploy/master-key/transit"])
        let told = try JSON(parsing: Array(run.output.utf8))
        #expect(told["made"] == [0, 0] && told["versions"] == ["v1", "v2"], "\(run.text)")
        #expect(told["keys"] == 1 && told["bytes"] == 32 && told["printed"] == "", "\(run.text)")
        #expect(told["refused"] == [1, 1, 1, 1] && told["leaked"] == false, "\(run.text)")
        #expect(try told["problems"][0].string.contains("permission denied"), "\(run.text)")
    }
}
