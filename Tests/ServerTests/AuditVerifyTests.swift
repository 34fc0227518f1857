import Foundation
import TestSupport
import Testing

private let development = ["--environment", "development"]

/// Copies of an audit log, checked by the command and by the program in Python, which share no line.
@Suite("Checking a copy of the audit log", .onEveryEngine)
struct AuditVerifyTests {
    /// A customer with copies of its log.
    private struct Customer {
        let server: ServerProcess
        let demo: TestSupport.DemoCredentials
        let key: String

        init(_ server: ServerProcess, _ demo: TestSupport.DemoCredentials) async throws {
            self.server = server
            self.demo = demo
            let state = try await server.get("/api/v1/accounts/\(demo.account)/audit-log", bearer: demo.operatorKey)
            key = try state.json["keys"][0].string
        }

        func get(_ rest: String) async throws -> Answer {
            try await server.get("/api/v1/accounts/\(demo.account)/audit-log\(rest)", bearer: demo.operatorKey)
        }

        /// Has keys made, and waits until the log has them.
        func change(_ count: Int) async throws {
            let before = try await get("").json["size"].integer
            for _ in 0..<count { _ = try await server.makeKey(in: demo.account, as: demo.operatorKey) }
            let isThere = try await eventually(within: .seconds(120)) {
                try await get("").json["size"].integer >= before + count
            }
            #expect(isThere)
        }

        /// All parts of a copy.
        func copy() async throws -> [String] {
            var (text, next) = ("", "/entries?limit=7")
            while true {
                let answer = try await get(next)
                #expect(answer.status == 200, "\(answer.text)")
                text += answer.text
                guard let link = answer.headers["link"], let mark = link.firstIndex(of: "?") else { break }
                next = "/entries" + link[mark...].prefix { $0 != ">" }
            }
            return text.split(separator: "\n").map(String.init)
        }

        func write(_ lines: [String], to name: String) throws -> String {
            let path = server.folder.path + "/" + name
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: path))
            return path
        }

        /// What both say of a copy: 0 or 1.
        func verdicts(_ lines: [String], after checkpoint: String? = nil) async throws -> [Int32] {
            let arguments =
                [try write(lines, to: "copy.jsonl"), "--key", key] + (checkpoint.map { ["--checkpoint", $0] } ?? [])
            let ours = try await FinishedCommand.claviger(["audit", "verify"] + arguments, in: server.folder.path)
            let theirs = try await FinishedCommand.python(["Examples/verify_audit_log.py"] + arguments)
            #expect(!theirs.text.contains("Traceback"), "\(theirs.text)")
            return [ours.status, theirs.status]
        }
    }

    @Test func `a copy in which anything was changed is told from one that is whole`() async throws {
        try await ServerProcess.withDemo { server, demo in
            let customer = try await Customer(server, demo)
            try await customer.change(3)
            let note = try await customer.get("/checkpoint").text
            let earlier = try customer.write([String(note.dropLast())], to: "earlier.txt")
            let short = try await customer.copy()
            try await customer.change(12)
            let copy = try await customer.copy()
            #expect(copy.count > short.count + 10)
            #expect(try await customer.verdicts(copy) == [0, 0])
            #expect(try await customer.verdicts(copy, after: earlier) == [0, 0])
            let printed = try await server.database.claviger(["audit", "prove", demo.account] + development)
            #expect(printed.status == 0 && Set(copy.dropFirst(1)).isSubset(of: Set(printed.lines)), "\(printed.text)")

            let middle = copy.count - 5
            func entry(_ change: (inout [String: Any]) -> Void) throws -> String {
                var line = try #require(
                    try JSONSerialization.jsonObject(with: Data(copy[middle].utf8)) as? [String: Any])
                change(&line)
                return String(decoding: try JSONSerialization.data(withJSONObject: line), as: UTF8.self)
            }
            let (before, behind) = (Array(copy[..<middle]), Array(copy[(middle + 1)...]))
            func replaced(_ line: String) -> [String] { before + [line] + behind }
            #expect(
                try await customer.verdicts(replaced(try entry { _ in })) == [0, 0], "The order of members is free.")
            var swapped = copy
            swapped.swapAt(middle, middle + 1)
            let damages: [String: [String]] = [
                "edited": replaced(copy[middle].replacing("api-key.created", with: "api-key.deleted")),
                "edited, without what was said": replaced(try entry { $0["entry"] = NSNull() }),
                "removed": before + behind,
                "reordered": swapped,
                "inserted": before + [copy[middle], copy[middle]] + behind,
                "cut": Array(copy.dropLast()),
                "begun later": [copy[0]] + Array(copy[2...]),
                "under a checkpoint of its own": [
                    copy[0].replacing("\\n\(copy.count - 1)\\n", with: "\\n\(copy.count - 2)\\n")
                ] + Array(copy[1...].dropLast()),
            ]
            for (name, lines) in damages {
                #expect(lines != copy)
                #expect(try await customer.verdicts(lines) == [1, 1], "\(name)")
            }
            // Cut, with everything as it was signed then: nothing but a later checkpoint tells.
            let later = try customer.write(
                [String(try await customer.get("/checkpoint").text.dropLast())], to: "later.txt")
            #expect(try await customer.verdicts(short) == [0, 0])
            #expect(try await customer.verdicts(short, after: later) == [1, 1])
            #expect(
                try await FinishedCommand.claviger(["audit", "verify", "copy.jsonl"], in: server.folder.path).status
                    == 64)

            let size = copy.count - 1
            let proof = try await customer.get("/consistency-proof?from=\(short.count - 1)&to=\(size)")
            #expect(try proof.json["to"].integer == size && !proof.json["proof"].elements.isEmpty)
            #expect(try await customer.get("/inclusion-proof?index=\(size + 1000)").status == 404)
            #expect(try await customer.get("/inclusion-proof?index=0&size=\(size + 1000)").status == 404)
            #expect(try await customer.get("/inclusion-proof").status == 400)
            let keys = try await server.get("/oauth2/jwks").json["audit_log_keys"]
            let text = try keys[0]["x"].string
            let standard = text.replacing("-", with: "+").replacing("_", with: "/") + "="
            let published = try #require(Data(base64Encoded: standard))
            #expect(customer.key.hasSuffix("+" + Data([1] + published).base64EncodedString()))
        }
    }
}
