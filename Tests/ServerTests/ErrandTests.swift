import Crypto
import Foundation
import Model
import PersistenceSQLite
import TestSupport
import Testing
import Tokens

@testable import Server

@Suite("Errands: what commands ask of the server that owns the database")
struct ErrandTests {
    private let masterKey = MasterKey.generate()
    private let answerKey = Curve25519.KeyAgreement.PrivateKey()
    private let clock = FixedClock()

    private var errand: Errand {
        Errand(.rotateKeys(["signing"], atOnce: true), answeredTo: answerKey, at: clock.current)
    }

    @Test func `one opens under the master key that it was sealed under, and no other`() throws {
        let sealed = try errand.sealed(under: masterKey)
        #expect(Errand(opening: sealed, under: masterKey, at: clock.current) != nil)
        #expect(Errand(opening: sealed, under: .generate(), at: clock.current) == nil)
        #expect(Errand(opening: [], under: masterKey, at: clock.current) == nil)
        for index in sealed.indices {
            var changed = sealed
            changed[index] ^= 1
            #expect(Errand(opening: changed, under: masterKey, at: clock.current) == nil)
        }
    }

    @Test(arguments: [-31, 31])
    func `one that is too old, or of a time to come, is not done`(_ seconds: Int) throws {
        let sealed = try errand.sealed(under: masterKey)
        #expect(Errand(opening: sealed, under: masterKey, at: clock.current.adding(seconds: seconds)) == nil)
    }

    @Test func `an answer opens for the command that asked, and holds nothing in clear`() throws {
        let errand = self.errand
        let sealed = try errand.sealed(Errand.Answer(text: "the secret of a key"))
        #expect(errand.answer(opening: sealed, by: answerKey)?.text == "the secret of a key")
        #expect(errand.answer(opening: sealed, by: .init()) == nil)
        #expect(self.errand.answer(opening: sealed, by: answerKey) == nil, "another errand of the same command")
        #expect(!String(decoding: sealed, as: UTF8.self).contains("secret"))
    }

    @Test(.endedIfItHangs)
    func `a command that another takes for a server goes on`() async throws {
        let database = try await ServerDatabase.make(in: Folder())
        let folder = database.folder.path
        let development = ["--environment", "development"]
        let setUp = ["init", "--account", "First", "--admin-email", "ada@example.com"] + development
        #expect(try await database.claviger(setUp).status == 0)
        // It waits for its master key until the signal has come.
        let key = "touch begun; until [ -e come ]; do sleep 0.05; done; cat data/master.key"
        let command = try await BackgroundProcess(
            try ServerProcess.executable.path,
            ["operator-key", "new", "--master-key-command", key] + development + database.arguments,
            environment: FinishedCommand.environment(with: database.environment), in: folder, output: folder + "/said")
        try await becomes("begun") { FileManager.default.fileExists(atPath: folder + "/begun") }
        command.signal(SIGUSR1)
        #expect(FileManager.default.createFile(atPath: folder + "/come", contents: nil))
        #expect(try await command.status() == 0)
        #expect(try String(contentsOfFile: folder + "/said", encoding: .utf8).contains("_key_"))
    }

    @Test func `a command beside another one is told who holds the database, and leaves it no errand`() async throws {
        let folder = try Folder()
        let path = folder.path + "/claviger.db"
        #expect(try await ErrandRun.server(owning: path) == nil)
        let store = try await SQLiteStore.open(path: path, at: clock.current)
        let error = await #expect(throws: CommandError.self) { try await ErrandRun.server(owning: path, looks: 1) }
        #expect(error?.description.contains("is held by process \(getpid())") == true, "\(String(describing: error))")
        store.note(takesErrands: true)
        #expect(try await ErrandRun.server(owning: path, looks: 1) == getpid())
        store.note(takesErrands: false)
        await #expect(throws: CommandError.self) { try await ErrandRun.server(owning: path, looks: 1) }
        await store.close()
        #expect(try await ErrandRun.server(owning: path, looks: 1) == nil)
    }

    @Test func `files are taken once, closed to others, and one errand waits at a time`() throws {
        try withFolder { folder in
            let box = ErrandBox(besideDatabase: folder + "/claviger.db")
            #expect(box.answerKnock() == .bare)
            try box.put(errand: [1, 2])
            #expect(FileStatus(folder + "/claviger.db-errand")?.isOpenToOthers == false)
            #expect(throws: CommandError.self) { try box.put(errand: [3]) }
            #expect(box.answerKnock() == .errand([1, 2]))
            #expect(box.answerKnock() == .bare)
            try box.put(answer: [4])
            try box.put(answer: [5])
            #expect(box.takeAnswer { $0 == [4] ? $0 : nil } == nil, "that of another command stays")
            #expect(box.takeAnswer { $0 } == [5])
            #expect(!box.hasAnswer)
            let large = [UInt8](repeating: 6, count: 2 << 20)
            try box.put(errand: large)
            #expect(box.answerKnock() == .errand(large), "as long as the file of `claviger apply` may be")
            #expect(throws: CommandError.self) { try box.put(errand: large + large + [7]) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [], "nothing is left")
        }
    }

    @Test func `what a killed command left waits for nobody`() throws {
        try withFolder { folder in
            let box = ErrandBox(besideDatabase: folder + "/claviger.db")
            try box.put(errand: [1])
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -60)], ofItemAtPath: folder + "/claviger.db-errand")
            try box.put(errand: [2])
            #expect(box.answerKnock() == .errand([2]))
            #expect(box.answerKnock() == .withdrawn, "the signal of the killed one, if it is heard only now")
        }
    }

    @Test func `a signal whose errand was taken back is not taken for one that was sent by hand, which rotates keys`()
        throws
    {
        try withFolder { folder in
            let box = ErrandBox(besideDatabase: folder + "/claviger.db")
            try box.put(errand: [1])
            box.withdraw()
            #expect(box.answerKnock() == .withdrawn)
            #expect(box.answerKnock() == .bare)
            try box.put(errand: [2])
            #expect(box.answerKnock() == .errand([2]))
            box.withdraw()
            #expect(box.answerKnock() == .bare, "what was taken out has had its signal")
            try box.put(errand: [3])
            box.discard()
            #expect(box.answerKnock() == .bare)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [], "nothing is left")
        }
    }

    private func withFolder(_ use: (String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "errand-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try use(folder)
    }
}
