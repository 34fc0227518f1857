import Foundation
import TestSupport
import Testing

/// `claviger product`, and a server that is started with another file than before.
@Suite("Product definitions are checked", .onEveryEngine)
struct ProductCommandTests {
    private static let before = """
        product: {name: Acme}
        scopes:
          data.read: {description: Read}
          data.write: {description: Write}
        permissions: {keep-keys: {gives: [api-keys.read]}}
        roles:
          admin: {permissions: [organizations.read, members.manage, api-keys.manage, keep-keys]}
          editor: {permissions: [organizations.read]}
          unused: {permissions: []}
        plans: {full: {features: [api_access]}, essential: {features: []}}
        """

    private func check(
        _ yaml: String, _ further: [String] = [], in folder: Folder, _ environment: [String: String] = [:]
    )
        async throws -> FinishedCommand
    {
        let path = folder.path + "/claviger.yaml"
        try yaml.write(toFile: path, atomically: true, encoding: .utf8)
        return try await FinishedCommand.claviger(
            ["product", "check", path] + further, environment: environment, in: folder.path)
    }

    @Test func `a good file is fine, and a mistake is told with line, column, key and what was meant`() async throws {
        let folder = try Folder()
        let good = try await check(Self.before, in: folder)
        #expect(good.status == 0, "\(good.text)")
        #expect(good.output.contains("fine. Acme, brand clv, 2 scopes, 3 roles, 2 plans"), "\(good.output)")
        let wrong = try await check(Self.before + "\npolicy:\n  api_keys_per_acount: 5", in: folder)
        #expect(wrong.status != 0 && wrong.output == "")
        #expect(
            wrong.errors.contains(
                "claviger.yaml:12:3: policy.api_keys_per_acount: unknown key; did you mean api_keys_per_account?"),
            "\(wrong.errors)")
        let schema = try await FinishedCommand.claviger(["product", "schema"])
        #expect(schema.status == 0)
        let object = try JSONSerialization.jsonObject(with: Data(schema.output.utf8)) as? [String: Any]
        #expect(object?["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        let offer = Self.before + "\nconnections:\n  providers:\n    facebok: {client_id: '1'}"
        let unknown = try await check(offer, in: folder)
        #expect(
            unknown.errors.contains("claviger.yaml:13:5: connections.providers.facebok: unknown provider facebok"),
            "\(unknown.errors)")
        let own = folder.path + "/own"
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
        let listed = try await FinishedCommand.claviger(["provider", "list"])
        #expect(listed.output.contains("facebook") && listed.output.contains("used once"), "\(listed.text)")
        let schemaOfProviders = try await FinishedCommand.claviger(["provider", "schema"])
        #expect(schemaOfProviders.output.contains("urn:claviger:provider"))
        let file = own + "/facebok.yaml"
        try "schema: 1\nid: facebok\ntitel: x\n".write(toFile: file, atomically: true, encoding: .utf8)
        let mistaken = try await FinishedCommand.claviger(["provider", "check", file])
        #expect(
            mistaken.status != 0 && mistaken.errors.contains("\(file):3:1: titel: unknown key; did you mean title?"),
            "\(mistaken.text)")
        let nowhere = try await check(Self.before, ["--against", "sqlite:/nowhere/claviger.db"], in: folder)
        #expect(nowhere.status != 0 && nowhere.errors.contains("no database"), "\(nowhere.text)")
        let odd = try await check(Self.before, ["--against", "mysql:x"], in: folder)
        #expect(odd.status != 0 && odd.errors.contains("sqlite:<path>"), "\(odd.text)")
    }

    @Test(.endedIfItHangs)
    func `a file that lacks what is in use is told beforehand, and refused at the start`() async throws {
        let issuer = ["--issuer", "https://auth.example.com"]
        let server = try await ServerProcess(command: "demo", product: Self.before, arguments: issuer)
        defer { server.kill() }
        try await server.start()
        let demo = try server.credentials()
        let members = "/api/v1/organizations/\(demo.account)/members"
        let member = try await server.make(
            members, ["email": "e@example.com", "name": "E", "roles": ["editor"], "permissions": ["keep-keys"]],
            as: demo.operatorKey)["id"].string
        // Nobody of the demonstration has the roles that will be gone.
        for person in try await server.get(members, bearer: demo.operatorKey).json["items"].elements {
            guard
                demo.people.filter({ ["editor", "unused"].contains($0.key) }).values.contains(where: {
                    (try? person["email"].string) == $0.email
                })
            else { continue }
            let path = members + "/" + (try person["id"].string)
            #expect(try await server.call("DELETE", path, bearer: demo.operatorKey).status == 204)
        }
        let edit = try await server.call(
            "PATCH", "/api/v1/accounts/\(demo.account)", bearer: demo.operatorKey, ["plan": "full"])
        #expect(edit.status == 200)

        let after = Self.before
            .replacing("  data.write: {description: Write}\n", with: "")
            .replacing("{keep-keys: {gives", with: "{keep: {gives").replacing(", keep-keys]", with: ", keep]")
            .replacing("  editor: {permissions: [organizations.read]}\n", with: "")
            .replacing("  unused: {permissions: []}\n", with: "").replacing("{full: {", with: "{whole: {")
        let database = server.database
        let location = database.environment["CLAVIGER_DATABASE"] ?? "sqlite:\(database.folder.path)/data/claviger.db"
        let folder = try Folder()
        func expectTold(_ text: String) {
            #expect(text.contains("scope data.write: 1 integration (\(demo.integration.id) in"), "\(text)")
            #expect(text.contains("1 app ("), "\(text)")
            #expect(text.contains("role editor: 1 member (\(member) in"), "\(text)")
            #expect(text.contains("permission keep-keys: 1 member (\(member) in"), "\(text)")
            #expect(text.contains("plan full: 1 account (\(demo.account) "), "\(text)")
            #expect(!text.contains("unused") && !text.contains("data.read") && !text.contains("essential"), "\(text)")
        }
        // While the server runs, and after.
        for isRunning in [true, false] {
            if !isRunning { #expect(try await server.stop() == 0) }
            let told = try await check(after, ["--against", location], in: folder)
            #expect(told.status != 0)
            expectTold(told.errors)
            let same = try await check(Self.before, ["--against", location], in: folder)
            #expect(same.status == 0 && same.output.contains("uses nothing that"), "\(same.text)")
        }
        let path = folder.path + "/after.yaml"
        try after.write(toFile: path, atomically: true, encoding: .utf8)
        let settings = issuer + ["--environment", "development", "--product", path]
        let refused = try await database.claviger(["serve", "--listen", "127.0.0.1:\(try FreePort.find())"] + settings)
        #expect(refused.status != 0)
        expectTold(refused.errors)
        let doctor = try await database.claviger(["doctor"] + settings)
        #expect(doctor.status != 0)
        expectTold(doctor.output)

        // What is not in use may go, and a plan that is may become a legacy one.
        try
            (Self.before.replacing("  unused: {permissions: []}\n", with: "")
            .replacing("{full: {", with: "{full: {status: legacy, "))
            .write(toFile: path, atomically: true, encoding: .utf8)
        let next = try await ServerProcess(command: "serve", on: database, arguments: settings)
        defer { next.kill() }
        try await next.start()
        #expect(try await next.verify(demo.apiKey).status == 200)
    }
}
