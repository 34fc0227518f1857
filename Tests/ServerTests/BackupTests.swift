import Foundation
import Model
import TestSupport
import Testing

@testable import Server

private let development = ["--environment", "development"]

/// A server that was set up with `init`, with its operator's key and its first account.
private struct Desk {
    let server: ServerProcess
    let key: String
    let account: String

    static func with<R>(_ body: (Desk) async throws -> R) async throws -> R {
        let server = try await ServerProcess(command: "serve", arguments: development)
        defer { server.kill() }
        let setUp = ["init", "--account", "First", "--admin-email", "ada@example.com"] + development
        let said = try await server.database.claviger(setUp)
        let key = try #require(said.output.firstMatch(of: /operator key +(\S+)/), "\(said.text)").1
        let account = try #require(said.output.firstMatch(of: /account +(\S+)/)).1
        return try await body(Desk(server: server, key: String(key), account: String(account)))
    }

    func claviger(_ arguments: [String]) async throws -> FinishedCommand {
        try await server.database.claviger(arguments + development)
    }

    func makeKey(_ scopes: [String] = ["data.read"]) async throws -> MadeCredential {
        try await server.makeKey(in: account, scopes: scopes, as: key)
    }

    /// Where the copies are that it makes.
    var copy: String { server.folder.path + "/copy.db" }
    var database: String { server.data + "/claviger.db" }
}

/// Copies of a database and their way back, by the commands as an operator runs them.
@Suite("Backup and restore") struct BackupTests {
    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `a copy is made while keys are made, sha256sum knows it, and it comes back with all that was there`()
        async throws
    {
        try await Desk.with { desk in
            let server = desk.server
            try await server.start()
            let before = try await desk.makeKey()
            let made = try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<10 { _ = try await desk.makeKey() }
                    }
                }
                let made = try await desk.claviger(["backup", desk.copy])
                try await group.waitForAll()
                return made
            }
            #expect(made.status == 0, "\(made.text)")
            for file in [desk.copy, desk.copy + ".sha256"] { #expect(try mode(file) == 0o600) }
            let check = try await FinishedCommand.tool(
                "sh", ["-c", "cd \(server.folder.path) && sha256sum --check --strict copy.db.sha256"])
            #expect(check.status == 0, "\(check.text)")

            let again = try await desk.claviger(["backup", desk.copy])
            #expect(again.status != 0)
            #expect(again.errors.contains("--force"), "\(again.text)")
            #expect(try await desk.claviger(["backup", desk.copy, "--force"]).status == 0)

            let after = try await desk.makeKey()
            let beside = try await desk.claviger(["restore", desk.copy])
            #expect(beside.status != 0)
            #expect(beside.errors.contains("in use by another process"), "\(beside.text)")
            // What is in the log alone must not find its way into the copy, and is not lost.
            try await server.crash()
            let restored = try await desk.claviger(["restore", desk.copy])
            #expect(restored.status == 0, "\(restored.text)")
            let kept = try #require(restored.output.firstMatch(of: /before +(\S+)/)).1
            try await server.start()
            #expect(try await server.verify(before.secret).status == 200)
            #expect(try await server.verify(after.secret).status == 401)
            let export = try await FinishedCommand.claviger(
                ["audit", "export", "--since", "2020-01-01T00:00:00Z", "--database", "sqlite:\(kept)"] + development)
            #expect(export.output.contains(after.id), "the one before has all that was committed: \(export.errors)")
        }
    }

    @Test func `what is no sound copy of this installation changes nothing`() async throws {
        try await Desk.with { desk in
            #expect(try await desk.claviger(["backup", desk.copy]).status == 0)
            let live = try Data(contentsOf: URL(fileURLWithPath: desk.database))

            func refusal(_ further: [String] = [], of file: String) async throws -> String {
                let run = try await desk.claviger(["restore", file] + further)
                #expect(run.status != 0, "\(run.text)")
                #expect(try Data(contentsOf: URL(fileURLWithPath: desk.database)) == live)
                return run.errors
            }
            func digest(of path: String) async throws -> String {
                String(try await FinishedCommand.tool("sha256sum", [path]).output.prefix(64))
            }
            func changed(_ name: String, _ change: (inout Data) -> Void = { _ in }) throws -> String {
                var bytes = try Data(contentsOf: URL(fileURLWithPath: desk.copy))
                change(&bytes)
                let path = desk.server.folder.path + "/" + name
                try bytes.write(to: URL(fileURLWithPath: path))
                return path
            }

            let cut = try changed("cut.db") { $0.removeLast(8192) }
            #expect(try await refusal(of: cut).contains("--sha256"), "it has no digest beside it")
            let zeros = String(repeating: "0", count: 64)
            let ofCut = try await digest(of: cut)
            #expect(try await refusal(["--sha256", zeros], of: cut).contains(ofCut))
            #expect(try await refusal(["--sha256", ofCut], of: cut).contains("damaged"))
            let text = try changed("text.db") { $0 = Data("no database, but long enough to be read".utf8) }
            #expect(try await refusal(["--sha256", digest(of: text)], of: text).contains("damaged"))

            let later = try changed("later.db")
            let script = """
                import sqlite3, sys
                connection = sqlite3.connect(sys.argv[1])
                connection.execute("INSERT INTO schema_migration VALUES (999999, 'later', 0, 999998)")
                connection.commit()
                """
            #expect(try await FinishedCommand.python(["-c", script, later]).status == 0)
            #expect(try await refusal(["--sha256", digest(of: later)], of: later).contains("later version"))

            let path = desk.server.data + "/master.key"
            let masterKey = try Data(contentsOf: URL(fileURLWithPath: path))
            try Data((String(repeating: "A", count: 43) + "=").utf8).write(to: URL(fileURLWithPath: path))
            #expect(try await refusal(of: desk.copy).contains("master key"))
            try masterKey.write(to: URL(fileURLWithPath: path))

            let trial = try await desk.claviger(["restore", desk.copy, "--dry-run"])
            #expect(trial.status == 0, "\(trial.text)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: desk.database)) == live)
            let left = try FileManager.default.contentsOfDirectory(atPath: desk.server.data)
            #expect(!left.contains { $0.contains("restor") }, "\(left)")
        }
    }

    @Test func `a copy takes the place neither of the database nor of what belongs to it`() async throws {
        try await Desk.with { desk in
            try await desk.server.start()
            let link = desk.server.folder.path + "/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: desk.server.data)
            for name in [desk.database, desk.database + "-wal", desk.database + ".lock", link + "/claviger.db"] {
                let run = try await desk.claviger(["backup", name, "--force"])
                #expect(run.status == 1 && run.errors.contains("belongs to the database"), "\(run.text)")
            }
            let key = try await desk.makeKey()
            #expect(try await desk.server.stop() == 0)
            try await desk.server.start()
            #expect(try await desk.server.verify(key.secret).status == 200, "it was written to what is read now")
        }
    }

    @Test func `a draft that a killed command left is begun anew, and nothing that has another name is`() throws {
        let folder = try Folder()
        let target = folder.path + "/copy.db"
        try Data("left".utf8).write(to: URL(fileURLWithPath: target + ".unfinished"))
        let draft = try DraftFile(for: target)
        #expect(DraftFile.size(of: draft.path) == 0)
        #expect(try mode(draft.path) == 0o600)
        #expect(throws: CommandError.self) { try DraftFile(for: target).discard() }
        try draft.write("whole")
        try draft.publish()
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "whole")

        #expect(link(target, target + ".unfinished") == 0)
        #expect(throws: CommandError.self) { try DraftFile(for: target).discard() }
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "whole")
    }

    @Test(.enabled(if: geteuid() == 0))
    func `what root restores where nothing was belongs to the owner of the folder, also what lies beside it`()
        async throws
    {
        try await Desk.with { desk in
            #expect(try await desk.claviger(["backup", desk.copy]).status == 0)
            for name in ["", "-wal", "-shm", ".lock"] { unlink(desk.database + name) }
            #expect(chown(desk.server.data, 65_534, 65_534) == 0)
            for further in [["--dry-run"], []] {
                let run = try await desk.claviger(["restore", desk.copy] + further)
                #expect(run.status == 0, "\(run.text)")
                for name in ["", ".lock"] {
                    let facts = try FileManager.default.attributesOfItem(atPath: desk.database + name)
                    #expect((facts[.ownerAccountID] as? NSNumber)?.intValue == 65_534, "\(name)")
                }
            }
        }
    }

    @Test func `the log of a database that somebody has removed is not taken for that of the copy`() async throws {
        try await Desk.with { desk in
            let server = desk.server
            try await server.start()
            let before = try await desk.makeKey()
            #expect(try await desk.claviger(["backup", desk.copy]).status == 0)
            let after = try await desk.makeKey()
            try await server.crash()
            let log = desk.database + "-wal"
            #expect((FileStatus(log)?.size ?? 0) > 0, "there is nothing that could be taken for it")
            try FileManager.default.removeItem(atPath: desk.database)
            let restored = try await desk.claviger(["restore", desk.copy])
            #expect(restored.status == 0, "\(restored.text)")
            #expect(FileStatus(log) == nil)
            try await server.start()
            #expect(try await server.verify(before.secret).status == 200)
            #expect(try await server.verify(after.secret).status == 401)
        }
    }

    @Test
    func `SIGKILL in the middle of a backup or a restore leaves the database as it was, and the next succeeds`()
        async throws
    {
        try await Desk.with { desk in
            let server = desk.server
            // So much, that the middle can be met.
            try await server.database.addBallast(mebibytes: 192)
            try await server.start()
            let early = try await desk.makeKey()

            func kill(_ command: [String], writing file: String) async throws {
                let process = try await BackgroundProcess(
                    ServerProcess.executable.path, command + server.database.arguments + development,
                    environment: FinishedCommand.environment(with: [:]), in: server.folder.path)
                try await eventually { (FileStatus(file)?.size ?? 0) > 8 << 20 || !process.isRunning }
                process.signal(SIGKILL)
                #expect(try await process.status() == SIGKILL, "it was over before it could be met")
            }

            try await kill(["backup", desk.copy], writing: desk.copy + ".unfinished")
            #expect(!FileManager.default.fileExists(atPath: desk.copy))
            #expect(try await server.verify(early.secret).status == 200)
            let backup = try await desk.claviger(["backup", desk.copy])
            #expect(backup.status == 0, "\(backup.text)")
            #expect(!FileManager.default.fileExists(atPath: desk.copy + ".unfinished"))

            let later = try await desk.makeKey()
            try await server.crash()
            try await kill(["restore", desk.copy], writing: desk.database + ".restoring")
            try await server.start()
            #expect(try await server.verify(later.secret).status == 200)
            #expect(try await server.stop() == 0)
            let restored = try await desk.claviger(["restore", desk.copy])
            #expect(restored.status == 0, "\(restored.text)")
            try await server.start()
            #expect(try await server.verify(later.secret).status == 401)
            #expect(try await server.verify(early.secret).status == 200)
        }
    }

    @Test(arguments: ["backup": "pg_dump", "restore": "pg_restore"])
    func `of PostgreSQL the commands are printed, without the password, and nothing is done`(
        _ command: String, _ program: String
    ) async throws {
        let address = "postgres://claviger:sesame@db1,db2:5433/desk?sslmode=verify-full"
        let run = try await FinishedCommand.claviger(
            [command, "copy.dump"] + development, environment: ["CLAVIGER_DATABASE": address])
        #expect(run.status != 0)
        #expect(run.text.contains("  \(program) "))
        #expect(run.text.contains("'host=db1,db2 port=,5433 user=claviger dbname=desk sslmode=verify-full'"))
        #expect(!run.text.contains("sesame"), "\(run.text)")
    }
}

@Suite("After a restore", .onEveryEngine) struct RevokeSinceTests {
    @Test(.endedIfItHangs)
    func `what was revoked since the copy is refused again, what was not is accepted, and a second time does nothing`()
        async throws
    {
        try await Desk.with { desk in
            let server = desk.server
            try await server.start()
            let (untouched, deleted, disabled) = (
                try await desk.makeKey(), try await desk.makeKey(), try await desk.makeKey()
            )
            let (rotated, overlapping) = (try await desk.makeKey(), try await desk.makeKey())
            let narrowed = try await desk.makeKey(["data.read", "data.write"])
            let integration = try await server.makeIntegration(in: desk.account, as: desk.key)
            let paused = try await server.makeIntegration(in: desk.account, as: desk.key)
            let account = try await server.makeAccount("Suspended", as: desk.key)
            let suspended = try await server.makeKey(in: account, as: desk.key)
            let member = try await server.makeMember(in: desk.account, as: desk.key)
            let members = "/api/v1/organizations/\(desk.account)/members"
            let draft: JSON = ["email": "invited@example.com", "name": "Grace", "roles": ["developer"]]
            let invited = try await server.make(members, draft, as: desk.key)["id"].string
            let link = try await server.make("\(members)/\(invited)/invitation", [:], as: desk.key)["link"].string
            let invitation = String(link[try #require(link.firstRange(of: "/invitation")).lowerBound...])
            #expect(try await server.stop() == 0)
            let time = RFC3339.text(of: SystemClock.now())
            let copy = try await server.database.copied()
            if copy == nil { #expect(try await desk.claviger(["backup", desk.copy]).status == 0) }

            try await server.start()
            func revoke(_ method: String, _ path: String, _ body: JSON? = nil) async throws {
                let answer = try await server.call(method, path, bearer: desk.key, body)
                #expect((200...204).contains(answer.status), "\(path): \(answer.text)")
            }
            try await revoke("DELETE", deleted.path)
            try await revoke("POST", disabled.path + "/disable")
            try await revoke("POST", paused.path + "/disable")
            try await revoke("POST", rotated.path + "/rotate", ["overlap_seconds": 0])
            try await revoke("POST", overlapping.path + "/rotate", ["overlap_seconds": 3600])
            try await revoke("PATCH", narrowed.path, ["scopes": ["data.write"]])
            try await revoke("POST", integration.path + "/rotate", ["overlap_seconds": 0])
            try await revoke("PATCH", "/api/v1/accounts/\(account)", ["suspended": true])
            try await revoke("DELETE", member.path)
            // The one before is of no use from then on.
            _ = try await server.make("\(members)/\(invited)/invitation", [:], as: desk.key)
            let later = try await desk.makeKey()
            #expect(try await server.stop() == 0)
            let export = server.folder.path + "/events.jsonl"
            let exported = try await desk.claviger(["audit", "export", "--since", time])
            #expect(exported.status == 0, "\(exported.errors)")
            try exported.output.write(toFile: export, atomically: false, encoding: .utf8)

            let node: ServerProcess
            if let copy {
                node = try await ServerProcess(command: "serve", on: copy, arguments: development)
            } else {
                node = server
                #expect(try await desk.claviger(["restore", desk.copy]).status == 0)
            }
            defer { node.kill() }
            try await node.start()
            let back = [deleted, disabled, rotated, suspended]
            for each in back { #expect(try await node.verify(each.secret).status == 200, "which is the trouble") }
            #expect(try await node.get(invitation).status == 200)
            let command = ["revoke-since", time, "--audit-export", export] + development
            let trial = try await node.database.claviger(command + ["--dry-run"])
            #expect(trial.status == 0, "\(trial.text)")
            for each in [deleted, disabled, rotated, narrowed, integration] { #expect(trial.output.contains(each.id)) }
            #expect(try await node.verify(deleted.secret).status == 200, "it was only told")

            let done = try await node.database.claviger(command)
            #expect(done.status == 0, "\(done.text)")
            // Another node hears of it a moment later.
            for each in back { #expect(try await eventually { try await node.verify(each.secret).status == 401 }) }
            #expect(try await node.verify(later.secret).status == 401)
            for each in [untouched, overlapping] { #expect(try await node.verify(each.secret).status == 200) }
            #expect(try await eventually { try await node.verify(narrowed.secret, scope: "data.read").status == 403 })
            #expect(try await node.verify(narrowed.secret, scope: "data.write").status == 200)
            #expect(try await eventually { try await node.tokenAnswer(integration.client).status == 401 })
            #expect(try await node.get(paused.path, bearer: desk.key).json["state"] == "disabled")
            #expect(try await node.get(member.path, bearer: desk.key).status == 404)
            #expect(try await node.get(invitation).status == 403)

            let events = try await node.get(
                "/api/v1/organizations/\(desk.account)/audit-events?limit=200&actor=command:revoke-since",
                bearer: desk.key
            ).json["items"].elements
            let told = Set(try events.map { try $0["target"].string })
            let revoked = [deleted, disabled, rotated, overlapping, narrowed, integration, paused].map(\.id)
            #expect(told == Set(revoked + [member.id, invited]))
            #expect(try events.allSatisfy { try $0["details"]["repeats"].string.hasPrefix("evt_") })

            let again = try await node.database.claviger(command)
            #expect(again.status == 0, "\(again.text)")
            #expect(!again.output.contains("ended again ("), "\(again.output)")
        }
    }
}

@Suite("What is to be ended again after a restore") struct RevocationPlanTests {
    private static func event(_ text: String) throws -> LostChange {
        let event = try #require(ExportedEvent.events(in: Data(text.utf8)).first)
        return try #require(LostChange(event))
    }

    private static func line(_ number: Int, _ action: String, _ target: String, _ details: String = "") -> String {
        """
        {"id":"evt_\(String(repeating: "0", count: 21))\(number)","at":"2026-01-01T00:00:0\(number).000Z",\
        "action":"\(action)","target":"\(target)","organization_id":null,"actor":"command:test","request_id":"r",\
        "address":null,"details":{\(details)}}
        """
    }

    @Test func `of several changes what they come to counts, and what was made since is nobody's to end`() throws {
        let (key, other, third, born) = ("key_a", "key_b", "key_c", "key_d")
        let lines = [
            Self.line(1, "api-key.disabled", key), Self.line(2, "api-key.enabled", key),
            Self.line(3, "api-key.rotated", other, #""overlap_seconds":"86400""#),
            Self.line(4, "api-key.rotated", other, #""overlap_seconds":"86400""#),
            Self.line(5, "api-key.rotated", third, #""overlap_seconds":"0""#), Self.line(6, "api-key.deleted", third),
            Self.line(7, "api-key.created", born), Self.line(8, "api-key.deleted", born),
            Self.line(9, "api-key.changed", key, #""fields":"allowed_addresses","scopes":"data.read""#),
        ]
        let plan = RevocationPlan(try lines.map(Self.event))
        #expect(plan.revocations.map(\.target) == [other, third])
        // After two rotations nothing is left of the secret before, so no overlap is.
        guard case .replaceSecret(nil, false) = plan.revocations[0].deed, case .end = plan.revocations[1].deed else {
            Issue.record("\(plan.revocations)")
            return
        }
        #expect(plan.byHand.count == 1, "addresses are not in the log: \(plan.byHand)")
        #expect(plan.madeSince == 1)
    }

    @Test func `what was begun before the backup counts, and what this version does not know is told`() throws {
        let start = try #require(RFC3339.instant("2026-01-01T00:05:01Z"))
        var changes = LostChanges(since: start)
        let lines = [
            // A second too early.
            Self.line(0, "api-key.deleted", "key_a"), Self.line(1, "api-key.deleted", "key_b"),
            Self.line(2, "api-key.evaporated", "key_c"),
        ]
        for line in lines {
            for event in try ExportedEvent.events(in: Data(line.utf8)) { try changes.add(event) }
        }
        #expect(changes.inOrder.map(\.target) == ["key_b"])
        #expect(changes.unknown.values.allSatisfy { $0.hasPrefix("api-key.evaporated key_c") })
        #expect(changes.unknown.count == 1)
    }

    @Test func `whose a token was is known after a second restore, and a contact's member is for people to see`() throws
    {
        let token = Self.line(1, "access-token.revoked", "tok_a", #""client":"int_a","repeats":"evt_b""#)
        let plan = RevocationPlan([
            try Self.event(token), try Self.event(Self.line(2, "contact.changed", "con_a", #""fields":"name""#)),
            try Self.event(Self.line(3, "contact.changed", "con_b", #""fields":"name member_id""#)),
        ])
        guard case .revokeToken("int_a")? = plan.revocations.first?.deed else {
            Issue.record("\(plan.revocations)")
            return
        }
        #expect(plan.byHand.count == 1 && plan.byHand.first?.contains("con_b") == true)
    }

    @Test func `a link that took the place of another ends that again, and one that a member asked for ends none`()
        throws
    {
        let plan = RevocationPlan([
            try Self.event(Self.line(1, "member.invited", "mem_a", #""link":"lnk_a""#)),
            try Self.event(Self.line(2, "member.invited", "mem_a", #""link":"lnk_b""#)),
            try Self.event(Self.line(3, "password.reset-requested", "mem_b", #""link":"lnk_c""#)),
            try Self.event(Self.line(4, "password.reset-requested", "mem_c")),
            try Self.event(Self.line(5, "member.created", "mem_d")),
            try Self.event(Self.line(6, "member.invited", "mem_d", #""link":"lnk_d""#)),
        ])
        #expect(plan.revocations.map(\.target) == ["mem_a", "mem_b"])
        let purposes = plan.revocations.map { revocation in
            if case .endLinks(let purpose) = revocation.deed { purpose } else { "" }
        }
        #expect(purposes == ["invitation", "password-reset"])
        #expect(plan.byHand.isEmpty)
    }

    @Test func `a log is read as the API lists it and as it is exported, and what is neither is refused by its line`()
        throws
    {
        let folder = try Folder()
        let file = folder.path + "/events.jsonl"
        let page = #"{"items":[\#(Self.line(1, "api-key.deleted", "a"))],"next_cursor":null}"#
        try "\(page)\n\n\(Self.line(2, "api-key.deleted", "b"))".write(toFile: file, atomically: false, encoding: .utf8)
        let start = try #require(RFC3339.instant("2026-01-01T00:00:00Z"))
        var changes = LostChanges(since: start)
        try changes.read(file: file)
        #expect(changes.inOrder.map(\.target) == ["a", "b"])
        #expect(changes.incomplete.isEmpty)
        let first = #"{"items":[\#(Self.line(4, "api-key.deleted", "d"))],"next_cursor":"cur"}"#
        for (text, lines) in [
            ("\(first)\n", [1]), ("\(first)\n\(page)\n", []), ("\(page)\n\(first)\n\n\(first)\n", [2, 4]),
        ] {
            try text.write(toFile: file, atomically: false, encoding: .utf8)
            var changes = LostChanges(since: start)
            try changes.read(file: file)
            #expect(changes.incomplete == lines.map { "what follows on the page in line \($0) of \(file)" })
        }
        try "\(page)\nnonsense\n".write(toFile: file, atomically: false, encoding: .utf8)
        #expect { try changes.read(file: file) } throws: { "\($0)".contains("events.jsonl, line 2") }
    }
}
