import Foundation
import HTTPAPI
import TestSupport
import Testing

/// The document that the server serves, held against what the server does.
@Suite("The OpenAPI document as it is served", .server())
struct OpenAPITests {
    private func document() async throws -> JSON {
        try await RunningServer.current.server.get("/openapi.json").json
    }

    @Test func `it is valid OpenAPI 3_1, and the YAML says the same as the JSON`() async throws {
        let (server, _) = try RunningServer.current
        for name in ["openapi.yaml", "openapi.json"] {
            let path = "\(server.folder.path)/\(name)"
            try Data(try await server.get("/\(name)").body).write(to: URL(fileURLWithPath: path))
            let check = try await FinishedCommand.python(["-m", "openapi_spec_validator", path])
            #expect(check.status == 0, "\(name): \(check.text)")
        }
        let script = """
            import json, sys, yaml
            folder = sys.argv[1]
            same = json.load(open(folder + "/openapi.json")) == yaml.safe_load(open(folder + "/openapi.yaml"))
            sys.exit(0 if same else 1)
            """
        #expect(try await FinishedCommand.python(["-c", script, server.folder.path]).status == 0)
        #expect(try await document()["openapi"].string.hasPrefix("3.1."))
    }

    @Test func `its operations are the routes, and the routes its operations`() async throws {
        var described: Set<String> = []
        for (path, item) in try await document()["paths"].members {
            for (method, operation) in try item.members where operation["operationId"] != .null {
                described.insert("\(method.uppercased()) \(path) \(try operation["operationId"].string)")
            }
        }
        let routes = ManagementAPI.routes + Route.servedElsewhere
        #expect(described == Set(routes.map { "\($0.method.rawValue) \($0.path) \($0.operation)" }))
    }

    @Test func `every reply of the management API is as the document describes it`() async throws {
        let (server, demo) = try RunningServer.current
        let shapes = try Shapes(await document())
        let estate = try await Estate(on: server, demo)
        for row in AccessRow.all {
            let route = try #require(ManagementAPI.routes.first { $0.operation == row.operation })
            let target = try await row.target(estate)
            let answer = try await server.call(
                route.method.rawValue, target.path, bearer: demo.operatorKey, target.body)
            #expect(answer.status == row.status, "\(row.operation): \(answer.text)")
            #expect(try shapes.problems(with: answer, to: route) == [], "\(row.operation): \(answer.text)")
            let refusal = try await server.call(route.method.rawValue, target.path, target.body)
            #expect(try shapes.problems(with: refusal, to: route) == [], "\(row.operation) refused: \(refusal.text)")
        }
    }

    @Test func `every reply of the other routes is as the document describes it`() async throws {
        let (server, demo) = try RunningServer.current
        let shapes = try Shapes(await document())
        let token = try await server.token(demo.integration)
        let bearer = [("Authorization", "Bearer \(demo.apiKey)")]
        for route in Route.servedElsewhere {
            var answers: [Answer] = []
            switch route.caller {
            case .client where route.method == .get:
                // What resource servers are answered does not end.
                let pair = Data("\(demo.integration.id):\(demo.integration.secret)".utf8).base64EncodedString()
                answers.append(try await server.get(route.path))
                answers.append(try await server.get(route.path, headers: [("Authorization", "Basic \(pair)")]))
                #expect(answers.map(\.status) == [401, 403])
            case .client:
                let parameters = [("grant_type", "client_credentials"), ("token", token)]
                answers.append(try await server.form(route.path, parameters, client: demo.integration))
                answers.append(try await server.form(route.path, parameters))
                answers.append(try await server.form(route.path, [], client: demo.integration))
            case .app:
                // The other one was revoked by now.
                let own = [("Authorization", "Bearer \(try await server.token(demo.integration))")]
                answers.append(try await server.send(route.method.rawValue, route.path, headers: own))
                answers.append(try await server.send(route.method.rawValue, route.path, headers: bearer))
                answers.append(try await server.send(route.method.rawValue, route.path))
                #expect(answers.map(\.status) == [403, 401, 401], "\(route.operation)")
            case .browser:
                if route.method == .get {
                    let unknown = "?client_id=unknown&post_logout_redirect_uri=https%3A%2F%2Fevil.example&state="
                    for query in ["", unknown, unknown + String(repeating: "s", count: 2049)] {
                        answers.append(try await server.get(route.path + query))
                    }
                    let signedOut = route.operation == "endSession"
                    #expect(answers.map(\.status) == (signedOut ? [200, 200, 400] : [400, 400, 400]))
                    let asked =
                        "?response_type=code&client_id=\(demo.app.id)&redirect_uri="
                        + ServerProcess.encoded(demo.appRedirectURI) + "&code_challenge_method=S256&code_challenge="
                        + String(repeating: "c", count: 43)
                    answers.append(try await server.get(route.path + asked))
                    #expect(answers.last?.status == (signedOut ? 200 : 303))
                } else {
                    answers.append(try await server.form(route.path, [("client_id", demo.app.id)]))
                    answers.append(try await server.call("POST", route.path, [:]))
                    let much = [("state", String(repeating: "s", count: 10_000))]
                    answers.append(try await server.form(route.path, much))
                    #expect(answers.map(\.status) == [303, 400, 413], "\(route.operation)")
                }
            case .gateway:
                answers.append(try await server.send(route.method.rawValue, route.path, headers: bearer))
                answers.append(try await server.send(route.method.rawValue, route.path))
                answers.append(
                    try await server.send(route.method.rawValue, route.path + "?scope=data.write", headers: bearer))
            case .holder:
                let made = try await server.makeKey(in: demo.account, scopes: ["data.read"], as: demo.operatorKey)
                for body: JSON in [["credential": .text(made.secret)], ["credential": .text(made.secret)], [:]] {
                    answers.append(try await server.call("POST", route.path, body))
                }
                #expect(answers.map(\.status) == [200, 404, 400])
            case .partner:
                // Nobody is set who might report.
                answers.append(try await server.call("POST", route.path, []))
                #expect(answers.map(\.status) == [404])
            default: answers.append(try await server.send(route.method.rawValue, route.path))
            }
            if ![.app, .browser, .partner].contains(route.caller), route.operation != "followRevocations" {
                #expect(answers.first?.status == 200, "\(route.operation)")
            }
            for answer in answers {
                let problems = try shapes.problems(with: answer, to: route)
                #expect(problems == [], "\(route.operation): \(answer.status) \(answer.text)")
            }
        }
    }
}

/// What the document says of replies, as far as a test looks at it: statuses, media types, headers that secrets and
/// caches depend on, and the members and types of JSON.
private struct Shapes {
    private let document: JSON

    init(_ document: JSON) throws {
        self.document = document
    }

    /// What differs from the document.
    func problems(with answer: Answer, to route: Route) throws -> [String] {
        let operation = document["paths"][route.path][route.method.rawValue.lowercased()]
        let described = resolved(operation["responses"]["\(answer.status)"])
        guard described != .null else { return ["status \(answer.status) is not described"] }
        guard case .object(let content) = described["content"] else {
            return answer.body.isEmpty ? [] : ["has a body"]
        }
        guard !answer.body.isEmpty else { return [] }
        let mediaType = answer.headers["content-type", default: ""].prefix { $0 != ";" }
        guard let media = content[String(mediaType)] else { return ["media type \(mediaType) is not described"] }
        guard mediaType.hasSuffix("json") else { return [] }
        return problems(with: try answer.json, as: media["schema"], at: "")
    }

    private func resolved(_ value: JSON) -> JSON {
        guard case .text(let reference) = value["$ref"] else { return value }
        return resolved(reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] })
    }

    private func problems(with value: JSON, as schema: JSON, at place: String) -> [String] {
        let schema = resolved(schema)
        if case .list(let alternatives) = schema["oneOf"] {
            let all = alternatives.map { problems(with: value, as: $0, at: place) }
            return all.contains([]) ? [] : all.first ?? []
        }
        var found: [String] = []
        if !allowedTypes(schema).isEmpty, !allowedTypes(schema).contains(where: { fits(value, $0) }) {
            found.append("\(place) is no \(allowedTypes(schema).joined(separator: " or "))")
        }
        if case .list(let words) = schema["enum"], !words.contains(value) { found.append("\(place) is \(value)") }
        switch value {
        case .list(let elements):
            for (index, element) in elements.enumerated() {
                found += problems(with: element, as: schema["items"], at: "\(place)[\(index)]")
            }
        case .object(let members): found += self.problems(with: members, as: schema, at: place)
        default: break
        }
        return found
    }

    private func problems(with members: [String: JSON], as schema: JSON, at place: String) -> [String] {
        let (properties, required, isOpen) = self.members(of: schema)
        guard !isOpen || !properties.isEmpty else { return [] }
        var found = required.subtracting(members.keys).sorted().map { "\(place).\($0) is missing" }
        for (name, value) in members {
            if let property = properties[name] {
                found += problems(with: value, as: property, at: "\(place).\(name)")
            } else if !isOpen {
                found.append("\(place).\(name) is not described")
            }
        }
        return found
    }

    /// The members that a schema describes, also by its parts, and whether there may be others: only where it says
    /// nothing of members at all, or says of which kind the others are.
    private func members(of schema: JSON) -> (properties: [String: JSON], required: Set<String>, isOpen: Bool) {
        let schema = resolved(schema)
        var properties: [String: JSON] = [:]
        var required: Set<String> = []
        var isOpen = true
        if case .object(let own) = schema["properties"] { (properties, isOpen) = (own, false) }
        if case .list(let names) = schema["required"] {
            for case .text(let name) in names { required.insert(name) }
        }
        if case .list(let parts) = schema["allOf"] {
            for part in parts {
                let part = members(of: part)
                properties.merge(part.properties) { own, _ in own }
                required.formUnion(part.required)
                isOpen = isOpen && part.isOpen
            }
        }
        if case .object = schema["additionalProperties"] { isOpen = true }
        return (properties, required, isOpen)
    }

    private func allowedTypes(_ schema: JSON) -> [String] {
        switch schema["type"] {
        case .text(let type): [type]
        case .list(let types): types.compactMap { try? $0.string }
        default: []
        }
    }

    private func fits(_ value: JSON, _ type: String) -> Bool {
        switch (value, type) {
        case (.null, "null"), (.bool, "boolean"), (.number, "number"), (.text, "string"), (.list, "array"),
            (.object, "object"):
            true
        case (.number(let number), "integer"): number.rounded() == number
        default: false
        }
    }
}
