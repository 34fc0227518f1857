/// The API's own description (OpenAPI 3.1), made from the operations: what is served is what is described.
struct OpenAPIDocument: Sendable {
    /// Where tokens are had.
    let tokenURL: String

    /// How to fetch it.
    func operation(describing operations: [Operation]) throws -> Operation {
        let document = try document(operations)
        return Operation(
            .get, "/openapi.json", at: .root, for: .everybody,
            OperationDescription(
                "getDocument", "This document", ours: true, answer: 200, "Document",
                as: ["application/vnd.oai.openapi+json"])
        ) { call in
            Reply(
                status: 200,
                headers: [
                    ("Content-Type", "application/vnd.oai.openapi+json;version=3.1"), ("Cache-Control", "max-age=60"),
                ],
                body: .bytes(document.with([("servers", [["url": .text(call.base)]])]).bytes))
        }
    }

    private func document(_ operations: [Operation]) throws -> JSONValue {
        var paths: [(String, JSONValue)] = []
        for operation in operations {
            let path = "/" + operation.segments.joined(separator: "/")
            let member = (operation.method.rawValue, describe(operation))
            if let index = paths.firstIndex(where: { $0.0 == path }) {
                paths[index].1 = paths[index].1.with([member])
            } else {
                paths.append((path, JSONValue.object([]).with([member])))
            }
        }
        let scopes = APIScope.allCases.map { ($0.rawValue, JSONValue.text("")) }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Carbon data", "version": "1",
                "description":
                    "An example of an API behind the desk. `x-addition` marks what the API that it stands for lacks.",
            ],
            "paths": JSONValue.object([]).with(paths),
            "components": [
                "securitySchemes": [
                    "desk": [
                        "type": "oauth2",
                        "flows": [
                            "clientCredentials": [
                                "tokenUrl": .text(tokenURL), "scopes": JSONValue.object([]).with(scopes),
                            ]
                        ],
                    ]
                ],
                "schemas": try JSONValue(parsing: Array(DocumentSchemas.text.utf8)),
            ],
        ]
    }

    private func describe(_ operation: Operation) -> JSONValue {
        let told = operation.description
        var members: [(String, JSONValue)] = [("operationId", .text(told.id)), ("summary", .text(told.summary))]
        switch operation.access {
        case .everybody: members.append(("security", []))
        case .holders(let scope):
            members.append(("description", .text("Needs the scope `\(scope.rawValue)`.")))
            members.append(("security", [["desk": [.text(scope.rawValue)]]]))
        }
        if told.isOurs { members.append(("x-addition", true)) }
        let parameters = parameters(operation)
        if !parameters.isEmpty { members.append(("parameters", .list(parameters))) }
        if let body = told.body {
            members.append(
                (
                    "requestBody",
                    [
                        "required": .bool(operation.method != .delete),
                        "content": JSONValue.object([]).with([(told.bodyType, ["schema": Self.reference(body)])]),
                    ]
                ))
        }
        members.append(("responses", responses(operation)))
        return JSONValue.object([]).with(members)
    }

    private func parameters(_ operation: Operation) -> [JSONValue] {
        let ofPath = operation.segments.filter { $0.hasPrefix("{") }.map { segment -> JSONValue in
            let name = String(segment.dropFirst().dropLast())
            let schema: JSONValue = name == "code" ? ["type": "string"] : ["type": "string", "format": "uuid"]
            return ["name": .text(name), "in": "path", "required": true, "schema": schema]
        }
        let ofQuery = operation.description.query.map { parameter -> JSONValue in
            [
                "name": .text(parameter.name), "in": "query", "required": .bool(parameter.isRequired),
                "schema": parameter.schema,
            ]
        }
        return ofPath + ofQuery
    }

    private func responses(_ operation: Operation) -> JSONValue {
        let told = operation.description
        var members: [(String, JSONValue)] = []
        if let schema = told.answer.schema {
            let content = told.answerTypes.map { ($0, JSONValue.object([]).with([("schema", Self.reference(schema))])) }
            members.append(
                (String(told.answer.status), ["description": "Done.", "content": JSONValue.object([]).with(content)]))
        } else {
            members.append((String(told.answer.status), ["description": "Done."]))
        }
        let error: JSONValue
        switch operation.envelope {
        case .message: error = Self.reference("Message")
        case .status: error = Self.reference("StatusMessage")
        case .pact: error = Self.reference("PactError")
        }
        for (status, description) in Self.failures(operation) {
            members.append(
                (
                    String(status),
                    ["description": .text(description), "content": ["application/json": ["schema": error]]]
                ))
        }
        return JSONValue.object([]).with(members)
    }

    private static func failures(_ operation: Operation) -> [(Int, String)] {
        var all = [(400, "It is malformed."), (404, "There is no such thing, or it is another organization's.")]
        all += operation.description.failures.map { ($0, Self.reasons[$0] ?? "It is not done.") }
        switch operation.access {
        case .everybody: break
        case .holders:
            all += [
                (401, "There is no good token."), (403, "The token lacks the scope, which is named."),
                (429, "There were too many calls."),
            ]
        }
        if operation.description.body != nil {
            all += [
                (409, "It is there already."), (413, "It is too large."),
                (415, "It is of another media type, or compressed."), (422, unprocessable),
            ]
        }
        return all + [(405, "The path takes other methods."), (503, "The desk or the database cannot be reached.")]
    }

    private static let unprocessable = "Something in it is wrong, which is named."
    /// What statuses mean that few operations have.
    private static let reasons = [422: unprocessable, 507: "There is no room for it at the moment."]

    private static func reference(_ schema: String) -> JSONValue {
        ["$ref": .text("#/components/schemas/\(schema)")]
    }
}
